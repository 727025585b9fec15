"""Examples of how an agent did one item."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select

from models.person import Scope
from models.scorecard import Verdict
from storage.column_types import storable
from storage.scopes import in_scope
from storage.standing_tables import current_scorecards
from storage.tables import findings
from storage.transaction import Transaction


class Instances:
    """`models.coaching.Instances` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(
        self,
        agent_id: str,
        since: date,
        until: date,
        item_id: str,
        verdicts: Collection[Verdict],
        most: int,
        scope: Scope,
    ) -> Sequence[str]:
        current = current_scorecards.c
        rows = self._transaction.rows(
            select(current.recording_id)
            .join(findings, findings.c.scorecard_id == current.scorecard_id)
            .where(
                current.agent_id == storable(agent_id),
                current.day.between(since, until),
                *in_scope(current, scope),
                findings.c.item_id == storable(item_id),
                findings.c.verdict.in_(verdicts),
            )
            .order_by(findings.c.needs_review, current.day.desc(), current.scorecard_id.desc())
            .limit(most)
        )
        return [row.recording_id for row in rows]
