"""The chain of the audit log: whatever is done to a log afterwards is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.audit import AuditAction, AuditEntry, AuditEvent, AuditHead, ChainProblem, check_chain, parse_head, seal
from models.errors import InputError

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

details = st.dictionaries(
    st.text(max_size=8), st.one_of(st.integers(-9, 9), st.text(max_size=8), st.lists(st.text(max_size=4), max_size=3))
)
events = st.builds(
    AuditEvent,
    st.datetimes(timezones=st.just(UTC)),
    st.text(max_size=8),
    st.sampled_from(AuditAction),
    st.text(max_size=8),
    details,
)
logs = st.lists(events, min_size=2, max_size=8).map(lambda told: chain(told))


def chain(told: Sequence[AuditEvent]) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for event in told:
        entries.append(seal(event, entries[-1].head if entries else None))
    return entries


@given(logs)
def test_a_log_as_it_was_written_is_intact_and_holds_every_head_it_had(log: list[AuditEntry]) -> None:
    state = check_chain(log, [entry.head for entry in log])
    assert (state.problem, state.entries, state.head) == (None, len(log), log[-1].head)
    assert parse_head(str(log[-1].head)) == log[-1].head


@given(logs, st.data())
def test_an_entry_that_was_changed_is_found(log: list[AuditEntry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log) - 1))
    entry = log[place]
    event = entry.event
    changed: Any = data.draw(
        st.sampled_from(
            [
                replace(entry, event=replace(event, actor=event.actor + "x")),
                replace(entry, event=replace(event, action="other")),
                replace(entry, event=replace(event, subject=event.subject + "x")),
                replace(entry, event=replace(event, details={**event.details, "more": 1})),
                replace(entry, event=replace(event, at=NOON if event.at != NOON else event.at + timedelta(days=1))),
                replace(entry, digest="sha256:" + "f" * 64),
            ]
        )
    )
    state = check_chain([*log[:place], changed, *log[place + 1 :]])
    assert (state.problem, state.at) == (ChainProblem.CHANGED, place + 1)


@given(logs, st.data())
def test_an_entry_that_was_taken_out_is_found(log: list[AuditEntry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log) - 2))
    state = check_chain([*log[:place], *log[place + 1 :]])
    assert (state.problem, state.at) == (ChainProblem.MISSING, place + 1)


@given(logs, st.data())
def test_entries_that_were_exchanged_are_found(log: list[AuditEntry], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(log) - 2))
    second = data.draw(st.integers(first + 1, len(log) - 1))
    swapped = list(log)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert check_chain(swapped).problem is ChainProblem.MISSING


@given(logs, events, st.data())
def test_only_a_noted_head_shows_an_end_cut_off_or_a_chain_written_anew(
    log: list[AuditEntry], other: AuditEvent, data: st.DataObject
) -> None:
    noted = log[-1].head
    short = log[: data.draw(st.integers(0, len(log) - 1))]
    forged = chain([*(entry.event for entry in log[:-1]), replace(other, subject=log[-1].event.subject + "x")])
    for changed in (short, forged):
        assert check_chain(changed).problem is None
        state = check_chain(changed, [noted])
        assert (state.problem, state.at) == (ChainProblem.NOT_AS_NOTED, noted.number)


def test_an_empty_log_is_intact_and_has_no_head() -> None:
    state = check_chain([])
    assert (state.problem, state.entries, state.head) == (None, 0, None)


@pytest.mark.parametrize(
    "text", ["", "1", "1:abc", "0:sha256:" + "0" * 64, "1:sha256:" + "g" * 64, "x:sha256:" + "0" * 64]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no head of an audit log"):
        parse_head(text)
    assert parse_head(f" 12:sha256:{'a' * 64}\n") == AuditHead(12, "sha256:" + "a" * 64)
