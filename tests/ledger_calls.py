"""Scored calls with promises in a database, for tests of the ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from typer.testing import CliRunner, Result

from callqa.cli import app
from callqa.cli.common import console
from models.call import CallMeta
from models.ledger import LedgerEntry
from models.scorecard import Promise, Specificity
from models.transcript import Transcript
from storage import Database
from tests import factories

SHANGHAI = timezone(timedelta(hours=8))


def at(day: int, hour: int = 9, minute: int = 31, month: int = 11, year: int = 2025) -> datetime:
    """A moment in Shanghai, in November 2025 unless told otherwise: long past, whenever the tests run."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def promise(quote: str, action: str, due_at: datetime | None, utterance: int = 0, start: int = 0) -> Promise:
    """A promise at a place of its own; vague without a due time."""
    firm = Specificity.VAGUE if due_at is None else Specificity.CONCRETE
    return Promise(utterance, start, start + len(quote), 2.0, 4.0, quote, action, firm, due_at)


def put_call(
    database: Database,
    call_id: str,
    *promises: Promise,
    started_at: datetime | None = None,
    transcript: Transcript | None = None,
    **facts: Any,
) -> None:
    """A call with a scorecard of these promises; `facts` are fields of its metadata."""
    meta = CallMeta(call_id, started_at=started_at or at(20), **{"agent_id": "A17", **facts})
    recording = factories.recording(call_id)
    heard = transcript or factories.transcript(("agent", "您好"), seed=call_id)
    card = factories.scorecard(call_id, promises=promises, agent_id=meta.agent_id)
    with database.unit_of_work() as uow:
        uow.calls.add(recording, meta)
        uow.transcripts.put(replace(heard, recording_id=recording.id))
        uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card)
        uow.commit()


def written(text: str) -> Callable[[BinaryIO], None]:
    """What writes this text: a sound that nobody listens to."""

    def write(target: BinaryIO) -> None:
        target.write(text.encode())

    return write


def entries(database: Database) -> list[LedgerEntry]:
    """The whole ledger."""
    with database.unit_of_work() as uow:
        return list(uow.ledger.entries())


def commands(
    database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *prefix: str
) -> Iterator[Callable[..., Result]]:
    """What runs `callqa PREFIX ARGUMENTS` in a folder of its own; the environment is as before afterwards."""
    before = dict(os.environ)
    monkeypatch.chdir(folder)
    # The console takes its width when it is made, which may have been for another test.
    monkeypatch.setattr(console, "width", 200)
    os.environ |= {"CALLQA_DATABASE_URL": database_url, "CALLQA_HOME": str(folder / "home")}
    own = dict(os.environ)

    def run(*arguments: str) -> Result:
        os.environ.clear()
        os.environ |= own
        return CliRunner().invoke(app, [*prefix, *arguments])

    yield run
    os.environ.clear()
    os.environ |= before
