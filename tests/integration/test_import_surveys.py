"""`callqa import surveys` and `callqa import roster`, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from callqa.reports.words import LANGUAGES, Words
from models.audit import AuditAction
from models.errors import InputError
from models.imported import Refusal
from models.person import EVERYBODY
from models.survey import Match
from storage import Database
from tests.databases import dump
from tests.ledger_calls import at, commands, promise, put_call

Command = Callable[..., Result]
HEAD = "answer_id,call_id,customer_ref,answered_at,score,comment\n"


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs `callqa import ARGUMENTS` in a folder of its own."""
    yield from commands(database_url, tmp_path, monkeypatch, "import")


def told(result: Result, exit_code: int = 0) -> dict[str, Any]:
    assert result.exit_code == exit_code, result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def counts(found: dict[str, Any]) -> tuple[int, int, int, int]:
    return found["new"], found["changed"], found["same"], found["refused"]


def audited(database: Database, action: AuditAction) -> list[dict[str, Any]]:
    with database.unit_of_work() as uow:
        return [dict(entry.event.details) for entry in uow.audit.entries() if entry.event.action == action]


def test_the_same_file_again_changes_nothing_and_a_changed_row_is_kept_in_the_log(
    database: Database, database_url: str, command: Command
) -> None:
    Path("s.csv").write_text(
        HEAD
        + "S1,C1,,2025-11-20 10:00,4,电话13800138000不要打\n"
        + "S2,,13900139000,2025-11-20 10:00,2,\n"
        + "S2,,13900139000,2025-11-20 10:00,2,\n"
        + "S3,,,2025-11-20 10:00,9,\n"
        + "S4,,,2025-11-20 10:00,3,\n"
        + "S4,,,2025-11-20 10:00,4,\n"
    )
    empty = dump(database_url)
    assert counts(told(command("surveys", "s.csv", "--dry-run", "--json"), 3)) == (2, 0, 1, 3)
    assert dump(database_url) == empty
    first = told(command("surveys", "s.csv", "--by", "王芳", "--json"), 3)
    assert counts(first) == (2, 0, 1, 3)
    assert [(row["line"], row["column"], row["problem"], row["detail"]) for row in first["bad"]] == [
        (5, "score", "bad_score", "9"),
        (6, "", "disagree", "7"),
        (7, "", "disagree", "6"),
    ]
    assert (first["ambiguous"], first["without_call"]) == ([], 2)
    with database.unit_of_work() as uow:
        (one, two) = uow.surveys.answers(at(19), at(22), EVERYBODY)
    assert one.answer.comment is not None
    assert "13800138000" not in one.answer.comment
    assert (one.match, two.match) == (Match.NONE, Match.NONE)

    before = dump(database_url)
    assert counts(told(command("surveys", "s.csv", "--json"), 3)) == (0, 0, 3, 3)
    assert dump(database_url) == before

    # The calls come; then one answer is told otherwise.
    put_call(database, "C1", promise("24小时内给您回电", "callback", at(21)))
    put_call(database, "C2", promise("明天上门", "visit", at(21)), customer_ref="139-0013-9000", started_at=at(20, 9))
    Path("s.csv").write_text(HEAD + "S2,,13900139000,2025-11-20 10:00,5,很好\n")
    changed = told(command("surveys", "s.csv", "--json"))
    assert (counts(changed), changed["without_call"]) == ((0, 1, 0, 0), 0)
    with database.unit_of_work() as uow:
        joined = [(found.call_id, found.answer.score) for found in uow.surveys.answers(at(19), at(22), EVERYBODY)]
    assert joined == [("C1", 4.0), ("C2", 5.0)]
    first_deed, second_deed = audited(database, AuditAction.SURVEYS_IMPORTED)
    assert (first_deed["new"], first_deed["changed"]) == (2, [])
    assert second_deed["changed"] == [
        {"answer_id": "S2", "facts": ["score", "comment"], "score_before": 2.0, "score": 5.0}
    ]


def test_what_was_erased_does_not_come_back(database: Database, command: Command) -> None:
    Path("s.csv").write_text(HEAD + "S1,,13900139000,2025-11-20 10:00,2,\n")
    assert counts(told(command("surveys", "s.csv", "--json"))) == (1, 0, 0, 0)
    with database.unit_of_work() as uow:
        uow.surveys.forget(["S1"], at(22))
        uow.commit()
    again = told(command("surveys", "s.csv", "--json"), 3)
    assert (counts(again), again["bad"][0]["problem"]) == ((0, 0, 0, 1), "erased")


def test_what_people_are_told(database: Database, command: Command) -> None:
    for call_id in ("C1", "C2"):
        put_call(database, call_id, promise("明天上门", "visit", at(21)), customer_ref="139", started_at=at(20, 9))
    Path("s.csv").write_text(
        HEAD
        + "S1,,139,2025-11-20 10:00,满意,\n"
        + "S2,C9,,2025-11-20 10:00,一般,\n"
        + "S3,C9,,2025-11-20 10:00,13800138000,\n"
    )
    zh = command("surveys", "s.csv", "--scale", "words", "--dry-run")
    assert zh.exit_code == 3
    for part in (
        "第 2 行已保存，但该客户有不止一通同时开始的通话",
        "第 4 行“score”列未采用：评分“*******8000”不在所选分制内",
        "新增 2 行，更新 0 行，无变化 0 行，未采用 1 行",
        "其中 1 行暂无对应的通话",
        "试运行",
    ):
        assert part in zh.stdout, part
    en = command("surveys", "s.csv", "--scale", "words", "--language", "en").stdout
    assert "2 rows are new, 0 changed what was stored, 0 were known, 1 were not used" in en
    assert isinstance(command("surveys", "none.csv").exception, InputError)
    for language in LANGUAGES:
        assert all(Words(language)(f"import.refusal.{reason.value}", detail="x") for reason in Refusal)


def test_a_roster_is_taken_in_once_and_changes_are_kept_in_the_log(
    database: Database, database_url: str, command: Command
) -> None:
    Path("r.csv").write_bytes("工号,姓名,班组\nA1,张三,一组\nA2,李四,一组\nA3,王五,\n".encode("gb18030"))
    empty = dump(database_url)
    assert counts(told(command("roster", "r.csv", "--dry-run", "--json"), 3)) == (2, 0, 0, 1)
    assert dump(database_url) == empty
    assert counts(told(command("roster", "r.csv", "--json"), 3)) == (2, 0, 0, 1)
    before = dump(database_url)
    again = command("roster", "r.csv")
    assert "新增 0 行，更新 0 行，无变化 2 行，未采用 1 行" in again.stdout
    assert "第 4 行“班组”列未采用：没有班组" in again.stdout
    assert dump(database_url) == before
    Path("r.csv").write_text("agent_id,name,team\nA1,张三,二组\n")
    assert counts(told(command("roster", "r.csv", "--json"))) == (0, 1, 0, 0)
    with database.unit_of_work() as uow:
        assert [(entry.agent_id, entry.team) for entry in uow.roster.all()] == [("A1", "二组"), ("A2", "一组")]
    assert audited(database, AuditAction.ROSTER_IMPORTED)[1]["changed"] == [
        {"agent_id": "A1", "valid_from": "0001-01-01", "facts": ["team"], "team_before": "一组", "team": "二组"}
    ]
