"""What was drawn of agents' days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import and_, exists, select

from models.call import UNASSIGNED_AGENT
from models.sample import Draw
from storage.desk_tables import sample_draws, sampled_calls
from storage.standing_tables import current_scorecards
from storage.tables import run_files
from storage.transaction import Transaction


class Samples:
    """`models.sample.Samples` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def undrawn(self, run_id: str, before: date) -> Mapping[tuple[str, date], Sequence[str]]:
        c = current_scorecards.c
        drawn = exists().where(sample_draws.c.agent_id == c.agent_id, sample_draws.c.day == c.day)
        days = (
            select(c.agent_id, c.day)
            .join(run_files, run_files.c.recording_id == c.recording_id)
            .where(run_files.c.run_id == run_id, c.day < before, c.agent_id != UNASSIGNED_AGENT, ~drawn)
            .distinct()
            .subquery()
        )
        rows = self._transaction.rows(
            select(c.agent_id, c.day, c.recording_id).join(
                days, and_(days.c.agent_id == c.agent_id, days.c.day == c.day)
            )
        )
        found: defaultdict[tuple[str, date], list[str]] = defaultdict(list)
        for row in rows:
            found[row.agent_id, row.day].append(row.recording_id)
        return found

    def put(self, drawn: Draw) -> None:
        key = {"agent_id": drawn.agent_id, "day": drawn.day}
        counts = {"calls": drawn.calls, "drawn": len(drawn.recording_ids)}
        if self._transaction.insert_new(sample_draws, key | counts):
            for recording_id in drawn.recording_ids:
                self._transaction.insert_new(sampled_calls, key | {"recording_id": recording_id})

    def of_day(self, day: date) -> Sequence[Draw]:
        drawn: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._transaction.rows(select(sampled_calls).where(sampled_calls.c.day == day)):
            drawn[row.agent_id].append(row.recording_id)
        rows = self._transaction.rows(select(sample_draws).where(sample_draws.c.day == day))
        found = [Draw(row.agent_id, row.day, row.calls, tuple(sorted(drawn[row.agent_id]))) for row in rows]
        return sorted(found, key=lambda one: one.agent_id)
