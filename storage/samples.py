"""What was drawn of agents' days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, exists, func, select

from models.call import UNASSIGNED_AGENT
from models.sample import Draw, Frame, Lots, SampledVerdict, chance_of
from storage.desk_tables import sample_draws, sampled_calls
from storage.reviews import in_force_reviews
from storage.standing_tables import current_scorecards
from storage.tables import findings, reviews, run_files
from storage.transaction import Transaction


class Samples:
    """`models.sample.Samples` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def undrawn(self, run_id: str, before: date) -> Mapping[tuple[str, date], Mapping[str, bool]]:
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
            select(c.agent_id, c.day, c.recording_id, c.needs_review).join(
                days, and_(days.c.agent_id == c.agent_id, days.c.day == c.day)
            )
        )
        found: defaultdict[tuple[str, date], dict[str, bool]] = defaultdict(dict)
        for row in rows:
            found[row.agent_id, row.day][row.recording_id] = row.needs_review
        return found

    def put(self, drawn: Draw) -> None:
        key = {"agent_id": drawn.agent_id, "day": drawn.day}
        counts = {
            "calls": drawn.of_all.calls,
            "drawn": drawn.of_all.drawn,
            "unsure_calls": drawn.of_unsure.calls,
            "unsure_drawn": drawn.of_unsure.drawn,
        }
        if self._transaction.insert_new(sample_draws, key | counts):
            for recording_id in drawn.recording_ids:
                one = {"recording_id": recording_id, "was_unsure": recording_id in drawn.unsure_ids}
                self._transaction.insert_new(sampled_calls, key | one)

    def of_day(self, day: date) -> Sequence[Draw]:
        drawn: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        for row in self._transaction.rows(select(sampled_calls).where(sampled_calls.c.day == day)):
            drawn[row.agent_id][row.recording_id] = row.was_unsure
        rows = self._transaction.rows(select(sample_draws).where(sample_draws.c.day == day))
        found = [
            Draw(
                row.agent_id, row.day, *_lots(row), tuple(sorted(calls)), frozenset(one for one in calls if calls[one])
            )
            for row in rows
            for calls in [drawn[row.agent_id]]
        ]
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
                drawn.was_unsure,
                sample_draws,
            )
            .select_from(sampled_calls)
            .join(sample_draws, and_(sample_draws.c.agent_id == drawn.agent_id, sample_draws.c.day == drawn.day))
            .join(current_scorecards, c.recording_id == drawn.recording_id)
            .join(findings, findings.c.scorecard_id == c.scorecard_id)
            .outerjoin(newest, holds)
            .where(drawn.recording_id.in_(of_run))
            .order_by(drawn.recording_id, findings.c.position)
        )
        return [
            SampledVerdict(row.item_id, row.machine, row.person, chance_of(*_lots(row), row.was_unsure)) for row in rows
        ]

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


def _lots(row: Row[Any]) -> tuple[Lots, Lots]:
    return Lots(row.calls, row.drawn), Lots(row.unsure_calls, row.unsure_drawn)
