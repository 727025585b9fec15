"""Back-testing a standard: stored calls scored under the one in use and under a new one, in several processes.

Calls stream through: a page of ids is handed out, a worker reads those transcripts, counts, and keeps nothing else.
The first pages are counted here; only what needs longer is worth the start of other processes.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import chain, islice
from multiprocessing import get_context
from zoneinfo import ZoneInfo

from callqa.reports.backtest import BacktestReport, build_backtest_report
from callqa.reports.backtest_tally import Tally
from callqa.standards import FoundStandard
from models.errors import origin_of
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.scorecard import Verdict
from scoring import NO_DAYS, CompanyDays, load_standard
from scoring.classifier import Classifiers
from scoring.compare import Comparison

log = logging.getLogger(__name__)

PAGE = 100
"""Calls in one unit of work: some seconds, and some megabytes of transcripts."""

PAGES_ALONE = 10
"""So many are counted before other processes are started, each of which loads both standards first."""

Connect = Callable[[], UnitOfWorkFactory]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a back-test is made with besides standards: the classifiers in use, the database, now (aware), and how its
    report is written."""

    classifiers: Classifiers
    connect: Connect
    now: datetime
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Written:
    """A standard as text, which another process can load; `source` names it in messages, `days` are the company's."""

    text: str
    source: str
    days: CompanyDays = NO_DAYS


@dataclass(frozen=True, slots=True)
class Backtest:
    """What to compare, on calls that began at `since` or later, with the classifiers in use.

    `connect` opens the database in any process. The classifiers themselves go along: what is promoted meanwhile
    changes no worker.
    """

    old: Written
    new: Written
    classifiers: Classifiers
    since: datetime
    connect: Connect


def backtest_report(
    before: FoundStandard,
    after: FoundStandard,
    days: int,
    setting: Setting,
    workers: int,
    progress: Callable[[int], None],
) -> BacktestReport:
    """What `after` would do to the calls of the last so many days that `before` has scored."""
    old, new = before.standard, after.standard
    zone = ZoneInfo(setting.time_zone)
    since = setting.now.astimezone(zone).date() - timedelta(days=days)
    plan = Backtest(
        old=Written(before.text, before.source, before.days),
        new=Written(after.text, after.source, after.days),
        classifiers=setting.classifiers,
        since=datetime.combine(since, time.min, zone),
        connect=setting.connect,
    )
    tally, undated = run_backtest(plan, Comparison(old, new, setting.classifiers), workers, progress)
    return build_backtest_report(
        tally,
        old,
        new,
        since=since,
        days=days,
        undated=undated,
        language=setting.language,
        time_zone=setting.time_zone,
        generated_at=datetime.now(UTC).astimezone(zone),
    )


def run_backtest(
    plan: Backtest, comparison: Comparison, workers: int, progress: Callable[[int], None]
) -> tuple[Tally, int]:
    """The tally over all calls, and how many calls have no date and were left out.

    `comparison` is that of the plan's standards. `progress` is told how many calls are done. A call that the rules
    cannot digest is counted as failed.
    """
    new_unit_of_work = plan.connect()
    with new_unit_of_work() as uow:
        undated = uow.transcripts.undated()
    pages = _pages(plan.since, new_unit_of_work)
    total = Tally()
    alone = pages if workers < 2 else islice(pages, PAGES_ALONE)
    for tally in (_count(comparison, new_unit_of_work, page) for page in alone):
        total.merge(tally)
        progress(total.overall.calls + total.failed)
    following = next(pages, None)
    if following is None:
        return total, undated
    # Not forked: this process may have threads, and holds connections that no other may use.
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (plan,)) as pool:
        for tally in _in_parallel(pool, chain([following], pages), 2 * workers):
            total.merge(tally)
            progress(total.overall.calls + total.failed)
    return total, undated


def _in_parallel(pool: ProcessPoolExecutor, pages: Iterator[Sequence[str]], ahead: int) -> Iterator[Tally]:
    """Tallies in the order in which they come; no more than `ahead` pages wait, however many there are."""
    running: set[Future[Tally]] = set()
    for page in pages:
        running.add(pool.submit(_count_in_worker, page))
        if len(running) >= ahead:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    yield from (future.result() for future in running)


def _pages(since: datetime, new_unit_of_work: UnitOfWorkFactory) -> Iterator[Sequence[str]]:
    after = ""
    while True:
        with new_unit_of_work() as uow:
            page = uow.transcripts.heard_since(since, after, PAGE)
        if not page:
            return
        yield page
        after = page[-1]


def _count(comparison: Comparison, new_unit_of_work: UnitOfWorkFactory, recording_ids: Sequence[str]) -> Tally:
    tally = Tally()
    with new_unit_of_work() as uow:
        heard = uow.transcripts.of(recording_ids)
        reviews = _latest_reviews(uow, [call.meta.call_id for call, _ in heard])
    for call, transcript in heard:
        try:
            before, after = comparison.judge(transcript, call.meta)
        except Exception as error:  # noqa: BLE001 - one call that the rules cannot digest must not cost the rest
            # Its message may quote the call, so only its origin is told.
            log.error("scoring failed for recording %s: %s", call.recording.id, origin_of(error))
            tally.failed += 1
            continue
        tally.add(call.meta, before, after, reviews.get(call.meta.call_id, {}))
    return tally


def _latest_reviews(uow: UnitOfWork, call_ids: Sequence[str]) -> dict[str, dict[str, Verdict]]:
    """Verdicts of people by call and item; of several the latest."""
    out: dict[str, dict[str, Verdict]] = {}
    for review in uow.reviews.of(call_ids):
        out.setdefault(review.call_id, {})[review.item_id] = review.verdict
    return out


_in_worker: tuple[Comparison, UnitOfWorkFactory] | None = None
"""What a worker process needs, made when it starts."""


def _begin(plan: Backtest) -> None:
    # A process pool has no other way to hand its initializer's work to its jobs.
    global _in_worker
    old, new = (load_standard(w.text, w.source).with_days(w.days) for w in (plan.old, plan.new))
    _in_worker = Comparison(old, new, plan.classifiers), plan.connect()
    # Nothing made so far is ever let go: looking through it for garbage would be in vain.
    gc.freeze()


def _count_in_worker(recording_ids: Sequence[str]) -> Tally:
    if _in_worker is None:
        raise RuntimeError("this process was not started as a worker of a back-test")
    return _count(*_in_worker, recording_ids)
