"""Notes of coaching talks: what was agreed with an agent, what the agent says to it, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

MOST_NOTE_CHARACTERS = 1000
"""Of a note, an action and an answer each."""


class Outcome(StrEnum):
    """What became of an action."""

    DONE = "done"
    DROPPED = "dropped"
    """It is no longer wanted."""


@dataclass(frozen=True, slots=True)
class CoachingNote:
    """An agreed action about one item (None: about the work as a whole).

    `note` says what was talked about, "" for nothing; `due_on` is the last day, None without one. Moments are aware.
    `closed_at`, `closed_by` and `outcome` are set together, None while it is open. `answer` is the agent's own word,
    None while there is none.
    """

    id: int
    agent_id: str
    written_at: datetime
    written_by: str
    item_id: str | None
    note: str
    action: str
    due_on: date | None
    answer: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None


class CoachingNotes(Protocol):
    """Notes on agents. An answer and an outcome are given once; nothing is written over."""

    def add(self, note: CoachingNote) -> int:
        """Keep it, whatever its `id`; returns the id it has now."""

    def of_agent(self, agent_id: str) -> Sequence[CoachingNote]:
        """All notes on the agent, the oldest first; none for an unknown agent."""

    def answer(self, note: CoachingNote, answer: str) -> bool:
        """Keep the agent's answer; False when there is one."""

    def close(self, note: CoachingNote, outcome: Outcome, by: str, at: datetime) -> bool:
        """Keep what became of it; False when it is closed."""

    def count_older(self, moment: datetime) -> int:
        """How many were written before the moment."""

    def forget_older(self, moment: datetime) -> int:
        """Delete those written before the moment; returns how many."""
