"""Phrases proposed for a standard, and what its owner decided about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

MOST_WHY_CHARACTERS = 300


class ProposalKind(StrEnum):
    """A phrase to charge, or a look-alike that is innocent."""

    ADDITION = "addition"
    EXCEPTION = "exception"


class Choice(StrEnum):
    """What was decided."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Change:
    """What a proposal would change: a phrase in, or a look-alike of, the families of a kind of a prohibited item."""

    kind: ProposalKind
    item_id: str
    family_kind: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody (login name) decided about a change to a standard, when its `version` was in use.

    `draft` is the key of the draft that holds an accepted change, None for a declined one; `why` None where they gave
    no reason. `decided_at` is aware.
    """

    standard_id: str
    version: str
    change: Change
    choice: Choice
    why: str | None
    draft: str | None
    decided_by: str
    decided_at: datetime


class ProposalDecisions(Protocol):
    """Decisions about proposals; none is ever taken back."""

    def add(self, decision: Decision, known: int) -> bool:
        """Keep it; False, and nothing is kept, where there are other than so many `known` ones about the standard."""

    def of(self, standard_id: str) -> Sequence[Decision]:
        """All about a standard, the newest first."""

    def move(self, draft: str, to: str) -> None:
        """What one draft held is held by another now."""
