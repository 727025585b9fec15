"""Keeps `run_calls` true: what became of each recording in each run that found it."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, delete, func, select, true

from models.call import RecordingState
from storage.column_types import Text
from storage.standing_tables import run_calls
from storage.tables import recordings, run_files, runs, scorecards, transcripts
from storage.transaction import Transaction

_KEY = ("run_id", "recording_id")
_OUT = delete(run_calls).where(run_calls.c.recording_id == bindparam("recording", type_=Text))


def settle_runs(transaction: Transaction, recording_id: str) -> None:
    """Say anew how far the recording has come in its runs. The caller holds its row."""
    transaction.replace_from(run_calls, _calls(), _KEY, {"recording": recording_id})


def leave_runs(transaction: Transaction, recording_id: str) -> None:
    """Take the recording out of all runs; `settle_runs` puts it into those that still know it."""
    transaction.update(_OUT, {"recording": recording_id})


def rebuild_runs(transaction: Transaction) -> None:
    """Make the table anew. Nobody else may change it meanwhile."""
    transaction.lock_table(run_calls)
    transaction.delete(delete(run_calls))
    transaction.insert_from(run_calls, _calls(of_all=True), {})


@cache
def _calls(*, of_all: bool = False) -> Select[Any]:
    """The rows of the recording of the parameter, or of all."""
    found = (
        select(run_files.c.run_id, run_files.c.recording_id, func.count().label("files"))
        .where(true() if of_all else run_files.c.recording_id == bindparam("recording", type_=Text))
        .group_by(run_files.c.run_id, run_files.c.recording_id)
        .subquery()
    )
    quarantined = recordings.c.state == RecordingState.QUARANTINED
    return (
        select(
            found.c.run_id,
            found.c.recording_id,
            found.c.files,
            recordings.c.duration_s,
            quarantined.label("quarantined"),
            case((~quarantined, scorecards.c.fatal)).label("fatal"),
            case((~quarantined, scorecards.c.needs_review)).label("needs_review"),
        )
        .select_from(found)
        .join(runs, runs.c.id == found.c.run_id)
        .join(recordings, recordings.c.id == found.c.recording_id)
        .outerjoin(
            transcripts,
            and_(
                transcripts.c.recording_id == found.c.recording_id,
                transcripts.c.engine_digest == runs.c.engine_digest,
            ),
        )
        .outerjoin(
            scorecards,
            and_(
                scorecards.c.transcript_id == transcripts.c.id,
                scorecards.c.standard_digest == runs.c.standard_digest,
                scorecards.c.scorer == runs.c.scorer,
            ),
        )
        # SQLite takes what follows a query without conditions for a join.
        .where(true())
    )
