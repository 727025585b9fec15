"""`callqa privacy export` and `erase` as their users call them, on both databases: one customer's data."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from callqa.metadata import MetadataReader
from callqa.services.intake import IntakeResult, IntakeRules, register
from callqa.sources import list_source
from models.errors import InputError
from models.keeping import ForgottenPart
from models.review import words_digest
from models.survey import SurveyAnswer
from storage import Database
from storage.audio_store import FileAudioStore
from storage.hanging import hanging_on
from tests import factories
from tests.databases import dump
from tests.fakes import probe_anything
from tests.held_calls import NOW, PHONE, WORDS, Command, holds, log, printed, refused


def test_everything_of_a_customer_is_handed_out(command: Command, ids: dict[str, str]) -> None:
    done = printed(command("privacy", "export", PHONE, "-o", "out", "--request", "DS-7", "--json"))
    assert done == {"folder": "out", "calls": 3, "texts": 3, "sounds": 6, "answers": 0}
    documents = json.loads(Path("out/calls.json").read_text(encoding="utf-8"))
    assert [document["call"]["call_id"] for document in documents] == ["first", "second", "third"]
    first, _, third = documents
    assert first["recording"]["id"] == ids["first"]
    assert first["transcripts"][0]["utterances"][0]["text"] == f"{WORDS}，first"
    assert first["scorecards"][0]["items"][0]["evidence"][0]["quote"] == "您好"
    assert first["reviews"][0]["reviewer"] == "R1"
    assert first["reviews"][0]["sentence"] == {"utterance": 1, "kind": "greeting", "digest": words_digest("您好")}
    for document in documents:
        assert document["ledger"][0]["events"][0]["reference"] == "GD-1"
        (appeal,) = document["appeals"]
        name = document["call"]["call_id"]
        assert (appeal["reason"], appeal["ruling"]["reason"]) == (f"申诉，{name}", f"裁定，{name}")
        assert (document["assignment"]["reviewer"], document["assignment"]["assigned_by"]) == ("qa", "lead")
        judged = [(one["reviewer"], one["item_id"], one["verdict"]) for one in document["calibration"]]
        assert judged == [("lead", "greeting", "met"), ("qa", "greeting", "met")]
    assert first["found_at"] == [first["recording"]["uri"]]
    assert third["quarantine"] == {"reason": "too_long", "detail": "7 hours"}
    stem = f"first-{ids['first'][:8]}"
    assert first["audio"] == [f"audio/{stem}.playback.ogg", f"audio/{stem}.original.wav"]
    assert [Path("out", path).read_text() for path in first["audio"]] == ["copy of first", "first"]
    text = Path(f"out/transcripts/{stem}.txt").read_text(encoding="utf-8")
    assert f"[0:00.0] 客户: {WORDS}，first" in text
    assert not any("other" in path.read_text() for path in Path("out").rglob("*") if path.is_file())
    assert Path("out").stat().st_mode & 0o077 == 0
    (entry,) = log(command)
    assert (entry["action"], entry["subject"]) == ("customer_exported", "DS-7")
    assert entry["details"]["recordings"] == [ids[name] for name in ("first", "second", "third")]
    assert "is there already" in refused(command("privacy", "export", PHONE, "-o", "out"), InputError)


def test_a_customer_s_data_is_handed_out_whole_and_recorded_or_not_at_all(
    command: Command, ids: dict[str, str]
) -> None:
    store = FileAudioStore(Path("home/audio"))
    sound = store.playback(ids["second"])
    assert sound is not None
    # A sound that is there and cannot be copied.
    sound.unlink()
    sound.symlink_to("/proc/self/mem")
    assert isinstance(command("privacy", "export", PHONE, "-o", "out").exception, OSError | InputError)
    assert [path.name for path in Path.cwd().iterdir() if path.name.startswith("out")] == []
    assert log(command) == []
    sound.unlink()
    assert printed(command("privacy", "export", PHONE, "-o", "out", "--json"))["sounds"] == 5


def test_a_dry_run_counts_what_erasing_would_take_and_changes_nothing(
    command: Command, ids: dict[str, str], database_url: str
) -> None:
    before = dump(database_url)
    would = printed(command("privacy", "erase", PHONE, "--json"))
    assert dump(database_url) == before
    done = printed(command("privacy", "erase", PHONE, "--yes", "--json"))
    assert would == {**done, "erased": False}
    assert {name: value for name, value in done.items() if name not in ("sources", "reports")} == {
        "erased": True, "calls": 3, "transcripts": 3, "scorecards": 3, "promises": 6, "reviews": 3, "appeals": 3, "assignments": 3,
        "judgements": 6, "answers": 0, "sounds": 6, "unread": [],
    }  # fmt: skip
    assert [Path(path).name for path in done["reports"]] == ["run-1.html"]
    assert [Path(uri).name for uri in done["sources"]] == ["first.wav", "second.wav", "third.wav"]


def test_after_erasing_nothing_of_the_customer_is_left_and_all_of_the_others_is(
    command: Command, ids: dict[str, str], database: Database, database_url: str, tmp_path: Path
) -> None:
    zh = command("privacy", "erase", f"138 0013 {PHONE[7:]}", "--yes", "--request", "DS-8", "--by", "李")
    assert zh.exit_code == 0, zh.exception
    assert "已删除：通话 3 通" in zh.stdout
    assert "申诉 3 件，分派 3 条，校准评判 6 条" in zh.stdout
    assert "first.wav" in zh.stdout
    for text in (PHONE, "138-", "first", "second", "third"):
        assert not holds(database_url, text), text
    for name in ("other", "nobody"):
        for said in (WORDS, "申诉", "裁定"):
            assert holds(database_url, f"{said}，{name}")
    with database.unit_of_work() as uow:
        assert set(uow.desk.reviewers_of(list(ids.values()))) == {ids["other"], ids["nobody"]}
        assert sum(len(uow.calibrations.judgements(one.id)) for one in uow.calibrations.all()) == 4
    store = FileAudioStore(tmp_path / "home" / "audio")
    sounds = {name: (store.playback(i), store.original(i)) for name, i in ids.items()}
    assert [name for name, kept in sounds.items() if any(kept)] == ["other", "nobody"]
    assert [path.name for path in (tmp_path / "home/reports").iterdir()] == ["run-2.html"]
    assert (tmp_path / "calls/first.wav").exists(), "the source is not callqa's"
    (entry,) = log(command)
    assert (entry["action"], entry["actor"], entry["subject"]) == ("customer_erased", "李", "DS-8")
    assert entry["details"]["recordings"] == sorted(ids[name] for name in ("first", "second", "third"))
    assert entry["details"]["calls"] == 3
    assert printed(command("audit", "verify", "--json"))["intact"]
    for again in (("erase", PHONE, "--yes"), ("export", PHONE)):
        assert "no call of this customer" in refused(command("privacy", *again), InputError)


def test_reports_that_cannot_be_searched_are_named_and_stay(command: Command, ids: dict[str, str]) -> None:
    reports = Path("home/reports")
    (reports / "night.xlsx").write_bytes(b"PK\x03\x04\0\0first")
    (reports / "first.vtt").write_text("WEBVTT")
    (reports / "old").mkdir()
    (reports / "old/all.csv").write_text("call_id,total\nsecond,80\n", encoding="utf-8-sig")
    would = command("privacy", "erase", PHONE, "--language", "en").stdout
    for name in ("night.xlsx", "first.vtt", "all.csv", "run-1.html"):
        assert name in would
    done = printed(command("privacy", "erase", PHONE, "--yes", "--json"))
    assert {Path(path).name for path in done["reports"]} == {"first.vtt", "all.csv", "run-1.html"}
    assert [Path(path).name for path in done["unread"]] == ["night.xlsx"]
    assert sorted(path.name for path in reports.rglob("*") if path.is_file()) == ["night.xlsx", "run-2.html"]


def test_of_a_run_of_several_single_files_only_what_is_erased_loses_its_name(
    command: Command, ids: dict[str, str], database: Database, tmp_path: Path
) -> None:
    first, other = ((tmp_path / "calls" / f"{name}.wav").as_uri() for name in ("first", "other"))
    with database.unit_of_work() as uow:
        uow.runs.start(replace(factories.run("both"), source=f"{first} {other}"))
        uow.commit()
    assert command("privacy", "erase", PHONE, "--yes").exit_code == 0
    with database.unit_of_work() as uow:
        view = uow.runs.view("both")
    assert view is not None
    assert view.run.source == f"erased: {other}"


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_no_byte_of_what_was_erased_stays_in_an_sqlite_database(
    command: Command, ids: dict[str, str], database: Database, database_url: str
) -> None:
    """PostgreSQL has VACUUM for it."""
    path = Path(database_url.removeprefix("sqlite:///"))

    def bytes_on_disk() -> bytes:
        return b"".join(p.read_bytes() for p in sorted(path.parent.glob(f"{path.name}*")))

    assert f"{WORDS}，first".encode() in bytes_on_disk()
    database.close()
    assert command("privacy", "erase", PHONE, "--yes").exit_code == 0
    left = bytes_on_disk()
    assert f"{WORDS}，other".encode() in left
    for text in (PHONE, f"{WORDS}，first", "calls/first.wav"):
        assert text.encode() not in left


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_what_a_reader_keeps_in_the_log_is_said(command: Command, ids: dict[str, str], database_url: str) -> None:
    reader = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM recordings").fetchall()
    try:
        done = command("privacy", "erase", PHONE, "--yes", "--language", "en")
    finally:
        reader.close()
    assert done.exit_code == 0
    assert "still in its log" in done.stderr


def test_a_call_that_is_added_to_while_it_is_erased_goes_whole(
    command: Command, ids: dict[str, str], database: Database
) -> None:
    """What a run stores of it just now is waited for: it neither stops the erasing nor stays."""
    held, stored = threading.Event(), threading.Event()

    def run() -> None:
        with database.unit_of_work() as uow:
            other = replace(factories.ENGINE, digest="sha256:new")
            heard = replace(factories.transcript(("customer", WORDS)), recording_id=ids["first"], engine=other)
            uow.transcripts.put(heard)
            held.set()
            time.sleep(0.5)
            uow.commit()
            stored.set()

    with ThreadPoolExecutor() as pool:
        adding = pool.submit(run)
        assert held.wait(10)
        with database.unit_of_work() as uow:
            removed = uow.keeping.forget([ids["first"]], ForgottenPart.CALL, NOW)
            assert stored.is_set()
            uow.commit()
        adding.result()
    assert removed.transcripts == 2


def test_a_run_does_not_take_in_again_what_was_erased(
    command: Command, ids: dict[str, str], database: Database, tmp_path: Path
) -> None:
    assert command("privacy", "erase", PHONE, "--yes").exit_code == 0
    listing = list_source(str(tmp_path / "calls"))
    result = register(
        [MetadataReader(listing, "UTC")],
        factories.run("again"),
        IntakeRules("UTC", 0),
        probe_anything,
        database.unit_of_work,
    )
    assert result == IntakeResult(files=5, other_days=0, forgotten=3, ignored=0, missing=())
    with database.unit_of_work() as uow:
        assert uow.runs.counts("again").recordings == 2


def answer(answer_id: str, call_id: str | None, customer_ref: str | None, days: int = 1) -> SurveyAnswer:
    return SurveyAnswer(
        answer_id, call_id, customer_ref, None, NOW - timedelta(days=days), 2.0, None, f"慢，{answer_id}"
    )


@pytest.mark.parametrize("with_calls", [True, False])
def test_answers_to_surveys_are_handed_out_and_erased(
    command: Command, database: Database, database_url: str, request: pytest.FixtureRequest, with_calls: bool
) -> None:
    if with_calls:
        request.getfixturevalue("ids")
    with database.unit_of_work() as uow:
        own = answer("S1", None, f"+86 {PHONE}")
        uow.surveys.add_all([own, answer("S2", "first", None), answer("S3", "other", None), answer("S4", None, "139")])
        uow.commit()
    gone = ["S1", "S2"] if with_calls else ["S1"]
    assert printed(command("privacy", "export", PHONE, "-o", "out", "--json"))["answers"] == len(gone)
    handed = json.loads(Path("out/surveys.json").read_text())
    assert [(one["answer_id"], one["comment"]) for one in handed] == [(name, f"慢，{name}") for name in gone]
    assert printed(command("privacy", "erase", PHONE, "--json"))["answers"] == len(gone)
    assert holds(database_url, "慢，S1")
    assert printed(command("privacy", "erase", PHONE, "--yes", "--json"))["answers"] == len(gone)
    assert log(command)[-1]["details"]["answers"] == len(gone)
    for name in ("S1", "S2", "S3", "S4"):
        assert holds(database_url, f"慢，{name}") is (name not in gone)
    assert not holds(database_url, PHONE)
    assert "nor any answer" in refused(command("privacy", "erase", PHONE, "--yes"), InputError)
    Path("s.csv").write_text(f"answer_id,customer_ref,answered_at,score\nS1,{PHONE},2025-11-20,2\n")
    again = command("import", "surveys", "s.csv")
    assert (again.exit_code, "已按要求删除" in again.stdout) == (3, True)


@pytest.mark.parametrize("ref", ["", " - ", "13800138", "K-5"])
def test_a_customer_that_is_not_there_is_said_without_repeating_who(
    command: Command, ids: dict[str, str], ref: str
) -> None:
    said = refused(command("privacy", "erase", ref, "--yes"), InputError)
    assert "no call of this customer is stored" in said
    assert log(command) == []


def test_whatever_hangs_on_a_recording_goes_with_it() -> None:
    """A new table that points at recordings is found here: is it the call's own data?"""
    assert {table.name for table, _ in hanging_on(["x"])} == {
        "recordings", "run_files", "transcripts", "scorecards", "findings", "evidence", "promises", "reviews",
        "ledger_promises", "ledger_events", "claims", "current_scorecards", "queue_findings",
        "run_calls", "call_texts", "assignments", "sampled_calls", "score_times", "appeals", "appeal_rulings",
        "calibration_calls", "calibration_judgements",
    }  # fmt: skip
