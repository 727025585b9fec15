"""`callqa promises` as its users call it, on both databases."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from models.errors import CallqaError, InputError
from models.ledger import StatusEvent, StatusSource
from models.scorecard import PromiseStatus
from storage import Database
from tests.ledger_calls import at, commands, entries, promise, put_call

Command = Callable[..., Result]
KEPT = StatusEvent(PromiseStatus.KEPT, StatusSource.TICKET, "GD-1", at(21), at(22), "王")
CLAIM = StatusEvent(
    PromiseStatus.BROKEN, StatusSource.LATER_CALL, "C7", at(23), at(24), "callqa", "说好24小时回电没人打", claimed=True
)


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs `callqa ARGUMENTS` in a folder of its own."""
    yield from commands(database_url, tmp_path, monkeypatch)


@pytest.fixture
def ledger(database: Database) -> Database:
    """Five calls: one promise overdue, one to come, one without a time, one kept, one of which a customer complains."""
    put_call(database, "C1", promise("24小时内给您回电", "callback", at(21)), customer_ref="13800138000")
    put_call(database, "C2", promise("后年给您答复", "reply", at(1, year=2190)), agent_id="A23", agent_name="周明远")
    put_call(database, "C3", promise("尽快处理", "handle", None))
    put_call(database, "C4", promise("明天上门", "visit", at(22)))
    put_call(database, "C5", promise("周日前退款", "refund", at(23)), customer_ref="K-5")
    by_call = {entry.meta.call_id: entry for entry in entries(database)}
    with database.unit_of_work() as uow:
        uow.ledger.record(by_call["C4"], KEPT)
        uow.ledger.record(by_call["C5"], CLAIM)
        uow.commit()
    return database


def calls(result: Result) -> list[str]:
    return [line["call_id"] for line in printed(result)["promises"]]


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["C1", "C5", "C2", "C3"]),
        (("--overdue",), ["C1", "C5"]),
        (("--status", "kept"), ["C4"]),
        (("--status", "kept", "--status", "broken"), ["C5", "C4"]),
        (("--status", "cancelled"), []),
        (("--due", "2025-11-21", "2025-11-22"), ["C1"]),
        (("--due", "2025-11-21", "2025-11-22", "--status", "kept"), ["C4"]),
        (("--agent", "A23"), ["C2"]),
        (("--agent", "A23", "--overdue"), []),
    ],
)
def test_what_is_listed_and_in_which_order(
    ledger: Database, command: Command, options: tuple[str, ...], expected: list[str]
) -> None:
    assert calls(command("promises", *options, "--json")) == expected


def test_json_tells_how_each_promise_stands_and_why(ledger: Database, command: Command) -> None:
    listed = printed(command("promises", "--json"))
    assert listed["counts"] == {
        "promises": 5, "open": 2, "overdue": 1, "kept": 1, "broken": 0, "claimed": 1, "disputed": 0, "cancelled": 0,
        "due": 3,
    }  # fmt: skip
    first, claimed = listed["promises"][:2]
    assert (first["customer"], first["status"], first["overdue"], first["due_at"]) == (
        "*******8000", "open", True, "2025-11-21T09:31:00+08:00",
    )  # fmt: skip
    assert first["history"] == []
    assert (claimed["status"], claimed["claimed"], claimed["claim"]) == ("broken", True, CLAIM.note)
    assert claimed["history"] == [
        {
            "status": "broken", "claimed": True, "source": "later_call", "reference": "C7", "note": CLAIM.note,
            "happened_at": "2025-11-23T09:31:00+08:00", "recorded_at": "2025-11-24T09:31:00+08:00",
            "recorded_by": "callqa",
        }
    ]  # fmt: skip


def test_the_list_for_people_in_both_languages(ledger: Database, command: Command) -> None:
    zh, en = command("promises"), command("promises", "--language", "en", "--status", "kept")
    for part in (
        "已过期",
        "24小时内给您回电",
        "客户称未兑现，待核实",
        "无确定时限",
        "周明远",
        "*******8000",
        "共 5 项承诺",
    ):
        assert part in zh.stdout, part
    assert "13800138000" not in zh.stdout
    assert zh.stdout.index("C1") < zh.stdout.index("C5") < zh.stdout.index("C2")
    assert "Kept (ticket GD-1)" in en.stdout
    assert "of 3 that fell due 1 were kept" in en.stdout
    assert "没有符合条件的承诺。" in command("promises", "--status", "cancelled").stdout


def test_what_cannot_be_listed_is_one_message(command: Command, tmp_path: Path) -> None:
    def refused(*arguments: str, kind: type[CallqaError] = InputError) -> str:
        found = command("promises", *arguments).exception
        assert isinstance(found, kind), found
        return str(found)

    assert "'tomorrow' is not a day" in refused("--due", "tomorrow", "2025-11-22")
    assert "swap them" in refused("--due", "2025-11-23", "2025-11-22")
    assert "no callqa database" in refused("--database-url", f"sqlite:///{tmp_path / 'none.db'}")
    assert command("promises", "--status", "forgotten").exit_code == 2


def test_the_ledger_in_every_form(ledger: Database, command: Command) -> None:
    for form in ("csv", "xlsx", "jsonl", "parquet"):
        assert command("export", "promises", "--format", form).exit_code == 0
        assert Path(f"promises.{form}").stat().st_size > 0
    with Path("promises.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["call_id"] for row in rows] == ["C1", "C5", "C2", "C3", "C4"]
    assert (rows[4]["status"], rows[4]["source"], rows[4]["reference"], rows[4]["recorded_by"]) == (
        "kept", "ticket", "GD-1", "王",
    )  # fmt: skip
    assert rows[0]["customer"] == "*******8000"
    lines = [json.loads(line) for line in Path("promises.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [len(line["history"]) for line in lines] == [0, 1, 0, 0, 1]


def test_what_a_newer_scorecard_lacks_is_still_there(ledger: Database, command: Command) -> None:
    (entry,) = [entry for entry in entries(ledger) if entry.meta.call_id == "C4"]
    with ledger.unit_of_work() as uow:
        stored = next(card for call, card in uow.scorecards.latest() if call.meta.call_id == "C4")
        engine = entry.placed.engine_digest
        uow.scorecards.put(entry.recording_id, engine, "rules-newer", replace(stored, promises=()))
        uow.commit()
    (line,) = printed(command("promises", "--status", "kept", "--json"))["promises"]
    assert (line["promise_id"], line["in_newest_scorecard"], line["quote"]) == (entry.id, False, "明天上门")
    assert "最新评分中已无此承诺" in command("promises", "--status", "kept").stdout
