"""Calls with everything that can be kept of one, and the commands that hand it out and let it go."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from models.appeal import Appeal, Ruling
from models.calibration import Calibration, Judgement
from models.call import CallMeta, Quarantine, Recording
from models.desk import Assignment
from models.errors import CallqaError, ReasonCode
from models.ledger import StatusEvent, StatusSource
from models.person import Person, Post
from models.ports import UnitOfWork
from models.review import Sentence, words_digest
from models.scorecard import PromiseStatus, Verdict
from storage import Database
from storage.audio_store import FileAudioStore
from tests import factories
from tests.databases import dump
from tests.ledger_calls import at, commands, promise, written

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
        pointed = Sentence(1, "greeting", words_digest("您好"))
        uow.reviews.add(replace(factories.review(name), sentence=pointed))
        _discuss(uow, recording.id, meta)
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


def _discuss(uow: UnitOfWork, recording_id: str, meta: CallMeta) -> None:
    """What people do about a call besides reviewing it: an appeal with its ruling, a reviewer, a blind judgement."""
    for who, post in (("lead", Post.SUPERVISOR), ("qa", Post.QA)):
        if uow.people.get(who) is None:
            uow.people.put(Person(who, who, post, None, None, NOW))
    appeal = Appeal(
        0, recording_id, meta.call_id, "A17", "T1", "greeting", "问候", Verdict.MISSED, f"申诉，{meta.call_id}", "a17", at(22)
    )  # fmt: skip
    made = uow.appeals.add(appeal)
    assert made is not None
    uow.appeals.rule(
        replace(appeal, id=made), Ruling(True, Verdict.MET, f"裁定，{meta.call_id}", "lead", at(23))
    )  # fmt: skip
    uow.desk.assign(Assignment(recording_id, "qa", "lead", at(22)))
    number = uow.calibrations.add(Calibration(0, "第一期", "lead", at(22), (recording_id,), ("lead", "qa")))
    uow.calibrations.judge(
        number, [Judgement(recording_id, "greeting", who, Verdict.MET, at(23)) for who in ("lead", "qa")]
    )  # fmt: skip


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
