"""Drafts of service standards: new versions on their way to being published, and their back-tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class TrialState(StrEnum):
    """How far a back-test is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StoredTrial:
    """A back-test of a draft on the calls of the last so many days. `calls` are done so far.

    `begun_at` (aware) tells it from others of the same draft, `told_at` is when it was heard of last. `outcome` is what
    it found as JSON, None before it is done.
    """

    days: int
    begun_at: datetime
    told_at: datetime
    state: TrialState = TrialState.RUNNING
    calls: int = 0
    outcome: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it was brought. `key` is the digest of its content, `source` names it in messages."""

    key: str
    text: str
    source: str
    brought_by: str
    brought_at: datetime
    trial: StoredTrial | None = None


class StandardDrafts(Protocol):
    """Drafts, and at most one back-test at a time among all who use the database."""

    def put(self, draft: StoredDraft, most: int) -> None:
        """Keep it, in place of one with the same key; of more than so many the oldest go. What is being tried stays."""

    def get(self, key: str) -> StoredDraft | None:
        """The draft; None for one that was never brought, or is gone."""

    def drop(self, key: str) -> None:
        """Let a draft go, with its trial; nothing happens where there is none."""

    def begin_trial(self, key: str, trial: StoredTrial, quiet_since: datetime) -> bool:
        """Give the draft a new trial. False for no such draft, and while a trial runs that was heard of since then."""

    def tell(self, key: str, trial: StoredTrial) -> None:
        """Note how far a trial is; nothing happens where the draft is gone or another trial has begun."""
