"""Agents whose calls and roster do not meet: what doctor and plan say of them, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from callqa.reports.roster_text import unlisted_text
from callqa.reports.words import Words
from callqa.services.roster_gaps import LOOKED_BACK_DAYS, not_on_roster, roster_gaps
from models.call import UNASSIGNED_AGENT, CallMeta
from models.roster import ALWAYS, RosterEntry
from storage import Database
from tests.ledger_calls import SHANGHAI, at, commands, put_call

TODAY = date(2025, 11, 21)
ZONE = "Asia/Shanghai"


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    yield from commands(database_url, tmp_path, monkeypatch)


def entry(
    agent_id: str, joined_on: date | None = None, left_on: date | None = None, valid_from: date | None = None
) -> RosterEntry:
    return RosterEntry(agent_id, f"名{agent_id}", "一组", joined_on, left_on, valid_from or joined_on or ALWAYS)


def put_roster(database: Database, *entries: RosterEntry) -> None:
    with database.unit_of_work() as uow:
        uow.roster.put_all(entries)
        uow.commit()


def test_who_is_missing_on_either_side(database: Database) -> None:
    put_call(database, "C1", agent_id="A1")
    put_call(database, "C2", agent_id="B1", agent_name="钱七", started_at=at(20))
    put_call(database, "C3", agent_id="B2", started_at=at(20, month=9))
    put_call(database, "C4", agent_id="A5", started_at=at(10))
    put_call(database, "C5", agent_id=UNASSIGNED_AGENT)
    put_call(database, "C6", agent_id="A6", started_at=at(20, month=9))
    assert roster_gaps(TODAY, ZONE, database.unit_of_work) is None
    month_ago = TODAY - timedelta(days=LOOKED_BACK_DAYS)
    put_roster(
        database,
        entry("A1"),
        entry("A2"),
        entry("A3", joined_on=month_ago + timedelta(days=1)),
        entry("A4", left_on=TODAY - timedelta(days=1)),
        # Planned from tomorrow on, but at work already.
        entry("A5", valid_from=TODAY + timedelta(days=1)),
        entry("A6", joined_on=month_ago),
    )
    gaps = roster_gaps(TODAY, ZONE, database.unit_of_work)
    assert gaps is not None
    assert gaps.unlisted == {"A5": "", "B1": "钱七"}
    assert [one.agent_id for one in gaps.silent] == ["A2", "A6"]
    assert gaps.listed == 4


def test_which_agents_of_recordings_are_not_on_the_roster(database: Database) -> None:
    def of(agent_id: str, started_at: datetime | None = None, name: str | None = None) -> CallMeta:
        return CallMeta(f"C-{agent_id}-{started_at}", agent_id=agent_id, agent_name=name, started_at=started_at)

    calls = [
        of("A1", at(1)), of("A1", at(20)), of("A2", at(20)), of("A2"), of("B1", at(20), "钱七"), of(UNASSIGNED_AGENT),
        # In Shanghai it is the next day, on which the entry holds.
        of("A3", datetime(2025, 11, 9, 17, tzinfo=UTC)),
    ]  # fmt: skip
    assert not_on_roster(calls, ZONE, database.unit_of_work) is None
    put_roster(
        database, entry("A1", joined_on=date(2025, 11, 2)), entry("A2"), entry("A3", joined_on=date(2025, 11, 10))
    )
    assert not_on_roster(calls, ZONE, database.unit_of_work) == {"A1": "", "B1": "钱七"}
    assert not_on_roster(calls[2:4], ZONE, database.unit_of_work) == {}


def test_doctor_tells_of_it_once_there_is_a_roster(database: Database, command: Callable[..., Result]) -> None:
    def told() -> list[dict[str, Any]]:
        found: dict[str, Any] = json.loads(command("doctor", "--json").stdout)
        return [check for check in found["checks"] if check["name"] == "roster"]

    now = datetime.now(SHANGHAI)
    for number in range(7):
        put_call(database, f"C{number}", agent_id=f"B{number}", agent_name="钱七", started_at=now)
    assert told() == []
    put_roster(database, entry("A2"))
    (check,) = told()
    assert check["ok"]
    assert check["detail"] == (
        "名册上在岗 1 人；最近 30 天有通话但不在名册上的坐席 7 名：B0 钱七、B1 钱七、B2 钱七、B3 钱七、B4 钱七 等"
        "；名册上最近 30 天没有任何通话的坐席 1 名：A2 名A2"
    )
    put_roster(database, *(entry(f"B{number}") for number in range(7)))
    put_call(database, "C9", agent_id="A2", started_at=now)
    assert told()[0]["detail"] == "名册上在岗 8 人；最近 30 天的通话与名册一致"


def test_a_plan_says_it_in_words() -> None:
    assert unlisted_text({"B1": "钱\u202e七"}, Words("zh")).startswith("这些录音中有 1 名坐席不在名册上：B1 钱")
    assert "\u202e" not in unlisted_text({"B1": "钱\u202e七"}, Words("zh"))
    assert "2 agents of these recordings" in unlisted_text({"B1": "", "B2": ""}, Words("en"))
