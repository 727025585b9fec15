"""Who works in which team, as the people who plan the work know it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from models.imported import Stored

ALWAYS = date.min
"""`valid_from` of what is said without a day."""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """What holds of an agent from `valid_from` until their next entry.

    `joined_on` and `left_on` are their first and last day of work, None where nobody says.
    """

    agent_id: str
    name: str
    team: str
    joined_on: date | None
    left_on: date | None
    valid_from: date = ALWAYS


class Roster(Protocol):
    """Entries by agent and first day."""

    def put_all(self, entries: Sequence[RosterEntry]) -> Stored[RosterEntry]:
        """Keep the entries, in place of those of the same agent and first day; each of these once."""

    def of(self, agent_id: str) -> Sequence[RosterEntry]:
        """The agent's entries, the oldest first; none for an agent who is not on the roster."""

    def all(self) -> Sequence[RosterEntry]:
        """All entries, ordered by agent and first day."""


def entry_on(entries: Iterable[RosterEntry], day: date) -> RosterEntry | None:
    """What holds of an agent on a day, of all their entries; None before the first."""
    return max((e for e in entries if e.valid_from <= day), key=lambda e: e.valid_from, default=None)
