"""The review queue: the most urgent calls first, page by page, by what a reviewer looks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from models.call import CallMeta
from models.errors import InputError
from models.person import EVERYBODY
from models.ports import UnitOfWork
from models.queue import QueueCursor, QueueFilter, Urgency
from models.scorecard import ReviewCode, Verdict
from storage import Database
from tests import factories
from tests.scored_calls import NOISE, put

NIGHT = datetime(2026, 11, 20, 0, 30, tzinfo=timezone(timedelta(hours=8)))
"""Of the 19th by UTC."""
DOUBTED = replace(
    factories.finding("apology", Verdict.MISSED, 0, 15, needs_review=True), review_codes=(ReviewCode.WEAK_GROUNDS,)
)
ABUSE = factories.finding("prohibited", Verdict.VIOLATED, 0, 0, fatal=True)
MET = factories.finding("greeting", Verdict.MET)
IN_ORDER = ["fatal", "fatal-old", "unsure", "unsure-undated", "sure", "sure-old", "sure-undated"]


@pytest.fixture
def queue(database: Database) -> Any:
    """A unit of work with one call of each kind."""
    with database.unit_of_work() as uow:
        fill(uow)
        uow.commit()
        yield uow.queue


def fill(uow: UnitOfWork) -> None:
    late, early = factories.STARTED_AT, NIGHT - timedelta(days=1)
    fatal = factories.scorecard(total=30.0, findings=(MET, ABUSE), fatal=True)
    unsure = factories.scorecard(total=55.5, findings=(MET, DOUBTED), needs_review=True)
    sure = factories.scorecard(total=90.0, findings=(MET, replace(DOUBTED, needs_review=False)))
    for name, started_at, agent_id, team, card in (
        ("sure-old", early, "A1", "T1", sure),
        ("sure", NIGHT, "A2", "T2", sure),
        ("sure-undated", None, "A2", None, sure),
        ("unsure", late, "A1", "T1", unsure),
        ("unsure-undated", None, "A1", "T1", unsure),
        ("fatal-old", early, "A2", "T2", replace(fatal, needs_review=True)),
        ("fatal", NIGHT, "A1", "T1", fatal),
        ("aside", late, "A1", "T1", fatal),
    ):
        put(uow, name, CallMeta(name, agent_id, team=team, started_at=started_at), card)
    uow.calls.quarantine(factories.recording("aside").id, NOISE)


def call_ids(queue: Any, which: QueueFilter, size: int = 50) -> list[str]:
    return [queued.call.call_id for queued in queue.page(EVERYBODY, which, size).calls]


def test_the_most_urgent_come_first_then_the_newest(queue: Any) -> None:
    page = queue.page(EVERYBODY, QueueFilter(), 50)
    assert [queued.call.call_id for queued in page.calls] == IN_ORDER
    assert [queued.urgency for queued in page.calls] == [Urgency.FATAL] * 2 + [Urgency.UNSURE] * 2 + [Urgency.NONE] * 3
    assert page.next is None
    fatal, unsure = page.calls[0], page.calls[2]
    assert (fatal.call.total, fatal.call.started_at, fatal.call.team) == (0.0, NIGHT, "T1")
    assert [(f.item_id, f.verdict, f.fatal) for f in fatal.findings] == [("prohibited", Verdict.VIOLATED, True)]
    assert [f.review_codes for f in unsure.findings] == [(ReviewCode.WEAK_GROUNDS,)]


def check_pages(queue: Any, size: int) -> None:
    found: list[str] = []
    after: QueueCursor | None = None
    while True:
        page = queue.page(EVERYBODY, QueueFilter(), size, after)
        found += [queued.call.call_id for queued in page.calls]
        if page.next is None:
            break
        after = QueueCursor.parse(str(page.next))
    assert found == IN_ORDER


DAY = date(2026, 11, 20)
FILTERS: list[tuple[QueueFilter, list[str]]] = [
    (QueueFilter(urgency=Urgency.UNSURE), ["unsure", "unsure-undated"]),
    (QueueFilter(since=DAY, until=DAY), ["fatal", "unsure", "sure"]),
    (QueueFilter(since=DAY), ["fatal", "unsure", "sure"]),
    (QueueFilter(until=DAY - timedelta(days=1)), ["fatal-old", "sure-old"]),
    (QueueFilter(team="T2"), ["fatal-old", "sure"]),
    (QueueFilter(agent_id="A1", until=DAY), ["fatal", "unsure", "sure-old"]),
    (QueueFilter(item_id="apology", verdict=Verdict.MISSED), [name for name in IN_ORDER if "fatal" not in name]),
    (QueueFilter(item_id="apology", verdict=Verdict.MISSED, team="T2"), ["sure"]),
    (QueueFilter(item_id="apology", verdict=Verdict.MISSED, agent_id="A2", since=DAY), ["sure"]),
    (QueueFilter(item_id="greeting", verdict=Verdict.MET), IN_ORDER),
    (QueueFilter(item_id="greeting", verdict=Verdict.MISSED), []),
    (QueueFilter(item_id="prohibited"), ["fatal", "fatal-old"]),
    (QueueFilter(verdict=Verdict.VIOLATED), ["fatal", "fatal-old"]),
    (QueueFilter(least_total=55.5, most_total=55.5), ["unsure", "unsure-undated"]),
    (QueueFilter(most_total=60, item_id="apology", verdict=Verdict.MISSED), ["unsure", "unsure-undated"]),
    (QueueFilter(team="no such team\x00"), []),
]


def test_a_reviewer_may_turn_pages_and_ask_for_some(queue: Any) -> None:
    for size in (1, 2, 7):
        check_pages(queue, size)
    for which, expected in FILTERS:
        assert call_ids(queue, which) == expected, which
        assert call_ids(queue, which, 1) == expected[:1], which


@pytest.mark.parametrize("text", ["", "1", "-", "1-2-3", "a-1", "1-٣", "1--2", f"{'9' * 19}-1"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="begin again at its first page"):
        QueueCursor.parse(text)
