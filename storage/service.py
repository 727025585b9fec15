"""Scored calls as services to customers, read in one pass."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from models.call import RecordingState
from models.person import Scope
from models.rollup import HUNDREDTHS
from models.service import ServedCall
from storage.scopes import in_scope
from storage.standing_tables import current_scorecards
from storage.tables import recordings, scorecards
from storage.transaction import Transaction

_BATCH = 1000
"""Ids in one statement: a bounded number of parameters."""


class ServedCalls:
    """`models.service.ServedCalls` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, since: date, until: date, scope: Scope) -> Sequence[ServedCall]:
        return self._calls(since, until, scope)

    def rated(self, since: date, until: date, scope: Scope, answered: Collection[str]) -> Sequence[ServedCall]:
        wanted = sorted(answered)
        found = list(self._calls(since, until, scope, recordings.c.csat.is_not(None)))
        for first in range(0, len(wanted), _BATCH):
            batch = recordings.c.id.in_(wanted[first : first + _BATCH])
            found += self._calls(since, until, scope, batch, recordings.c.csat.is_(None))
        return sorted(found, key=_order)

    def _calls(self, since: date, until: date, scope: Scope, *which: ColumnElement[bool]) -> list[ServedCall]:
        call, current = recordings.c, current_scorecards.c
        rows = self._transaction.rows(
            select(
                call.id,
                call.customer_ref,
                call.started_at,
                call.duration_s,
                call.ring_s,
                call.csat,
                call.resolved,
                current.total,
                scorecards.c.complaint.is_not(None).label("is_complaint"),
            )
            .join(current_scorecards, current.recording_id == call.id)
            .join(scorecards, scorecards.c.id == current.scorecard_id)
            .where(current.day.between(since, until), *in_scope(current, scope), call.started_at.is_not(None), *which)
        )
        calls = [
            ServedCall(
                row.id,
                row.customer_ref,
                row.started_at,
                row.duration_s,
                row.ring_s,
                row.csat,
                row.resolved,
                None if row.total is None else row.total / HUNDREDTHS,
                bool(row.is_complaint),
            )
            for row in rows
        ]
        return sorted(calls, key=_order)

    def visits(self, since: datetime, until: datetime) -> Sequence[tuple[str, datetime]]:
        call = recordings.c
        rows = self._transaction.rows(
            select(call.customer_ref, call.started_at).where(
                call.customer_ref.is_not(None),
                call.state != RecordingState.QUARANTINED,
                call.started_at.between(since, until),
            )
        )
        return sorted((row.customer_ref, row.started_at) for row in rows)


def _order(call: ServedCall) -> tuple[datetime, str]:
    return call.started_at, call.recording_id
