"""Drafts of service standards and their back-tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, or_, select, update

from models.draft import StoredDraft, StoredTrial, TrialState
from storage.column_types import storable
from storage.draft_tables import standard_drafts
from storage.transaction import Transaction

_NO_TRIAL = dict.fromkeys(
    ("trial_days", "trial_begun_at", "trial_told_at", "trial_state", "trial_calls", "trial_outcome")
)


class StandardDrafts:
    """`models.draft.StandardDrafts` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def put(self, draft: StoredDraft, most: int) -> None:
        c = standard_drafts.c
        running = c.trial_state == TrialState.RUNNING
        # What is being tried stays: its trial would go on unseen, beside another one.
        if self._transaction.first(select(c.key).where(c.key == draft.key, running)) is not None:
            return
        # Brought again, the newest is the one that was brought last; what was tried is tried anew.
        self._transaction.delete(delete(standard_drafts).where(c.key == draft.key))
        row = {
            "key": draft.key,
            "text": draft.text,
            "source": draft.source,
            "brought_by": draft.brought_by,
            "brought_at": draft.brought_at,
            **_NO_TRIAL,
        }
        self._transaction.insert_new(standard_drafts, row)
        newest = select(c.key).order_by(c.brought_at.desc(), c.key).limit(most)
        kept = [one.key for one in self._transaction.rows(newest)]
        idle = or_(c.trial_state.is_(None), ~running)
        self._transaction.delete(delete(standard_drafts).where(c.key.not_in(kept), idle))

    def get(self, key: str) -> StoredDraft | None:
        row = self._transaction.first(select(standard_drafts).where(standard_drafts.c.key == storable(key)))
        return None if row is None else _draft(row)

    def drop(self, key: str) -> None:
        self._transaction.delete(delete(standard_drafts).where(standard_drafts.c.key == key))

    def begin_trial(self, key: str, trial: StoredTrial, quiet_since: datetime) -> bool:
        # Two that begin at once must not both find that none runs.
        self._transaction.lock_table(standard_drafts)
        c = standard_drafts.c
        running = select(c.key).where(c.trial_state == TrialState.RUNNING, c.trial_told_at >= quiet_since)
        if self._transaction.first(running) is not None:
            return False
        of_draft = update(standard_drafts).where(c.key == storable(key))
        return self._transaction.update(of_draft.values(**_trial_to_row(trial)))

    def tell(self, key: str, trial: StoredTrial) -> None:
        c = standard_drafts.c
        this = update(standard_drafts).where(c.key == key, c.trial_begun_at == trial.begun_at)
        self._transaction.update(this.values(**_trial_to_row(trial)))


def _trial_to_row(trial: StoredTrial) -> dict[str, Any]:
    return {
        "trial_days": trial.days,
        "trial_begun_at": trial.begun_at,
        "trial_told_at": trial.told_at,
        "trial_state": trial.state,
        "trial_calls": trial.calls,
        "trial_outcome": trial.outcome,
    }


def _draft(row: Row[Any]) -> StoredDraft:
    trial = None
    if row.trial_state is not None:
        trial = StoredTrial(
            row.trial_days, row.trial_begun_at, row.trial_told_at, row.trial_state, row.trial_calls, row.trial_outcome
        )
    return StoredDraft(row.key, row.text, row.source, row.brought_by, row.brought_at, trial)
