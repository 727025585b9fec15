"""Scored calls with promises in a database, for tests of the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

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
    **facts: object,
) -> None:
    """A call with a scorecard of these promises; `facts` are fields of its metadata."""
    meta = CallMeta(call_id, started_at=started_at or at(20), **{"agent_id": "A17", **facts})  # type: ignore[arg-type]
    recording = factories.recording(call_id)
    heard = transcript or factories.transcript(("agent", "您好"), seed=call_id)
    card = factories.scorecard(call_id, promises=promises, agent_id=meta.agent_id)
    with database.unit_of_work() as uow:
        uow.calls.add(recording, meta)
        uow.transcripts.put(replace(heard, recording_id=recording.id))
        uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card)
        uow.commit()


def entries(database: Database) -> list[LedgerEntry]:
    """The whole ledger."""
    with database.unit_of_work() as uow:
        return list(uow.ledger.entries())
