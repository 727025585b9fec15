"""Sets of calls that are judged blind, and the judgements on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select, update

from models.calibration import Calibration, Judgement
from models.person import Scope
from storage.calibration_tables import calibration_calls, calibration_judgements, calibration_reviewers, calibrations
from storage.call_order import in_scope
from storage.standing_tables import current_scorecards
from storage.tables import recordings
from storage.transaction import Transaction


class Calibrations:
    """`models.calibration.Calibrations` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, calibration: Calibration) -> int:
        head = {"title": calibration.title, "made_by": calibration.made_by, "made_at": calibration.made_at}
        made = int(self._transaction.insert(calibrations, head))
        self._transaction.insert_all(
            calibration_calls,
            [
                {"calibration_id": made, "recording_id": recording_id, "position": position}
                for position, recording_id in enumerate(calibration.recordings)
            ],
        )
        self._transaction.insert_all(
            calibration_reviewers, [{"calibration_id": made, "reviewer": name} for name in calibration.reviewers]
        )
        return made

    def get(self, calibration_id: int) -> Calibration | None:
        return next(iter(self._read(select(calibrations).where(calibrations.c.id == calibration_id))), None)

    def all(self) -> Sequence[Calibration]:
        return self._read(select(calibrations).order_by(calibrations.c.id.desc()))

    def close(self, calibration_id: int, closed_at: datetime) -> bool:
        """As in the port; waits for judgements that are just being kept."""
        is_open = calibrations.c.closed_at.is_(None)
        return self._transaction.update(
            update(calibrations).where(calibrations.c.id == calibration_id, is_open).values(closed_at=closed_at)
        )

    def judge(self, calibration_id: int, judgements: Sequence[Judgement]) -> bool:
        self._transaction.begin_writing()
        stood = self._transaction.locked(calibrations, id=calibration_id)
        if stood is None or stood.closed_at is not None:
            return False
        for one in judgements:
            key = {
                "calibration_id": calibration_id,
                "recording_id": one.recording_id,
                "item_id": one.item_id,
                "reviewer": one.reviewer,
            }
            self._transaction.delete(delete(calibration_judgements).filter_by(**key))
            self._transaction.insert(
                calibration_judgements, {**key, "verdict": one.verdict, "judged_at": one.judged_at}
            )
        return True

    def judgements(self, calibration_id: int) -> Sequence[Judgement]:
        return self._judgements(calibration_judgements.c.calibration_id == calibration_id)

    def judgements_on(self, recording_id: str) -> Sequence[Judgement]:
        """All on one call, in whatever sets, ordered by item and reviewer."""
        return self._judgements(calibration_judgements.c.recording_id == recording_id)

    def _judgements(self, which: ColumnElement[bool]) -> Sequence[Judgement]:
        rows = self._transaction.rows(select(calibration_judgements).where(which))
        found = [Judgement(row.recording_id, row.item_id, row.reviewer, row.verdict, row.judged_at) for row in rows]
        # Sorted here, because databases order text by their own collations.
        return sorted(found, key=lambda j: (j.recording_id, j.item_id, j.reviewer, j.judged_at))

    def drawn(self, scope: Scope, since: datetime, most: int) -> Sequence[str]:
        rows = self._transaction.rows(
            select(recordings.c.id)
            .join(current_scorecards, current_scorecards.c.recording_id == recordings.c.id)
            .where(recordings.c.started_at >= since, *in_scope(scope))
            .order_by(func.random())
            .limit(most)
        )
        return tuple(row.id for row in rows)

    def _read(self, statement: Select[Any]) -> list[Calibration]:
        heads = self._transaction.rows(statement)
        ids = [head.id for head in heads]
        calls: defaultdict[int, list[str]] = defaultdict(list)
        for row in self._transaction.rows(
            select(calibration_calls)
            .where(calibration_calls.c.calibration_id.in_(ids))
            .order_by(calibration_calls.c.position)
        ):
            calls[row.calibration_id].append(row.recording_id)
        who: defaultdict[int, list[str]] = defaultdict(list)
        for row in self._transaction.rows(
            select(calibration_reviewers).where(calibration_reviewers.c.calibration_id.in_(ids))
        ):
            who[row.calibration_id].append(row.reviewer)
        return [
            Calibration(h.id, h.title, h.made_by, h.made_at, tuple(calls[h.id]), tuple(sorted(who[h.id])), h.closed_at)
            for h in heads
        ]
