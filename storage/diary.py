"""Sittings, and which alerts went out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from models.errors import StateError
from models.night import Sitting, SittingTotals
from storage.column_types import storable
from storage.tables import alerts_sent, runs, sittings
from storage.transaction import Transaction

_IDS_PER_QUERY = 500


class Diary:
    """`models.night.Diary` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, sitting: Sitting) -> None:
        if self._transaction.first(select(runs.c.id).where(runs.c.id == sitting.run_id)) is None:
            raise StateError(f"run {sitting.run_id} is not in the database; start it first")
        self._transaction.insert_new(sittings, asdict(sitting))

    def latest(self, engine_digest: str, machine: str | None, most: int) -> Sequence[Sitting]:
        statement = select(sittings).where(sittings.c.engine_digest == engine_digest)
        if machine is not None:
            statement = statement.where(sittings.c.machine == machine)
        return tuple(
            _sitting(row)
            for row in self._transaction.rows(
                statement.order_by(sittings.c.ended_at.desc(), sittings.c.run_id, sittings.c.machine).limit(most)
            )
        )

    def last(self) -> Sitting | None:
        row = self._transaction.first(
            select(sittings).order_by(sittings.c.ended_at.desc(), sittings.c.run_id, sittings.c.machine).limit(1)
        )
        return None if row is None else _sitting(row)

    def totals(self) -> SittingTotals:
        summed = ("calls", "audio_s", "intake_s", "hear_s", "score_s")
        row = self._transaction.rows(
            select(func.count().label("sittings"), *(func.sum(sittings.c[name]).label(name) for name in summed))
        )[0]
        return SittingTotals(**{name: value for name, value in row._mapping.items() if value is not None})

    def told(self, kind: str, subjects: Collection[str]) -> frozenset[str]:
        found: set[str] = set()
        ordered = sorted(storable(subject) for subject in subjects)
        for start in range(0, len(ordered), _IDS_PER_QUERY):
            rows = self._transaction.rows(
                select(alerts_sent.c.subject).where(
                    alerts_sent.c.kind == kind, alerts_sent.c.subject.in_(ordered[start : start + _IDS_PER_QUERY])
                )
            )
            found.update(row.subject for row in rows)
        return frozenset(found)

    def tell(self, kind: str, subjects: Collection[str], at: datetime) -> None:
        for subject in sorted(subjects):
            self._transaction.insert_new(alerts_sent, {"kind": kind, "subject": subject, "sent_at": at})


def _sitting(row: Row[Any]) -> Sitting:
    return Sitting(**row._mapping)
