"""`callqa privacy retain` as its users call it, on both databases: what is past its days."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from callqa.services.retention import Ages, Retained
from callqa.services.retention import retain as apply_ages
from models.survey import SurveyAnswer
from storage import Database
from storage.audio_store import FileAudioStore
from tests import factories
from tests.databases import dump
from tests.held_calls import NOW, PHONE, WORDS, Command, holds, log, printed, put
from tests.ledger_calls import entries

DAYS = ("CALLQA_ORIGINALS_DAYS", "CALLQA_PLAYBACK_DAYS", "CALLQA_TRANSCRIPTS_DAYS", "CALLQA_SCORES_DAYS")


def retain(command: Command, days: tuple[int, int, int, int], *options: str) -> dict[str, Any]:
    """`callqa privacy retain` under these settings."""
    given = [f"{name}={value}" for name, value in zip(DAYS, days, strict=True)]
    Path("callqa.toml").write_text(
        "".join(f"{g.split('=')[0].removeprefix('CALLQA_').lower()} = {g.split('=')[1]}\n" for g in given)
    )
    result: dict[str, Any] = printed(command("privacy", "retain", *options, "--json"))
    return {name: result[name] for name in nothing()}


def nothing(**more: int) -> dict[str, int]:
    return {"originals": 0, "playback": 0, "transcripts": 0, "calls": 0, "reports": 0, "notes": 0, "answers": 0, **more}


@pytest.mark.parametrize(
    ("days", "gone"),
    [
        ((0, 0, 0, 0), nothing()),
        ((30, 0, 0, 0), nothing(originals=2)),
        ((0, 30, 0, 0), nothing(playback=2)),
        ((0, 0, 30, 0), nothing(transcripts=2)),
        ((0, 0, 0, 30), nothing(calls=2)),
        ((0, 0, 10, 50), nothing(transcripts=2, calls=1)),
        ((99, 99, 99, 99), nothing()),
    ],
)
def test_each_kind_goes_after_its_days(
    command: Command,
    database: Database,
    database_url: str,
    tmp_path: Path,
    days: tuple[int, int, int, int],
    gone: dict[str, int],
) -> None:
    """Of calls 60, 40 and 5 days old; of the oldest the date is known from its run alone."""
    for name, old, dated in (("oldest", 60, False), ("old", 40, True), ("new", 5, True)):
        put(database, tmp_path / "calls", name, PHONE, days=old, dated=dated)
    before = dump(database_url)
    would = retain(command, days)
    assert dump(database_url) == before
    assert retain(command, days, "--yes") == (gone | {"transcripts": 1} if days[2:] == (10, 50) else gone)
    assert would == gone
    assert retain(command, days, "--yes") == nothing()
    records = [entry["subject"] for entry in log(command)]
    kinds = {"audio": gone["originals"] + gone["playback"], "calls": gone["calls"], "transcripts": gone["transcripts"]}
    assert records == [kind for kind, count in kinds.items() if count]


@pytest.mark.parametrize("ages", [Ages(0, 0, 30, 0), Ages(0, 0, 0, 30)])
def test_what_several_processes_let_go_at_once_is_recorded_once(
    command: Command, database: Database, tmp_path: Path, ages: Ages
) -> None:
    for number in range(4):
        put(database, tmp_path / "calls", f"old-{number}", PHONE, days=40)
    store, start = FileAudioStore(tmp_path / "home" / "audio"), threading.Barrier(4)

    def let_go(_: int) -> Retained:
        start.wait(10)
        return apply_ages(ages, "x", NOW, store, tmp_path / "home/reports", database.unit_of_work, dry_run=False)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(let_go, range(4)))
    assert sum(one.calls + one.transcripts for one in done) == 4
    (entry,) = log(command)
    assert entry["details"]["transcripts"] == 4


def test_with_calls_past_their_days_go_the_reports_that_name_them(
    command: Command, database: Database, tmp_path: Path
) -> None:
    put(database, tmp_path / "calls", "old", PHONE, days=40)
    put(database, tmp_path / "calls", "new", PHONE, days=5)
    for name in ("dlo", "wen"):
        assert command("report", "run", f"run-{name}").exit_code == 0
    assert retain(command, (0, 0, 30, 0), "--yes") == nothing(transcripts=1), "a page holds quotes, as the score does"
    assert retain(command, (0, 0, 0, 30)) == nothing(calls=1, reports=1)
    assert retain(command, (0, 0, 0, 30), "--yes") == nothing(calls=1, reports=1)
    assert [path.name for path in Path("home/reports").iterdir()] == ["run-run-wen.html"]
    assert [(e["subject"], e["details"].get("reports")) for e in log(command)[1:]] == [("reports", 1), ("calls", None)]


def test_a_text_past_its_days_is_gone_and_the_score_with_its_proof_stays(
    command: Command, database: Database, database_url: str, tmp_path: Path
) -> None:
    old = put(database, tmp_path / "calls", "old", PHONE, days=40)
    new = put(database, tmp_path / "calls", "new", PHONE, days=5)
    retain(command, (0, 0, 30, 0), "--yes")
    assert not holds(database_url, f"{WORDS}，old")
    with database.unit_of_work() as uow:
        assert uow.transcripts.get(old, factories.ENGINE.digest) is None
        assert [call.recording.id for call, _ in uow.transcripts.latest()] == [new]
        assert [recording_id for recording_id, _ in uow.transcripts.latest_ids()] == [new]
        assert [call.recording.id for call, _ in uow.transcripts.of([old, new])] == [new]
        assert list(uow.transcripts.heard_since(NOW - timedelta(days=99), "", 9)) == [new]
        card = uow.scorecards.of(old)
        assert card is not None
        assert card.findings[0].evidence[0].quote == "您好"
        view = uow.runs.view("run-dlo")
        assert view is not None
        assert view.calls[0].transcript is None
    assert len(entries(database)) == 2
    assert command("report", "run", "run-dlo").exit_code == 0
    exported = printed(command("privacy", "export", PHONE, "-o", "out", "--json"))
    assert (exported["calls"], exported["texts"]) == (2, 1)
    # What is left of it can still go, with the customer or by its days.
    assert retain(command, (0, 0, 30, 39), "--yes") == nothing(calls=1, reports=1)
    assert printed(command("privacy", "erase", PHONE, "--yes", "--json"))["calls"] == 1


def test_answers_to_surveys_go_with_the_scores(command: Command, database: Database) -> None:
    with database.unit_of_work() as uow:
        given = ((name, NOW - timedelta(days=days)) for name, days in (("S1", 40), ("S2", 20)))
        uow.surveys.add_all([SurveyAnswer(name, None, None, None, at, 2.0) for name, at in given])
        uow.commit()
    assert retain(command, (30, 30, 30, 0), "--yes") == nothing()
    assert retain(command, (0, 0, 0, 30)) == nothing(answers=1)
    assert retain(command, (0, 0, 0, 30), "--yes") == nothing(answers=1)
    assert retain(command, (0, 0, 0, 30), "--yes") == nothing()
    entry = log(command)[-1]
    assert (entry["subject"], entry["details"]["answers"]) == ("surveys", 1)
    with database.unit_of_work() as uow:
        assert [found.answer.answer_id for found in uow.surveys.joined(["S1", "S2"])] == ["S2"]
