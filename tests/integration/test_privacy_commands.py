"""`callqa privacy` and `callqa audit` as their users call them, on both databases."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from callqa.metadata import MetadataReader
from callqa.services.intake import IntakeResult, IntakeRules, register
from callqa.services.retention import Ages, Retained
from callqa.services.retention import retain as apply_ages
from callqa.sources import list_source
from models.call import CallMeta, Quarantine, Recording
from models.errors import CallqaError, InputError, IntegrityError, ReasonCode
from models.keeping import ForgottenPart
from models.ledger import StatusEvent, StatusSource
from models.scorecard import PromiseStatus
from storage import Database
from storage.audio_store import FileAudioStore
from storage.hanging import hanging_on
from tests import factories
from tests.databases import bare_engine, dump
from tests.fakes import probe_anything
from tests.ledger_calls import at, commands, entries, promise, written

Command = Callable[..., Result]
PHONE, OTHER = "13800138000", "13911112222"
WORDS = "我的宽带断网两天了"
NOW = datetime.now(UTC)


@pytest.fixture
def command(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs `callqa ARGUMENTS` in a folder of its own."""
    yield from commands(database_url, tmp_path, monkeypatch)


def put(
    database: Database,
    source: Path,
    name: str,
    customer: str | None,
    days: float = 1,
    quarantined: bool = False,
    dated: bool = True,
) -> str:
    """A call with everything that can be kept of one; returns its recording's id. Its sound is its name."""
    path = source / f"{name}.wav"
    path.parent.mkdir(exist_ok=True)
    path.write_text(name)
    recording = Recording(
        hashlib.sha256(name.encode()).hexdigest(), path.absolute().as_uri(), factories.recording().audio
    )
    started_at = NOW - timedelta(days=days) if dated else None
    meta = CallMeta(name, agent_id="A17", team="T1", customer_ref=customer, started_at=started_at)
    run = replace(factories.run(f"run-{name[::-1]}", NOW - timedelta(days=days)), source=recording.uri)
    card = factories.scorecard(name, promises=(promise("24小时内给您回电", "callback", at(21)),))
    heard = replace(
        factories.transcript(("customer", f"{WORDS}，{name}"), ("agent", "您好")), recording_id=recording.id
    )
    with database.unit_of_work() as uow:
        uow.runs.start(run)
        uow.calls.add(recording, meta)
        uow.calls.saw(run.id, recording.uri, recording.id)
        uow.transcripts.put(heard)
        uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card)
        uow.reviews.add(factories.review(name))
        uow.commit()
    with database.unit_of_work() as uow:
        (entry,) = uow.ledger.entries([recording.id])
        uow.ledger.record(entry, StatusEvent(PromiseStatus.KEPT, StatusSource.TICKET, "GD-1", at(21), at(22), "王"))
        if quarantined:
            uow.calls.quarantine(recording.id, Quarantine(ReasonCode.TOO_LONG, "7 hours"))
        uow.commit()
    store = FileAudioStore(Path("home/audio"))
    store.put_original(recording.id, path, NOW - timedelta(days=days))
    store.put_playback(recording.id, written(f"copy of {name}"))
    copy = store.playback(recording.id)
    assert copy is not None
    os.utime(copy, ((NOW - timedelta(days=days)).timestamp(),) * 2)
    return recording.id


@pytest.fixture
def ids(database: Database, command: Command, tmp_path: Path) -> dict[str, str]:
    """Three calls of one customer, one of them set aside, and two others, with reports that name some."""
    source = tmp_path / "calls"
    reports = tmp_path / "home" / "reports"
    reports.mkdir(parents=True)
    found = {
        "first": put(database, source, "first", PHONE),
        "second": put(database, source, "second", f"+86 {PHONE[:3]}-{PHONE[3:]}"),
        "third": put(database, source, "third", PHONE, quarantined=True),
        "other": put(database, source, "other", OTHER),
        "nobody": put(database, source, "nobody", None),
    }
    (reports / "run-1.html").write_text("<p>first</p>")
    (reports / "run-2.html").write_text("<p>other</p>")
    return found


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


def refused(result: Result, kind: type[CallqaError]) -> str:
    assert isinstance(result.exception, kind), result.exception
    return str(result.exception)


def log(command: Command) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = printed(command("audit", "list", "--json"))
    return listed


def holds(url: str, text: str) -> bool:
    """Whether any row of any table has this text, the audit log's too."""
    return any(text in repr(row) for rows in dump(url).values() for row in rows)


def test_everything_of_a_customer_is_handed_out(command: Command, ids: dict[str, str]) -> None:
    done = printed(command("privacy", "export", PHONE, "-o", "out", "--request", "DS-7", "--json"))
    assert done == {"folder": "out", "calls": 3, "texts": 3, "sounds": 6}
    documents = json.loads(Path("out/calls.json").read_text(encoding="utf-8"))
    assert [document["call"]["call_id"] for document in documents] == ["first", "second", "third"]
    first, _, third = documents
    assert first["recording"]["id"] == ids["first"]
    assert first["transcripts"][0]["utterances"][0]["text"] == f"{WORDS}，first"
    assert first["scorecards"][0]["items"][0]["evidence"][0]["quote"] == "您好"
    assert first["reviews"][0]["reviewer"] == "R1"
    for document in documents:
        assert document["ledger"][0]["events"][0]["reference"] == "GD-1"
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
        "erased": True, "calls": 3, "transcripts": 3, "scorecards": 3, "promises": 6, "reviews": 3, "sounds": 6, "unread": [],
    }  # fmt: skip
    assert [Path(path).name for path in done["reports"]] == ["run-1.html"]
    assert [Path(uri).name for uri in done["sources"]] == ["first.wav", "second.wav", "third.wav"]


def test_after_erasing_nothing_of_the_customer_is_left_and_all_of_the_others_is(
    command: Command, ids: dict[str, str], database: Database, database_url: str, tmp_path: Path
) -> None:
    zh = command("privacy", "erase", f"138 0013 {PHONE[7:]}", "--yes", "--request", "DS-8", "--by", "李")
    assert zh.exit_code == 0, zh.exception
    assert "已删除：通话 3 通" in zh.stdout
    assert "first.wav" in zh.stdout
    for text in (PHONE, "138-", "first", "second", "third"):
        assert not holds(database_url, text), text
    for name in ("other", "nobody"):
        assert holds(database_url, f"{WORDS}，{name}")
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
    return {"originals": 0, "playback": 0, "transcripts": 0, "calls": 0, "reports": 0, **more}


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
