"""Counts and lists over many calls, for planning a night, watching it, and metrics."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from models.call import RecordingState
from models.night import Backlog, FatalCall, Pulse
from models.run import Run
from storage.column_types import storable
from storage.runs import find_run
from storage.tables import claims, promises, recordings, run_files, runs, scorecards, transcripts
from storage.transaction import Transaction

_IDS_PER_QUERY = 500
_SET_ASIDE = recordings.c.state == RecordingState.QUARANTINED


class Census:
    """`models.night.Census` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def first_calls(self, agent_ids: Collection[str]) -> Mapping[str, datetime]:
        found: dict[str, datetime] = {}
        for ids in _in_parts(agent_ids):
            rows = self._transaction.rows(
                select(recordings.c.agent_id, func.min(recordings.c.started_at).label("first"))
                .where(recordings.c.agent_id.in_(ids), recordings.c.started_at.is_not(None))
                .group_by(recordings.c.agent_id)
            )
            found |= {row.agent_id: row.first for row in rows}
        return found

    def last_calls(self, since: datetime) -> Mapping[str, datetime]:
        rows = self._transaction.rows(
            select(recordings.c.agent_id, func.max(recordings.c.started_at).label("last"))
            .where(recordings.c.started_at >= since)
            .group_by(recordings.c.agent_id)
        )
        # Databases order text by their own collations.
        return {row.agent_id: row.last for row in sorted(rows, key=lambda row: str(row.agent_id))}

    def states(self) -> Mapping[RecordingState, int]:
        rows = self._transaction.rows(
            select(recordings.c.state, func.count().label("calls")).group_by(recordings.c.state)
        )
        return dict.fromkeys(RecordingState, 0) | {row.state: row.calls for row in rows}

    def pulse(self) -> Pulse:
        last = self._transaction.first(select(runs.c.id).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(1))
        newest = None if last is None else find_run(self._transaction, last.id)
        held = and_(claims.c.owner.is_not(None), claims.c.expires_at > self._transaction.now())
        at_work = self._transaction.rows(select(func.count().label("claims")).where(held))[0].claims
        return Pulse(newest, 0 if newest is None else self.backlog(newest).calls, at_work)

    def queue(self) -> Backlog:
        return self._backlog(recordings.c.state.in_([RecordingState.RECEIVED, RecordingState.TRANSCRIBED]))

    def backlog(self, run: Run) -> Backlog:
        return self._backlog(and_(_taken_in(run), ~_SET_ASIDE, ~_scored(run)))

    def scored_among(self, run: Run, recording_ids: Collection[str]) -> frozenset[str]:
        found: set[str] = set()
        for ids in _in_parts(recording_ids):
            rows = self._transaction.rows(
                select(recordings.c.id).where(recordings.c.id.in_(ids), or_(_SET_ASIDE, _scored(run)))
            )
            found.update(row.id for row in rows)
        return frozenset(found)

    def fatal_calls(self, run: Run) -> Sequence[FatalCall]:
        rows = self._transaction.rows(
            select(recordings.c.id, recordings.c.call_id, recordings.c.agent_id).where(
                _taken_in(run), ~_SET_ASIDE, _scored(run, scorecards.c.fatal)
            )
        )
        found = (FatalCall(row.id, row.call_id, row.agent_id) for row in rows)
        return tuple(sorted(found, key=lambda call: (call.call_id, call.recording_id)))

    def with_promises_due(self, after: datetime, until: datetime) -> Sequence[str]:
        rows = self._transaction.rows(
            select(transcripts.c.recording_id)
            .join(scorecards, scorecards.c.transcript_id == transcripts.c.id)
            .join(promises, promises.c.scorecard_id == scorecards.c.id)
            .where(promises.c.due_at > after, promises.c.due_at <= until)
            .distinct()
        )
        return sorted(row.recording_id for row in rows)

    def _backlog(self, which: ColumnElement[bool]) -> Backlog:
        row = self._transaction.rows(
            select(
                func.count().label("calls"),
                func.coalesce(func.sum(recordings.c.duration_s), 0.0).label("audio_s"),
                func.count(case((recordings.c.duration_s.is_(None), 1))).label("unknown"),
                func.count(case((recordings.c.attempts > 0, 1))).label("failed"),
            ).where(which)
        )[0]
        # To the millisecond: the order in which databases add floats is their own.
        return Backlog(row.calls, round(row.audio_s, 3), row.unknown, row.failed)


def _taken_in(run: Run) -> ColumnElement[bool]:
    return recordings.c.id.in_(select(run_files.c.recording_id).where(run_files.c.run_id == run.id))


def _scored(run: Run, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the recording has the scorecard that belongs to the run's engine, standard and scorer."""
    return exists().where(
        transcripts.c.recording_id == recordings.c.id,
        transcripts.c.engine_digest == run.engine_digest,
        scorecards.c.transcript_id == transcripts.c.id,
        scorecards.c.standard_digest == run.standard.digest,
        scorecards.c.scorer == run.scorer,
        *more,
    )


def _in_parts(ids: Collection[str]) -> list[list[str]]:
    """Sorted ids in lists that fit into one query."""
    ordered = sorted(storable(one) for one in ids)
    return [ordered[start : start + _IDS_PER_QUERY] for start in range(0, len(ordered), _IDS_PER_QUERY)]
