"""The roster: who works in which team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update

from models.imported import Stored
from models.roster import RosterEntry
from storage.column_types import storable
from storage.survey_tables import roster
from storage.transaction import Transaction


class Roster:
    """`models.roster.Roster` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def put_all(self, entries: Sequence[RosterEntry]) -> Stored[RosterEntry]:
        # Somebody else may be bringing the same file.
        self._transaction.lock_table(roster)
        known = {(entry.agent_id, entry.valid_from): entry for entry in self.all()}
        new, changed = [], []
        for entry in entries:
            before = known.get((storable(entry.agent_id), entry.valid_from))
            facts = {
                "name": storable(entry.name),
                "team": storable(entry.team),
                "joined_on": entry.joined_on,
                "left_on": entry.left_on,
            }
            if before is None:
                key = {"agent_id": entry.agent_id, "valid_from": entry.valid_from}
                self._transaction.insert(roster, key | facts)
                new.append(entry)
            elif any(getattr(before, name) != value for name, value in facts.items()):
                own = (roster.c.agent_id == before.agent_id, roster.c.valid_from == before.valid_from)
                self._transaction.update(update(roster).where(*own).values(**facts))
                changed.append((before, entry))
        return Stored(tuple(new), tuple(changed), len(entries) - len(new) - len(changed))

    def of(self, agent_id: str) -> Sequence[RosterEntry]:
        own = select(roster).where(roster.c.agent_id == storable(agent_id)).order_by(roster.c.valid_from)
        return tuple(map(_entry, self._transaction.rows(own)))

    def all(self) -> Sequence[RosterEntry]:
        entries = map(_entry, self._transaction.rows(select(roster)))
        # Databases order text in ways of their own.
        return tuple(sorted(entries, key=lambda entry: (entry.agent_id, entry.valid_from)))


def _entry(row: Row[Any]) -> RosterEntry:
    return RosterEntry(row.agent_id, row.name, row.team, row.joined_on, row.left_on, row.valid_from)
