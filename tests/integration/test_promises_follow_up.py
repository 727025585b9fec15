"""Later calls and people tell the ledger what became of promises, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import Result

from callqa.services import ledger as service
from callqa.services.ledger import FollowUpResult, follow_up, mark
from callqa.standards import find_standard
from models.call import Direction, Quarantine
from models.errors import InputError, ReasonCode
from models.ledger import LedgerEntry
from models.run import Run
from models.scorecard import PromiseStatus
from models.transcript import Transcript
from scoring.ledger import standing
from storage import Database
from tests import factories
from tests.databases import dump
from tests.ledger_calls import at, commands, entries, promise, put_call

STANDARD = find_standard("telecom-hotline-zh")
CALLBACK, VISIT = promise("24小时内给您回电", "callback", at(21)), promise("明天上门", "visit", at(21), start=20)
UNDONE = "说好24小时回电的，到现在也没人打。"
Command = Callable[..., Result]


def talk(call_id: str, *said: str) -> Transcript:
    """A call whose customer says this after the agent's greeting."""
    turns = [("agent", "您好，请讲。"), *(("customer", text) for text in said)]
    return factories.transcript(*turns, seed=call_id)


@pytest.fixture
def ledger(database: Database) -> Database:
    """Three customers: one calls again to complain, one is called back in time, one does not call again."""
    put_call(database, "A1", CALLBACK, VISIT, customer_ref="KA")
    put_call(
        database, "A2", started_at=at(23), customer_ref="KA", direction=Direction.INBOUND, transcript=talk("A2", UNDONE),
    )  # fmt: skip
    put_call(database, "B1", CALLBACK, customer_ref="KB")
    put_call(
        database, "B2", started_at=at(20, 17), customer_ref="KB", direction=Direction.OUTBOUND,
        transcript=talk("B2", "好的，谢谢。"),
    )  # fmt: skip
    put_call(database, "C1", CALLBACK, customer_ref="KC")
    put_call(database, "D1", CALLBACK)
    put_call(database, "D2", started_at=at(23), transcript=talk("D2", UNDONE))
    return database


def follow(database: Database, *customers: str) -> FollowUpResult:
    return follow_up(lambda _: STANDARD, at(24), database.unit_of_work, customers or None)


def told(database: Database) -> dict[str, str]:
    """Promises of which something is known."""
    found = {}
    for entry in entries(database):
        stands = standing(entry.promise, entry.events, at(24))
        if stands.basis is not None:
            claimed = " claimed" if stands.claimed else ""
            found[f"{entry.meta.call_id} {entry.promise.action}"] = f"{stands.status.value}{claimed}"
    return found


def test_later_calls_of_the_same_customer_tell_what_became_of_promises(ledger: Database, database_url: str) -> None:
    assert follow(ledger) == FollowUpResult(customers=2, kept=1, claimed=1, failed=0)
    assert told(ledger) == {"A1 callback": "broken claimed", "B1 callback": "kept"}
    (claim,) = next(entry.events for entry in entries(ledger) if entry.events and entry.meta.call_id == "A1")
    assert (claim.reference, claim.note, claim.recorded_by) == ("A2", UNDONE.rstrip("。"), "callqa")
    before = dump(database_url)
    assert follow(ledger) == FollowUpResult(2, 0, 0, 0)
    assert follow_up(lambda _: None, at(24), ledger.unit_of_work) == FollowUpResult(2, 0, 0, 0)
    assert dump(database_url) == before


def test_only_the_customers_asked_for_are_looked_at(ledger: Database) -> None:
    assert follow(ledger, "KB", "KC", "nobody") == FollowUpResult(1, 1, 0, 0)
    assert told(ledger) == {"B1 callback": "kept"}


def test_a_call_set_aside_says_nothing_and_one_that_fails_does_not_stop_the_others(
    ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger.unit_of_work() as uow:
        uow.calls.quarantine(
            factories.recording("B2").id, Quarantine(ReasonCode.CORRUPT_AUDIO, "half of it is missing")
        )
        uow.commit()
    assert follow(ledger, "KB") == FollowUpResult(0, 0, 0, 0)

    def fail(*_: object) -> list[LedgerEntry]:
        raise ZeroDivisionError

    monkeypatch.setattr(service, "from_later_call", fail)
    assert follow(ledger) == FollowUpResult(1, 0, 0, 1)


def test_a_run_knows_its_customers(ledger: Database) -> None:
    run = Run("r", "file:///calls", None, factories.STANDARD, factories.ENGINE.digest, factories.SCORER, at(24))
    with ledger.unit_of_work() as uow:
        uow.runs.start(run)
        for call_id in ("A1", "A2", "C1", "D1"):
            uow.calls.saw("r", f"file:///calls/{call_id}.wav", factories.recording(call_id).id)
        assert uow.runs.customers("r") == {"KA", "KC"}


def test_a_person_has_the_last_word(ledger: Database) -> None:
    follow(ledger, "KA")
    (entry,) = [entry for entry in entries(ledger) if entry.events]

    def say(status: PromiseStatus, day: int) -> bool:
        return mark(entry.id, status, "李", "听过录音", at(day), ledger.unit_of_work, mask=str)

    assert say(PromiseStatus.KEPT, 25)
    assert not say(PromiseStatus.KEPT, 26)
    assert told(ledger) == {"A1 callback": "kept"}
    # The customer calls again and says so again: a dispute, until the person has spoken again.
    put_call(ledger, "A3", started_at=at(27), customer_ref="KA", transcript=talk("A3", UNDONE))
    assert follow_up(lambda _: STANDARD, at(28), ledger.unit_of_work) == FollowUpResult(2, 1, 1, 0)
    (now,) = [one for one in entries(ledger) if one.id == entry.id]
    assert standing(now.promise, now.events, at(28)).dispute is not None
    assert say(PromiseStatus.KEPT, 29)
    (now,) = [one for one in entries(ledger) if one.id == entry.id]
    stands = standing(now.promise, now.events, at(29))
    assert (stands.status, stands.dispute, stands.settled) == (PromiseStatus.KEPT, None, True)
    with pytest.raises(InputError, match="no promise 'nothing' in the ledger"):
        mark("nothing", PromiseStatus.KEPT, "李", "", at(25), ledger.unit_of_work, mask=str)


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs `callqa promises ARGUMENTS` in a folder of its own."""
    yield from commands(database_url, tmp_path, monkeypatch, "promises")


def test_the_commands(ledger: Database, command: Command) -> None:
    followed = command("follow-up", "--json")
    assert followed.exit_code == 0, followed.exception
    assert json.loads(followed.stdout) == {"customers": 2, "kept": 1, "claimed": 1, "failed": 0}
    assert (
        "2 customers with more than one call: 0 promises found kept" in command("follow-up", "--language", "en").stdout
    )
    (entry,) = [entry for entry in entries(ledger) if any(event.claimed for event in entry.events)]
    marked = command("mark", entry.id, "broken", "--note", "已致电核实", "--by", "李")
    assert f"已记录：{entry.id} 未兑现" in marked.stdout
    assert "nothing new" in command("mark", entry.id, "broken", "--note", "已致电核实", "--language", "en").stdout
    assert told(ledger) == {"A1 callback": "broken", "B1 callback": "kept"}
    assert isinstance(command("mark", "nothing", "kept").exception, InputError)
    assert command("mark", entry.id, "forgotten").exit_code == 2
    assert isinstance(command("--json", "follow-up").exception, InputError)
    now = datetime.now(UTC)
    assert all(event.recorded_at <= now for one in entries(ledger) for event in one.events)
