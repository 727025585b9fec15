"""What was agreed in a coaching talk: kept, answered, closed, and shown in the next report, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from asr.pii.notes import mask_note
from callqa.cli import app
from callqa.practice import find_practice
from callqa.reports.coaching_context import ActionLine, CoachingReport
from callqa.reports.render import render_coaching
from callqa.services.coaching import coaching_report
from callqa.services.coaching_notes import NoteRefusal, NoteRefusedError, answer_note, close_note, write_note
from callqa.services.overview import Period
from callqa.services.retention import Ages, retain
from models.coaching_note import MOST_NOTE_CHARACTERS, Outcome
from models.person import EVERYBODY, Person, Post, Scope
from models.scorecard import Verdict
from storage.audio_store import FileAudioStore
from storage.coaching_tables import coaching_notes
from storage.database import Database
from storage.sealing import Sealer, read_keys
from tests import factories
from tests.databases import dump
from tests.scored_calls import put

TALK = factories.STARTED_AT
DAY = TALK.date()
PERIOD = Period(DAY, DAY + timedelta(days=9))
NOW = TALK + timedelta(days=9)
AGENT = Person("a17", "赵坐席", Post.AGENT, None, "A17", TALK)
PHONE = "13800138000"


def fill(database: Database, verdict: Verdict, calls: int, day: int, agent_id: str = "A17") -> None:
    with database.unit_of_work() as uow:
        for number in range(calls):
            name = f"{agent_id}-{verdict.value}-{day}-{number}"
            meta = replace(factories.meta(name, agent_id, TALK + timedelta(days=day, minutes=number)), team="一班")
            points = 10 if verdict is Verdict.MET else 0
            put(uow, name, meta, factories.scorecard(findings=(factories.finding("greeting", verdict, points),)))
        uow.commit()


def write(
    database: Database,
    action: str = "先致歉",
    item: str | None = "greeting",
    *,
    note: str = "",
    due: date | None = None,
    scope: Scope = EVERYBODY,
    agent_id: str = "A17",
) -> int | None:
    return write_note(
        agent_id, item, action, note, due, "lead", TALK, scope, database.unit_of_work, mask=mask_note
    )  # fmt: skip


def report(database: Database, period: Period = PERIOD, scope: Scope = EVERYBODY) -> CoachingReport:
    found = coaching_report("A17", period, find_practice("", "zh"), "zh", NOW, scope, database.unit_of_work)
    assert found is not None
    return found


def only(found: CoachingReport) -> ActionLine:
    (line,) = found.actions
    return line


def test_the_next_report_shows_the_item_before_the_talk_and_since(database: Database) -> None:
    fill(database, Verdict.MET, 2, -31)
    fill(database, Verdict.MISSED, 12, -30)
    fill(database, Verdict.MISSED, 3, 0)
    fill(database, Verdict.MET, 12, 1)
    assert write(database, due=DAY + timedelta(days=3)) is not None

    line = only(report(database))

    assert (line.written_on, line.title, line.is_overdue) == (DAY, "greeting", True)
    assert line.before is not None
    assert line.since is not None
    assert line.change is not None
    assert (line.before.hits, line.before.n, line.since.hits, line.since.n) == (0, 12, 12, 12)
    assert 0 < line.change.low < line.change.difference == 1
    page = render_coaching(report(database))
    assert "谈话前 30 天" in page
    assert "+100.0 个百分点" in page
    assert "已过期限" in page


@pytest.mark.parametrize(("before", "since", "is_told"), [(5, 5, True), (4, 5, False), (5, 4, False), (0, 0, False)])
def test_too_little_data_is_said(database: Database, before: int, since: int, is_told: bool) -> None:
    fill(database, Verdict.MISSED, 1, 0)
    fill(database, Verdict.MISSED, before, -1)
    fill(database, Verdict.MET, since, 1)
    write(database)
    found = report(database)
    assert (only(found).change is not None) == is_told
    assert ("数据太少" in render_coaching(found)) != is_told


def test_an_action_is_shown_while_it_is_open_and_in_the_days_when_it_was_closed(database: Database) -> None:
    fill(database, Verdict.MET, 1, 0)
    number = write(database, "少用反问", None)
    assert number is not None
    line = only(report(database))
    assert (line.title, line.before, line.since, line.change) == (None, None, None, None)
    assert report(database, Period(DAY - timedelta(days=9), DAY - timedelta(days=1))).actions == ()
    later = Period(DAY + timedelta(days=30), DAY + timedelta(days=39))
    assert only(report(database, later)).note.id == number

    closed_at = TALK + timedelta(days=2)
    assert close_note("A17", number, Outcome.DONE, "lead", closed_at, EVERYBODY, database.unit_of_work)

    assert only(report(database)).note.outcome is Outcome.DONE
    assert report(database, later).actions == ()
    with pytest.raises(NoteRefusedError, match="was said before"):
        close_note("A17", number, Outcome.DROPPED, "lead", NOW, EVERYBODY, database.unit_of_work)


def test_personal_numbers_are_masked_and_the_log_holds_no_words(database: Database, database_url: str) -> None:
    fill(database, Verdict.MET, 1, 0)
    number = write(database, f"回访{PHONE}", note=f"客户{PHONE}不满")
    assert number is not None
    assert answer_note(number, f"已打{PHONE}", AGENT, NOW, database.unit_of_work, mask=mask_note)
    assert PHONE not in json.dumps(dump(database_url), default=str, ensure_ascii=False)
    with database.unit_of_work() as uow:
        told = [(e.event.action, e.event.subject, dict(e.event.details)) for e in uow.audit.entries()]
    assert told == [
        ("coaching_noted", "A17", {"note": number, "item": "greeting"}),
        ("coaching_answered", "A17", {"note": number}),
    ]


@pytest.mark.parametrize(
    ("action", "item", "due", "why"),
    [
        (" \n", "greeting", None, NoteRefusal.NO_TEXT),
        ("x" * (MOST_NOTE_CHARACTERS + 1), "greeting", None, NoteRefusal.TOO_LONG),
        ("先致歉", "greetings", None, NoteRefusal.UNKNOWN_ITEM),
        ("先致歉", "", None, NoteRefusal.UNKNOWN_ITEM),
        ("先致歉", None, DAY - timedelta(days=1), NoteRefusal.DUE_BEFORE),
    ],
)
def test_what_cannot_be_kept_is_refused(
    database: Database, action: str, item: str | None, due: date | None, why: NoteRefusal
) -> None:
    fill(database, Verdict.MET, 1, 0)
    with pytest.raises(NoteRefusedError) as refused:
        write(database, action, item, due=due)
    assert refused.value.why is why
    assert report(database).actions == ()


def test_the_longest_text_and_today_as_the_last_day_are_kept(database: Database) -> None:
    fill(database, Verdict.MET, 1, 0)
    assert write(database, "行" * MOST_NOTE_CHARACTERS, None, due=DAY) is not None


def test_notes_are_within_the_team_and_an_answer_is_the_agents_own(database: Database) -> None:
    fill(database, Verdict.MET, 1, 0)
    fill(database, Verdict.MET, 1, 0, "A18")
    own, other = Scope(frozenset({"一班"})), Scope(frozenset({"二班"}))
    number = write(database, scope=own)
    assert number is not None
    unit = database.unit_of_work
    assert write(database, scope=other) is None
    assert write(database, agent_id="A99", item=None) is None
    assert not close_note("A17", number, Outcome.DONE, "x", NOW, other, unit)
    assert not close_note("A18", number, Outcome.DONE, "x", NOW, EVERYBODY, unit)
    assert not close_note("A17", number + 1, Outcome.DONE, "x", NOW, EVERYBODY, unit)
    for person in (replace(AGENT, agent_id="A18"), replace(AGENT, agent_id=None)):
        assert not answer_note(number, "好", person, NOW, unit, mask=mask_note)
    assert answer_note(number, "好", AGENT, NOW, unit, mask=mask_note)
    with pytest.raises(NoteRefusedError):
        answer_note(number, "不好", AGENT, NOW, unit, mask=mask_note)
    assert only(report(database, scope=Scope(None, "A17"))).note.answer == "好"


def test_what_is_kept_is_sealed_and_brought_under_the_newest_key(database_url: str) -> None:
    keys = [f"{digit}" * 64 for digit in "12"]
    older, newer = Sealer(read_keys(keys[0])), Sealer(read_keys("\n".join(reversed(keys))))
    database = Database(database_url, older)
    fill(database, Verdict.MET, 1, 0)
    number = write(database, "先致歉", note="谈了开场")
    assert number is not None
    assert answer_note(number, "我会注意", AGENT, NOW, database.unit_of_work, mask=mask_note)
    database.close()
    rotated = Database(database_url, newer)
    after = ""
    while True:
        with rotated.unit_of_work() as uow:
            done = uow.sealed.reseal(after, 10)
            uow.commit()
        if done is None:
            break
        after = done.last

    assert newer.newest is not None
    stored = json.dumps(dump(database_url)[coaching_notes.name], default=str, ensure_ascii=False)
    assert "先致歉" not in stored
    assert stored.count(newer.newest) == 3
    with rotated.unit_of_work() as uow:
        (note,) = uow.coaching_notes.of_agent("A17")
    assert (note.action, note.note, note.answer) == ("先致歉", "谈了开场", "我会注意")
    rotated.close()


def command(database_url: str, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--database-url", database_url])


def test_the_commands_keep_list_and_close(database: Database, database_url: str, tmp_path: Path) -> None:
    fill(database, Verdict.MISSED, 6, 0)
    done = command(database_url, "coaching", "note", "A17", "--item", "greeting", "--action", "=先致歉", "--by", "王")
    assert done.exit_code == 0, done.output
    (listed,) = json.loads(command(database_url, "coaching", "list", "A17", "--json").output)
    assert (listed["action"], listed["written_by"], listed["outcome"]) == ("=先致歉", "王", None)
    assert "未了结" in command(database_url, "coaching", "list", "A17").output

    path, last = tmp_path / "a.xlsx", listed["written_at"][:10]
    days = ("--from", last, "--to", last, "-o", str(path), "--format", "xlsx")
    assert command(database_url, "report", "agent", "A17", *days).exit_code == 0
    names, values = list(load_workbook(path)["actions"].values)
    row = dict(zip(names, values, strict=True))
    assert (row["action"], row["since_judged"], row["outcome"]) == ("=先致歉", 0, None)

    number = str(listed["number"])
    assert command(database_url, "coaching", "close", "A17", number, "done").exit_code == 0
    (listed,) = json.loads(command(database_url, "coaching", "list", "A17", "--json").output)
    assert listed["outcome"] == "done"
    assert "没有辅导记录" in command(database_url, "coaching", "list", "A99").output
    for words, told in (
        (("note", "A99", "--action", "x"), "no agent 'A99'"),
        (("note", "A17", "--action", "x", "--item", "nothing"), "no scorecard has that item"),
        (("note", "A17", "--action", "x", "--until", "soon"), "--until 'soon' is not a day"),
        (("close", "A17", "999", "done"), "no note 999"),
    ):
        refused = command(database_url, "coaching", *words)
        assert refused.exit_code != 0
        assert told in str(refused.exception), words


def test_notes_go_with_the_scores_that_they_are_about(database: Database, tmp_path: Path) -> None:
    fill(database, Verdict.MET, 1, 0)
    write(database)
    store, unit = FileAudioStore(tmp_path / "audio"), database.unit_of_work
    for days, later, is_dry, gone in ((0, 400, False, 0), (30, 30, False, 0), (30, 31, True, 1), (30, 31, False, 1)):
        now = TALK + timedelta(days=later)
        done = retain(Ages(0, 0, 0, days), "x", now, store, tmp_path / "reports", unit, dry_run=is_dry)
        assert done.notes == gone
    with unit() as uow:
        assert uow.coaching_notes.of_agent("A17") == []
        last = list(uow.audit.entries())[-1].event
    assert (last.subject, last.details) == ("coaching_notes", {"days": 30, "notes": 1})
