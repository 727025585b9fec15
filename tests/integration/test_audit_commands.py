"""`callqa audit` as its users call it, on both databases: what is recorded, and a log that was tampered with."""

from __future__ import annotations

import getpass
import json
import sqlite3
from pathlib import Path

from models.errors import InputError, IntegrityError
from storage import Database
from tests.databases import bare_engine
from tests.held_calls import OTHER, PHONE, Command, log, printed, refused
from tests.ledger_calls import entries


def test_the_lists_for_people_in_both_languages(command: Command, ids: dict[str, str], database: Database) -> None:
    assert "没有设置保留期限" in command("privacy", "retain").stdout
    assert "审计日志为空" in command("audit", "verify").stdout
    assert "没有这样的记录" in command("audit", "list").stdout
    would = command("privacy", "erase", PHONE, "--language", "en").stdout
    assert "would erase (nothing was done): 3 calls" in would
    assert "With --yes it is done." in would
    assert "backups" in command("privacy", "erase", PHONE, "--yes", "--language", "en").stdout.lower()
    zh, en = command("audit", "list").stdout, command("audit", "list", "--language", "en").stdout
    assert "删除客户数据" in zh
    assert "customer's data erased" in en
    assert PHONE not in zh + en
    assert "审计日志完整：1 条" in command("audit", "verify").stdout
    assert "没有这样的记录" in command("audit", "list", "--action", "promise_marked").stdout


def test_a_log_that_was_tampered_with_is_said_where(command: Command, ids: dict[str, str], database_url: str) -> None:
    """By somebody who takes the triggers away first."""
    printed(command("privacy", "export", OTHER, "--json"))
    noted = printed(command("audit", "verify", "--json"))["head"]
    printed(command("privacy", "erase", PHONE, "--yes", "--json"))
    assert command("audit", "verify", "--head", noted).exit_code == 0
    tamper(database_url, "UPDATE audit_log SET actor = 'somebody' WHERE number = 2")
    said = command("audit", "verify", "--json")
    assert json.loads(said.stdout) == {
        "intact": False, "entries": 1, "head": noted, "problem": "changed", "at": 2,
    }  # fmt: skip
    assert "第 2 条的内容被改动" in refused(said, IntegrityError)
    tamper(database_url, "DELETE FROM audit_log WHERE number = 1")
    assert "第 1 条缺失" in refused(command("audit", "verify"), IntegrityError)
    tamper(database_url, "DELETE FROM audit_log")
    assert command("audit", "verify").exit_code == 0
    cut = refused(command("audit", "verify", "--head", noted, "--language", "en"), IntegrityError)
    assert "entry 1 is not in the log as it was noted" in cut
    assert "no head of an audit log" in refused(command("audit", "verify", "--head", "1"), InputError)


def tamper(url: str, statement: str) -> None:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            for trigger in ("audit_log_no_update", "audit_log_no_delete"):
                connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            connection.execute(statement)
        connection.close()
        return
    with bare_engine(url).begin() as server:
        server.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER ALL")
        server.exec_driver_sql(statement)


def test_marks_publications_and_promotions_are_recorded(
    command: Command, ids: dict[str, str], database: Database
) -> None:
    (entry,) = [entry for entry in entries(database) if entry.meta.call_id == "other"]
    for _ in range(2):
        done = command("promises", "mark", entry.id, "broken", "--note", f"叫 {OTHER}", "--by", "王")
        assert done.exit_code == 0, done.exception
    assert command("models", "promote", "shipped").exit_code == 0
    shown = command("standard", "show", "service-desk-en")
    Path("ours.yaml").write_text(shown.stdout, encoding="utf-8")
    for new in (True, False):
        assert printed(command("standard", "publish", "ours.yaml", "--json"))["published"] is new
    recorded = log(command)
    assert [(e["action"], e["subject"]) for e in recorded] == [
        ("promise_marked", entry.id), ("classifier_promoted", "shipped"), ("standard_published", recorded[2]["subject"]),
    ]  # fmt: skip
    assert recorded[2]["subject"].startswith("service-desk-en")
    told = {"recording": ids["other"], "status": "broken", "login": getpass.getuser()}
    assert (recorded[0]["actor"], recorded[0]["details"]) == ("王", told)
    assert "login" not in recorded[1]["details"], "it is the actor"
    assert OTHER not in json.dumps(recorded)
