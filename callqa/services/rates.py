"""True rates of faults, of a run or of some days: the machine on all calls, people on the random sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from callqa.services.overview import Period
from models.calibration import Judgement
from models.person import Scope
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.sample import SampledVerdict
from models.scorecard import Scorecard, Verdict
from scoring.rates import DoubleVerdicts, Drawn, Rate, Rates, ReviewerErrors, reviewer_errors, true_rate

FAULTS = (Verdict.MISSED, Verdict.VIOLATED)
"""Verdicts that say that something went wrong."""


def run_rates(run_id: str, cards: Mapping[str, Scorecard], uow: UnitOfWork) -> Rates:
    """By item: the true rate of faults among the run's calls; `cards` are their newest scorecards by recording.

    Calls on which the machine or the reviewer could not evaluate the item are in no rate, nor are those on days that
    were not drawn or of no known agent, of which none is ever drawn. No rate while nothing drawn was reviewed.
    """
    sampled = uow.samples.items_of(run_id)
    if not _any_reviewed(sampled):
        return Rates({})
    frame = uow.samples.frame(run_id)
    within = [card for recording_id, card in cards.items() if recording_id in frame.recording_ids]
    return Rates(rates(verdicts_of(within), sampled, errors_of(uow)), frame.late, len(cards) - len(within))


@dataclass(frozen=True, slots=True)
class ItemRate:
    """The true rate of faults on one item."""

    item_id: str
    title: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class PeriodRates:
    """True rates in the order of the standards' items; `late` and `undrawn` as in `Rates`."""

    items: tuple[ItemRate, ...]
    late: int
    undrawn: int


def period_rates(period: Period, scope: Scope, new_unit: UnitOfWorkFactory) -> PeriodRates:
    """The true rates among the calls of these days that may be seen, by what was drawn of them, in whatever run.

    What is left out is as with `run_rates`; empty, with nothing counted, while nothing drawn was reviewed.
    """
    with new_unit() as uow:
        sampled = uow.samples.items_of_days(period.since, period.until, scope)
        if not _any_reviewed(sampled):
            return PeriodRates((), 0, 0)
        frame = uow.samples.days_frame(period.since, period.until, scope)
        found = rates(frame.verdicts, sampled, errors_of(uow))
        titles = uow.rollups.titles()
    known = [*titles, *(item_id for item_id in found if item_id not in titles)]
    items = (ItemRate(item_id, titles.get(item_id, item_id), found[item_id]) for item_id in known if item_id in found)
    return PeriodRates(tuple(items), frame.late, frame.undrawn)


def _any_reviewed(sampled: Iterable[SampledVerdict]) -> bool:
    return any(one.person is not None for one in sampled)


def verdicts_of(cards: Iterable[Scorecard]) -> Mapping[str, Mapping[Verdict, int]]:
    """How often the machine gave each verdict, by item."""
    found: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    for card in cards:
        for finding in card.findings:
            found[finding.item_id][finding.verdict] += 1
    return found


def rates(
    verdicts: Mapping[str, Mapping[Verdict, int]], sampled: Iterable[SampledVerdict], errors: ReviewerErrors
) -> Mapping[str, Rate]:
    """The rate of each item of `verdicts`, which count those of the machine on all calls."""
    drawn: defaultdict[str, list[Drawn]] = defaultdict(list)
    unreviewed: Counter[str] = Counter()
    for one in sampled:
        if Verdict.NOT_EVALUATED in {one.machine, one.person}:
            continue
        if one.person is None:
            unreviewed[one.item_id] += 1
        else:
            drawn[one.item_id].append(Drawn(one.machine in FAULTS, one.person in FAULTS, one.chance))
    return {
        item_id: replace(
            true_rate(_by_fault(counts), drawn[item_id], errors.on(item_id)), unreviewed=unreviewed[item_id]
        )
        for item_id, counts in verdicts.items()
    }


def _by_fault(counts: Mapping[Verdict, int]) -> Mapping[bool, int]:
    found: Counter[bool] = Counter()
    for verdict, calls in counts.items():
        if verdict is not Verdict.NOT_EVALUATED:
            found[verdict in FAULTS] += calls
    return found


def errors_of(uow: UnitOfWork) -> ReviewerErrors:
    """How often reviewers err on whether there is a fault, by every closed set of blind judgements together.

    A second review of a call is no blind one, its reviewer sees the first: it says nothing here.
    """
    differing: defaultdict[str, float] = defaultdict(float)
    pairs: defaultdict[str, float] = defaultdict(float)
    for one in uow.calibrations.all():
        if one.closed_at is not None:
            for item_id, said in _by_finding(uow.calibrations.judgements(one.id)):
                compared = list(combinations(said, 2))
                if compared:
                    # Half a pair for each reviewer: see `DoubleVerdicts`.
                    pairs[item_id] += len(said) / 2
                    differing[item_id] += len(said) / 2 * sum(a != b for a, b in compared) / len(compared)
    return reviewer_errors({item_id: DoubleVerdicts(differing[item_id], pairs[item_id]) for item_id in pairs})


def _by_finding(judgements: Iterable[Judgement]) -> Iterable[tuple[str, list[bool]]]:
    """Whether each reviewer found fault, by finding, with its item."""
    found: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for one in judgements:
        if one.verdict is not Verdict.NOT_EVALUATED:
            found[one.recording_id, one.item_id].append(one.verdict in FAULTS)
    return [(item_id, said) for (_, item_id), said in found.items()]
