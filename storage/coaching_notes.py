"""Notes of coaching talks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from models.coaching_note import CoachingNote, Outcome
from storage.coaching_tables import coaching_notes
from storage.column_types import storable
from storage.sealed_columns import open_row, seal_row
from storage.transaction import Transaction


class CoachingNotes:
    """`models.coaching_note.CoachingNotes` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, note: CoachingNote) -> int:
        row = {
            "agent_id": note.agent_id,
            "written_at": note.written_at,
            "written_by": note.written_by,
            "item_id": note.item_id,
            "note": note.note,
            "action": note.action,
            "due_on": note.due_on,
            "answer": None,
        }
        return int(self._transaction.insert(coaching_notes, self._sealed(note, row)))

    def of_agent(self, agent_id: str) -> Sequence[CoachingNote]:
        rows = self._transaction.rows(
            select(coaching_notes)
            .where(coaching_notes.c.agent_id == storable(agent_id))
            .order_by(coaching_notes.c.written_at, coaching_notes.c.id)
        )
        return [self._read(row) for row in rows]

    def answer(self, note: CoachingNote, answer: str) -> bool:
        place = {"written_by": note.written_by, "written_at": note.written_at}
        sealed = self._sealed(note, {**place, "note": None, "action": None, "answer": answer})
        return self._transaction.update(
            update(coaching_notes)
            .where(coaching_notes.c.id == note.id, coaching_notes.c.answer.is_(None))
            .values(answer=sealed["answer"])
        )

    def close(self, note: CoachingNote, outcome: Outcome, by: str, at: datetime) -> bool:
        return self._transaction.update(
            update(coaching_notes)
            .where(coaching_notes.c.id == note.id, coaching_notes.c.closed_at.is_(None))
            .values(closed_at=at, closed_by=by, outcome=outcome)
        )

    def count_older(self, moment: datetime) -> int:
        statement = select(func.count().label("notes")).where(coaching_notes.c.written_at < moment)
        return int(self._transaction.rows(statement)[0].notes)

    def forget_older(self, moment: datetime) -> int:
        return self._transaction.delete(delete(coaching_notes).where(coaching_notes.c.written_at < moment))

    def _sealed(self, note: CoachingNote, row: dict[str, Any]) -> dict[str, Any]:
        return seal_row(self._transaction.sealer, coaching_notes, row, note.agent_id)

    def _read(self, row: Row[Any]) -> CoachingNote:
        opened = open_row(self._transaction.sealer, coaching_notes, row, row.agent_id)
        return CoachingNote(
            id=opened.id,
            agent_id=opened.agent_id,
            written_at=opened.written_at,
            written_by=opened.written_by,
            item_id=opened.item_id,
            note=opened.note,
            action=opened.action,
            due_on=opened.due_on,
            answer=opened.answer,
            closed_at=opened.closed_at,
            closed_by=opened.closed_by,
            outcome=opened.outcome,
        )
