"""The ledger's pure parts: whose word counts, and which promise of a newer scorecard is the same one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ledger import History, PlacedPromise, StatusEvent, StatusSource, assign, entries_of
from models.scorecard import Promise, PromiseStatus, Specificity
from scoring.ledger import standing
from tests import factories

NOW = factories.STARTED_AT + timedelta(days=2)
OPEN, KEPT, BROKEN, CANCELLED = PromiseStatus
TICKET, LATER, PERSON = StatusSource
CLAIM = "claim"


def event(what: str, day: int = 0) -> StatusEvent:
    """From words such as "ticket kept" or "claim broken"."""
    source, status = what.split()
    claimed = source == CLAIM
    at = factories.STARTED_AT + timedelta(days=day)
    return StatusEvent(
        PromiseStatus(status), LATER if claimed else StatusSource(source), f"R{day}", at, at, "测试", claimed=claimed
    )


@pytest.mark.parametrize(
    ("said", "status", "claimed", "disputed", "overdue"),
    [
        ([], OPEN, False, False, True),
        (["ticket kept"], KEPT, False, False, False),
        (["ticket kept", "ticket broken"], BROKEN, False, False, False),
        (["later_call kept"], KEPT, False, False, False),
        (["later_call kept", "ticket broken"], BROKEN, False, False, False),
        (["ticket broken", "later_call kept"], BROKEN, False, False, False),
        (["claim broken"], BROKEN, True, False, True),
        (["claim broken", "later_call kept"], KEPT, False, True, False),
        (["ticket kept", "claim broken"], KEPT, False, True, False),
        (["ticket broken", "claim broken"], BROKEN, False, False, False),
        (["ticket cancelled", "claim broken"], CANCELLED, False, True, False),
        (["claim broken", "person kept"], KEPT, False, False, False),
        (["claim broken", "person broken"], BROKEN, False, False, False),
        (["person kept", "ticket broken"], KEPT, False, False, False),
        (["person kept", "claim broken"], KEPT, False, True, False),
        (["person kept", "person cancelled"], CANCELLED, False, False, False),
        (["ticket kept", "person open"], OPEN, False, False, True),
    ],
)
def test_whose_word_counts(
    said: list[str], status: PromiseStatus, claimed: bool, disputed: bool, overdue: bool
) -> None:
    found = standing(factories.promise(), [event(what, day) for day, what in enumerate(said)], NOW)
    assert (found.status, found.claimed, found.dispute is not None, found.overdue) == (
        status,
        claimed,
        disputed,
        overdue,
    )
    assert found.settled == (status is not OPEN and not claimed and not disputed)


@pytest.mark.parametrize(
    ("due_at", "overdue"),
    [(None, False), (NOW, False), (NOW - timedelta(seconds=1), True), (NOW + timedelta(seconds=1), False)],
)
def test_only_what_has_a_time_can_be_overdue(due_at: datetime | None, overdue: bool) -> None:
    assert standing(factories.promise(due_at=due_at), [], NOW).overdue == overdue


def placed(
    start: int, end: int, action: str = "callback", utterance: int = 3, engine: str = "e1", start_s: float | None = 9.0
) -> PlacedPromise:
    end_s = None if start_s is None else start_s + (end - start) * 0.2
    return PlacedPromise(
        engine,
        Promise(
            utterance,
            start,
            end,
            start_s,
            end_s,
            "说" * (end - start),
            action,
            Specificity.CONCRETE,
            factories.STARTED_AT,
        ),
    )


@pytest.mark.parametrize(
    ("stood", "now", "same"),
    [
        (placed(0, 10), [placed(0, 10)], 0),
        (placed(0, 10), [placed(2, 14)], 0),
        (placed(0, 10), [placed(0, 10, "reply")], 0),
        (placed(0, 10), [placed(0, 10, "reply"), placed(8, 20)], 1),
        (placed(0, 10), [placed(10, 20)], None),
        (placed(0, 10), [placed(0, 10, utterance=4)], None),
        (placed(0, 10), [placed(12, 20), placed(6, 12), placed(1, 9)], 2),
        (placed(0, 10), [], None),
        # Another engine's transcript: only the time tells.
        (placed(0, 10), [placed(5, 15, utterance=7, engine="e2", start_s=9.4)], 0),
        (placed(0, 10), [placed(0, 10, "reply", engine="e2")], None),
        (placed(0, 10), [placed(0, 10, engine="e2", start_s=30.0)], None),
        (placed(0, 10), [placed(0, 10, engine="e2", start_s=None)], None),
    ],
)
def test_the_same_words_are_the_same_promise(stood: PlacedPromise, now: list[PlacedPromise], same: int | None) -> None:
    assert assign([History(1, stood, factories.STANDARD, ())], now) == {1: same}


spans = st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda pair: (pair[0], sum(pair)))
places = st.builds(
    lambda span, action, utterance, engine: placed(span[0], span[1], action, utterance, engine),
    spans,
    st.sampled_from(["callback", "visit"]),
    st.integers(0, 2),
    st.sampled_from(["e1", "e2"]),
)
told = st.lists(st.sampled_from(["ticket kept", "person broken", "claim broken", "later_call kept"]), min_size=1)


@given(st.lists(st.tuples(places, told), max_size=4), st.lists(places, max_size=5))
def test_no_word_is_ever_lost_or_counted_twice(
    before: list[tuple[PlacedPromise, list[str]]], after: list[PlacedPromise]
) -> None:
    """Whatever a newer scorecard holds, each history belongs to exactly one entry."""
    histories = [
        History(number, stood, factories.STANDARD, tuple(event(what, day) for day, what in enumerate(said)))
        for number, (stood, said) in enumerate(before)
    ]
    made = [(factories.STANDARD, one) for one in after]
    entries = entries_of("r", factories.meta(), made, histories)
    assert sorted(number for entry in entries for number in entry.history_ids) == list(range(len(before)))
    assert sorted(map(repr, (e for entry in entries for e in entry.events))) == sorted(
        repr(e) for history in histories for e in history.events
    )
    assert [entry.placed for entry in entries if entry.found] == after
    assert all(entry.events for entry in entries if not entry.found)


def test_an_entry_keeps_its_id_when_it_is_scored_again() -> None:
    history = History(1, placed(0, 10), factories.STANDARD, (event("ticket kept"),))
    first, second = (
        entries_of("r", factories.meta(), [(factories.STANDARD, one)], [history])[0]
        for one in (placed(0, 10), placed(3, 14, "reply"))
    )
    assert first.id == second.id
    other = replace(history, placed=placed(0, 10, utterance=9))
    assert entries_of("r", factories.meta(), [], [other])[0].id != first.id
