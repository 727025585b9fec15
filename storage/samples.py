"""What was drawn of agents' days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, select, true

from models.call import UNASSIGNED_AGENT
from models.person import Scope
from models.sample import DaysFrame, Draw, Frame, Lots, SampledVerdict, chance_of
from models.scorecard import Verdict
from storage.desk_tables import sample_draws, sampled_calls
from storage.reviews import in_force_reviews
from storage.scopes import in_scope
from storage.standing_tables import agent_day_items, agent_days, current_scorecards
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
        items = _items(select(run_files.c.recording_id).where(run_files.c.run_id == run_id))
        rows = self._transaction.rows(items.order_by(sampled_calls.c.recording_id, findings.c.position))
        return [_sampled(row) for row in rows]

    def items_of_days(self, since: date, until: date, scope: Scope) -> Sequence[SampledVerdict]:
        of_days = select(sampled_calls.c.recording_id).where(sampled_calls.c.day.between(since, until))
        one = _items(of_days, *in_scope(current_scorecards.c, scope)).subquery()
        # Equal ones are counted by the database: of a year's draws there are hundreds of thousands.
        rows = self._transaction.rows(select(*one.c, func.count().label("times")).group_by(*one.c))
        found = [(_sampled(row), row.times) for row in rows]
        found.sort(key=lambda each: (each[0].item_id, each[0].machine, each[0].person or "", each[0].chance))
        return [each for each, times in found for _ in range(times)]

    def days_frame(self, since: date, until: date, scope: Scope) -> DaysFrame:
        days, draws = agent_days.c, sample_draws.c
        of_draw = and_(draws.agent_id == days.agent_id, draws.day == days.day)
        seen = and_(true(), *in_scope(days, scope))
        within = days.day.between(since, until)
        items = self._transaction.rows(
            select(
                agent_day_items.c.item_id, *(func.sum(agent_day_items.c[one.value]).label(one.value) for one in Verdict)
            )
            .select_from(agent_day_items)
            .join(agent_days, days.id == agent_day_items.c.agent_day_id)
            .join(sample_draws, of_draw)
            .where(within, seen)
            .group_by(agent_day_items.c.item_id)
        )
        undrawn = self._transaction.rows(
            select(func.coalesce(func.sum(days.calls), 0).label("calls"))
            .select_from(agent_days)
            .outerjoin(sample_draws, of_draw)
            .where(within, seen, draws.agent_id.is_(None))
        )
        counts = self._transaction.rows(
            select(draws.calls, func.sum(days.calls).label("now"))
            .join_from(agent_days, sample_draws, of_draw)
            .where(within)
            .group_by(draws.agent_id, draws.day, draws.calls)
            .having(func.sum(case((seen, 1), else_=0)) > 0)
        )
        # Databases order text by their own collations.
        verdicts = {
            row.item_id: {one: int(row._mapping[one.value]) for one in Verdict}
            for row in sorted(items, key=lambda row: str(row.item_id))
        }
        return DaysFrame(verdicts, _late(counts), int(undrawn[0].calls))

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
        return Frame(frozenset(row.recording_id for row in ids), _late(counts))


def _items(recording_ids: Select[Any], *seen: ColumnElement[bool]) -> Select[Any]:
    """Every item of the drawn ones of these recordings, as `_sampled` reads it."""
    c, drawn, lots = current_scorecards.c, sampled_calls.c, sample_draws.c
    newest = in_force_reviews(reviews.c.recording_id.in_(recording_ids))
    holds = and_(newest.c.recording_id == drawn.recording_id, newest.c.item_id == findings.c.item_id, newest.c.age == 1)
    return (
        select(
            findings.c.item_id,
            findings.c.verdict.label("machine"),
            newest.c.verdict.label("person"),
            drawn.was_unsure,
            lots.calls,
            lots.drawn,
            lots.unsure_calls,
            lots.unsure_drawn,
        )
        .select_from(sampled_calls)
        .join(sample_draws, and_(lots.agent_id == drawn.agent_id, lots.day == drawn.day))
        .join(current_scorecards, c.recording_id == drawn.recording_id)
        .join(findings, findings.c.scorecard_id == c.scorecard_id)
        .outerjoin(newest, holds)
        .where(drawn.recording_id.in_(recording_ids), *seen)
    )


def _sampled(row: Row[Any]) -> SampledVerdict:
    return SampledVerdict(row.item_id, row.machine, row.person, chance_of(*_lots(row), row.was_unsure))


def _late(counts: Iterable[Row[Any]]) -> int:
    """How many calls more than at the draw these days have `now`."""
    # Calls can also have gone since, by retention or erasure.
    return sum(max(0, int(row.now) - row.calls) for row in counts)


def _lots(row: Row[Any]) -> tuple[Lots, Lots]:
    return Lots(row.calls, row.drawn), Lots(row.unsure_calls, row.unsure_drawn)
