"""Decisions about phrases that were proposed for standards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update

from models.proposal import Change, Decision
from storage.column_types import storable
from storage.proposal_tables import proposal_decisions
from storage.sealed_columns import open_row, seal_row
from storage.transaction import Transaction


class ProposalDecisions:
    """`models.proposal.ProposalDecisions` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, decision: Decision, known: int) -> bool:
        # Two that decide at once must not both go on from the same draft.
        self._transaction.lock_table(proposal_decisions)
        if len(self.of(decision.standard_id)) != known:
            return False
        change = decision.change
        row = {
            "standard_id": decision.standard_id,
            "version": decision.version,
            "kind": change.kind,
            "item_id": change.item_id,
            "family_kind": change.family_kind,
            "phrase": change.phrase,
            "choice": decision.choice,
            "why": decision.why,
            "draft": decision.draft,
            "decided_by": decision.decided_by,
            "decided_at": decision.decided_at,
        }
        sealed = seal_row(self._transaction.sealer, proposal_decisions, row, decision.standard_id)
        self._transaction.insert(proposal_decisions, sealed)
        return True

    def of(self, standard_id: str) -> Sequence[Decision]:
        c = proposal_decisions.c
        statement = select(proposal_decisions).where(c.standard_id == storable(standard_id))
        rows = self._transaction.rows(statement.order_by(c.decided_at.desc(), c.id.desc()))
        return [self._read(row) for row in rows]

    def move(self, draft: str, to: str) -> None:
        c = proposal_decisions.c
        self._transaction.update(update(proposal_decisions).where(c.draft == draft).values(draft=to))

    def _read(self, row: Row[Any]) -> Decision:
        opened = open_row(self._transaction.sealer, proposal_decisions, row, row.standard_id)
        return Decision(
            standard_id=row.standard_id,
            version=row.version,
            change=Change(row.kind, row.item_id, row.family_kind, opened.phrase),
            choice=row.choice,
            why=opened.why,
            draft=row.draft,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
