"""What was drawn of agents' days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import and_, exists, func, select

from models.call import UNASSIGNED_AGENT
from models.sample import Draw, Frame, SampledVerdict
from storage.desk_tables import sample_draws, sampled_calls
from storage.reviews import in_force_reviews
from storage.standing_tables import current_scorecards
from storage.tables import findings, reviews, run_files
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

    def items_of(self, run_id: str) -> Sequence[SampledVerdict]:
        c, drawn = current_scorecards.c, sampled_calls.c
        of_run = select(run_files.c.recording_id).where(run_files.c.run_id == run_id)
        newest = in_force_reviews(reviews.c.recording_id.in_(of_run))
        holds = and_(
            newest.c.recording_id == drawn.recording_id, newest.c.item_id == findings.c.item_id, newest.c.age == 1
        )
        rows = self._transaction.rows(
            select(
                findings.c.item_id,
                findings.c.verdict.label("machine"),
                newest.c.verdict.label("person"),
                sample_draws.c.calls,
                sample_draws.c.drawn,
            )
            .select_from(sampled_calls)
            .join(sample_draws, and_(sample_draws.c.agent_id == drawn.agent_id, sample_draws.c.day == drawn.day))
            .join(current_scorecards, c.recording_id == drawn.recording_id)
            .join(findings, findings.c.scorecard_id == c.scorecard_id)
            .outerjoin(newest, holds)
            .where(drawn.recording_id.in_(of_run))
            .order_by(drawn.recording_id, findings.c.position)
        )
        return [SampledVerdict(row.item_id, row.machine, row.person, row.drawn / row.calls) for row in rows]

    def frame(self, run_id: str) -> Frame:
        c, draws = current_scorecards.c, sample_draws.c
        of_run = c.recording_id.in_(select(run_files.c.recording_id).where(run_files.c.run_id == run_id))
        of_draw = and_(draws.agent_id == c.agent_id, draws.day == c.day)
        ids = self._transaction.rows(
            select(c.recording_id).join_from(current_scorecards, sample_draws, of_draw).where(of_run)
        )
        days = (
            select(c.agent_id, c.day)
            .join_from(current_scorecards, sample_draws, of_draw)
            .where(of_run)
            .distinct()
            .subquery()
        )
        counts = self._transaction.rows(
            select(draws.calls, func.count().label("now"))
            .join_from(current_scorecards, sample_draws, of_draw)
            .join(days, and_(days.c.agent_id == c.agent_id, days.c.day == c.day))
            .group_by(draws.agent_id, draws.day, draws.calls)
        )
        # Calls can also have gone since, by retention or erasure.
        return Frame(frozenset(row.recording_id for row in ids), sum(max(0, row.now - row.calls) for row in counts))
