"""Tickets settle promises: the command on a written export, and what must hold for any, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import Result

from callqa.services.ledger import settle
from callqa.tickets import TicketTable
from models.errors import InputError
from models.ledger import LedgerEntry, StatusEvent, StatusSource
from models.ports import UnitOfWork
from models.scorecard import Promise, PromiseStatus, StandardRef
from scoring.ledger import standing
from scoring.tickets import Ticket, TicketState
from storage import Database
from tests import factories
from tests.databases import dump
from tests.ledger_calls import at, commands, entries, promise, put_call

EXPORT = Path(__file__).parents[1] / "data/tickets.csv"
Command = Callable[..., Result]


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs `callqa import tickets ARGUMENTS` in a folder of its own."""
    yield from commands(database_url, tmp_path, monkeypatch, "import", "tickets")


@pytest.fixture
def ledger(database: Database) -> Database:
    """The calls that the written export is about."""
    callback = promise("24小时内给您回电", "callback", at(21))
    put_call(database, "C1", callback)
    put_call(database, "C2", promise("明天上门", "visit", at(21)), started_at=at(20, 10, 0), customer_ref="13800138002")
    put_call(database, "C3", promise("三天内退款", "refund", at(23)))
    put_call(database, "C4", promise("明天上门", "visit", at(21)))
    put_call(
        database, "C5", promise("两天内回电", "callback", at(22)), promise("明天给您答复", "reply", at(21), start=20)
    )
    for call_id in ("C6", "C7", "C8"):
        put_call(database, call_id, callback)
    put_call(database, "C9", callback, replace(callback, utterance=8, due_at=at(21, 9, 34)))
    return database


def stands(database: Database) -> dict[str, list[str]]:
    """How the promises of each call stand."""
    found: dict[str, list[str]] = {}
    for entry in entries(database):
        found.setdefault(entry.meta.call_id, []).append(standing(entry.promise, entry.events, at(30)).status.value)
    return found


def test_a_written_export(ledger: Database, database_url: str, command: Command) -> None:
    done = command(str(EXPORT), "--by", "王芳", "--json")
    assert done.exit_code == 3, done.exception
    told = json.loads(done.stdout)
    assert [(row["line"], row["call_id"], row["status"]) for row in told["settled"]] == [
        (2, "C1", "kept"),
        (4, "C2", "broken"),
        (5, "C3", "broken"),
        (6, "C4", "cancelled"),
        (21, "C9", "kept"),
    ]
    assert [(row["line"], row["problem"]) for row in told["bad"]] == [
        (3, "no_done_time"),
        (7, "ambiguous"),
        (8, "day_only"),
        (9, "unknown_action"),
        (10, "no_promise"),
        (11, "nothing_to_go_by"),
        (12, "bad_status"),
        (13, "bad_time"),
        (14, "before_call"),
        (17, "disagree"),
        (18, "disagree"),
    ]
    assert (told["unchanged"], told["still_open"]) == (0, 2)
    assert "13900139000" not in done.stdout
    assert stands(ledger) == {
        "C1": ["kept"], "C2": ["broken"], "C3": ["broken"], "C4": ["cancelled"], "C5": ["open", "open"],
        "C6": ["open"], "C7": ["open"], "C8": ["open"], "C9": ["kept", "kept"],
    }  # fmt: skip
    (event,) = next(entry for entry in entries(ledger) if entry.meta.call_id == "C1").events
    assert (event.source, event.reference, event.happened_at, event.recorded_by, event.note) == (
        StatusSource.TICKET, "GD-01", at(20, 18, 5), "王芳", "已完成",
    )  # fmt: skip

    before = dump(database_url)
    again = json.loads(command(str(EXPORT), "--json").stdout)
    assert (again["settled"], again["unchanged"], again["bad"]) == ([], 5, told["bad"])
    assert dump(database_url) == before


def test_what_people_are_told(ledger: Database, command: Command) -> None:
    zh = command(str(EXPORT))
    assert zh.exit_code == 3
    for part in (
        "第 4 行：C2 “明天上门” → 未兑现",
        "第 12 行未采用：状态“大概好了”无法识别",
        "已更新 5 行",
        "未采用 11 行",
    ):
        assert part in zh.stdout, part
    en = command(str(EXPORT), "--language", "en").stdout
    assert "line 10 was not used: no promise fits (C99)" in en
    assert "0 rows told something new, 5 what was known, 2 are of open tickets, 11 were not used" in en


def test_a_clean_export_ends_well_and_a_missing_one_is_one_message(ledger: Database, command: Command) -> None:
    Path("t.csv").write_bytes("通话编号,状态\nC3,未兑现\n".encode("gbk"))
    assert command("t.csv").exit_code == 0
    assert stands(ledger)["C3"] == ["broken"]
    assert isinstance(command("none.csv").exception, InputError)


class Held:
    """A unit of work that its users can neither leave nor commit: what they did is given up at the end of a test."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.calls, self.ledger, self.scorecards = uow.calls, uow.ledger, uow.scorecards
        self.audit = uow.audit

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stay."""

    def commit(self) -> None:
        """Keep nothing."""


ACTIONS = ("callback", "visit")
made = st.lists(
    st.builds(
        lambda place, action, hours: promise(
            "说" * 6, action, None if hours is None else at(20) + timedelta(hours=hours), 3, place
        ),
        st.integers(0, 30),
        st.sampled_from(ACTIONS),
        st.none() | st.integers(1, 72),
    ),
    max_size=4,
    unique_by=lambda p: (p.char_start, p.action),
)
tickets = st.lists(
    st.builds(
        lambda state, action, number, hours: Ticket(
            0, "C1", number, None, action, None, state, (at(20) + timedelta(hours=hours),) * 2, state.value
        ),
        st.sampled_from(TicketState),
        st.none() | st.sampled_from(ACTIONS),
        st.none() | st.sampled_from(["T1", "T2"]),
        st.integers(0, 80),
    ),
    max_size=4,
).map(lambda rows: TicketTable(tuple(replace(row, line=n) for n, row in enumerate(rows, start=2)), ()))


def rescore(uow: UnitOfWork, version: int, promises: list[Promise]) -> None:
    digest = f"sha256:{version:064d}"
    card = replace(
        factories.scorecard(promises=tuple(promises)), standard=StandardRef("telecom-hotline-zh", str(version), digest)
    )
    uow.scorecards.put(factories.recording().id, factories.ENGINE.digest, factories.SCORER, card)


def all_events(found: list[LedgerEntry]) -> list[str]:
    return sorted(repr(event) for entry in found for event in entry.events)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(made, st.lists(tickets, max_size=2), st.lists(made, max_size=2))
def test_settling_twice_changes_nothing_and_scoring_again_loses_nothing(
    database: Database, first: list[Promise], tables: list[TicketTable], later: list[list[Promise]]
) -> None:
    with database.unit_of_work() as uow:
        held: Any = Held(uow)
        uow.calls.add(factories.recording(), factories.meta(started_at=at(20)))
        uow.transcripts.put(factories.transcript(("agent", "您好")))
        rescore(uow, 0, first)
        for table in tables:
            settle(table, {}, "王", at(30), lambda: cast(UnitOfWork, held))
            once = uow.ledger.entries()
            again = settle(table, {}, "张", at(30, 12), lambda: cast(UnitOfWork, held))
            assert again.settled == ()
            assert uow.ledger.entries() == once
        person = StatusEvent(PromiseStatus.CANCELLED, StatusSource.PERSON, "", None, at(29), "李")
        for entry in uow.ledger.entries():
            uow.ledger.record(entry, person)
        before = list(uow.ledger.entries())
        for version, promises in enumerate(later, start=1):
            rescore(uow, version, promises)
            after = list(uow.ledger.entries())
            assert all_events(after) == all_events(before)
            told = [entry for entry in after if entry.events]
            assert all(standing(e.promise, e.events, at(30)).status is PromiseStatus.CANCELLED for e in told)
