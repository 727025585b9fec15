"""Appeals and their rulings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from models.appeal import Appeal, Ruling
from models.person import EVERYBODY, Scope
from storage.appeal_tables import appeal_rulings, appeals, score_times
from storage.call_order import in_scope
from storage.sealed_columns import open_row, seal_row
from storage.standing_tables import current_scorecards
from storage.tables import recordings
from storage.transaction import Transaction


class Appeals:
    """`models.appeal.Appeals` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, appeal: Appeal) -> int | None:
        row = {
            "recording_id": appeal.recording_id,
            "item_id": appeal.item_id,
            "title": appeal.title,
            "verdict": appeal.verdict,
            "reason": appeal.reason,
            "made_by": appeal.made_by,
            "made_at": appeal.made_at,
        }
        if not self._transaction.insert_new(
            appeals, seal_row(self._transaction.sealer, appeals, row, appeal.recording_id)
        ):
            return None
        found = self._transaction.first(
            select(appeals.c.id).where(
                appeals.c.recording_id == appeal.recording_id, appeals.c.item_id == appeal.item_id
            )
        )
        assert found is not None
        return int(found.id)

    def rule(self, appeal: Appeal, ruling: Ruling) -> bool:
        row = {
            "appeal_id": appeal.id,
            "upheld": ruling.upheld,
            "verdict": ruling.verdict,
            "reason": ruling.reason,
            "ruled_by": ruling.ruled_by,
            "ruled_at": ruling.ruled_at,
        }
        sealed = seal_row(self._transaction.sealer, appeal_rulings, row, appeal.recording_id)
        return self._transaction.insert_new(appeal_rulings, sealed)

    def get(self, appeal_id: int, scope: Scope) -> Appeal | None:
        return next(iter(self._read(_appeals(scope).where(appeals.c.id == appeal_id))), None)

    def of_call(self, recording_id: str) -> Sequence[Appeal]:
        return self._read(_appeals(EVERYBODY).where(appeals.c.recording_id == recording_id).order_by(appeals.c.id))

    def of_held(self, recording_id: str) -> Sequence[Appeal]:
        """The appeals of a call, oldest first, also of one that is quarantined now."""
        return self._read(_of_calls().where(appeals.c.recording_id == recording_id).order_by(appeals.c.id))

    def page(self, scope: Scope, is_open: bool, most: int) -> Sequence[Appeal]:
        ruled_at = appeal_rulings.c.ruled_at
        these = _appeals(scope).limit(most)
        if is_open:
            return self._read(these.where(ruled_at.is_(None)).order_by(appeals.c.made_at, appeals.c.id))
        return self._read(these.where(ruled_at.is_not(None)).order_by(ruled_at.desc(), appeals.c.id.desc()))

    def ruled(self) -> Sequence[Appeal]:
        return self._read(_appeals(EVERYBODY).where(appeal_rulings.c.ruled_at.is_not(None)).order_by(appeals.c.id))

    def scored_at(self, recording_id: str) -> datetime | None:
        row = self._transaction.first(
            select(score_times.c.stored_at)
            .join(current_scorecards, current_scorecards.c.scorecard_id == score_times.c.scorecard_id)
            .where(current_scorecards.c.recording_id == recording_id)
        )
        return None if row is None else row.stored_at

    def _read(self, statement: Select[Any]) -> list[Appeal]:
        rows = self._transaction.rows(statement)
        said = self._transaction.rows(
            select(appeal_rulings).where(appeal_rulings.c.appeal_id.in_([row.id for row in rows]))
        )
        rulings = {row.appeal_id: row for row in said}
        return [self._appeal(row, rulings.get(row.id)) for row in rows]

    def _appeal(self, row: Row[Any], said: Row[Any] | None) -> Appeal:
        sealer, ruling = self._transaction.sealer, None
        if said is not None:
            opened = open_row(sealer, appeal_rulings, said, row.recording_id)
            ruling = Ruling(said.upheld, said.verdict, opened.reason, said.ruled_by, said.ruled_at)
        return Appeal(
            id=row.id,
            recording_id=row.recording_id,
            call_id=row.call_id,
            agent_id=row.agent_id,
            team=row.team,
            item_id=row.item_id,
            title=row.title,
            verdict=row.verdict,
            reason=open_row(sealer, appeals, row, row.recording_id).reason,
            made_by=row.made_by,
            made_at=row.made_at,
            ruling=ruling,
        )


def _of_calls() -> Select[Any]:
    return select(appeals, recordings.c.call_id, recordings.c.agent_id, recordings.c.team).join(
        recordings, recordings.c.id == appeals.c.recording_id
    )


def _appeals(scope: Scope) -> Select[Any]:
    return (
        _of_calls()
        .join(current_scorecards, current_scorecards.c.recording_id == appeals.c.recording_id)
        .outerjoin(appeal_rulings, appeal_rulings.c.appeal_id == appeals.c.id)
        .where(*in_scope(scope))
    )
