"""Who is at which run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Boolean, Column, Table, delete, select

from models.attendance import Attendee, OpenRun
from models.run import RunStatus
from storage.column_types import Moment, Text
from storage.runs import get_run, taken_in
from storage.tables import claims, metadata, recordings, runs
from storage.transaction import Transaction

# Points at nothing: a process is at its run before the first recording of it is stored, and the run with that.
attendance = Table(
    "attendance",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("expires_at", Moment, nullable=False),
    Column("takes_in", Boolean, nullable=False),
)


class Attendance:
    """`models.attendance.Attendance` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def attend(self, run_id: str, owner: str, lease_s: float, *, takes_in: bool) -> None:
        self.leave(run_id, owner)
        until = self._transaction.now() + timedelta(seconds=lease_s)
        sign = {"run_id": run_id, "owner": owner, "expires_at": until, "takes_in": takes_in}
        self._transaction.insert_new(attendance, sign)

    def leave(self, run_id: str, owner: str) -> None:
        mine = (attendance.c.run_id == run_id, attendance.c.owner == owner)
        self._transaction.update(delete(attendance).where(*mine))

    def open_runs(self) -> Sequence[OpenRun]:
        found = self._transaction.rows(
            select(runs.c.id).where(runs.c.status == RunStatus.RUNNING).order_by(runs.c.started_at.desc(), runs.c.id)
        )
        return tuple(OpenRun(get_run(self._transaction, row.id), self._attendees(row.id)) for row in found)

    def _attendees(self, run_id: str) -> tuple[Attendee, ...]:
        now = self._transaction.now()
        signs = self._transaction.rows(
            select(attendance).where(attendance.c.run_id == run_id).order_by(attendance.c.owner)
        )
        # Workers of a cluster hold recordings while only the flow that sends them is at the run.
        holders = self._transaction.rows(
            select(claims.c.owner, claims.c.expires_at)
            .join(recordings, recordings.c.id == claims.c.recording_id)
            .where(taken_in(run_id), claims.c.owner.is_not(None))
            .order_by(claims.c.owner, claims.c.expires_at)
        )
        latest = {row.owner: row.expires_at for row in holders}
        return (
            *(Attendee(row.owner, row.expires_at <= now, row.takes_in) for row in signs),
            *(Attendee(owner, expires_at <= now, takes_in=False) for owner, expires_at in latest.items()),
        )
