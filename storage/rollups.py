"""Figures of agents, teams and days, read from the sums that `storage.standing` keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, UnaryExpression, func, or_, select

from models.queue import Urgency
from models.rollup import HUNDREDTHS, AgentMonth, DayTally, Figures, ItemTally, Rebuilt, ScoredCall, Tally
from models.scorecard import Verdict
from storage.column_types import storable
from storage.places import within
from storage.scored_calls import scored_call_from_row, scored_calls
from storage.standing import rebuild
from storage.standing_tables import NO_TEAM, agent_day_items, agent_days, current_scorecards
from storage.tables import agents
from storage.transaction import Transaction

_SUMS = tuple(
    func.sum(agent_days.c[name]).label(name)
    for name in ("calls", "graded", "total_sum", "square_sum", "fatal", "needs_review")
)
_ITEM_SUMS = tuple(
    func.sum(agent_day_items.c[name]).label(name)
    for name in (*(verdict.value for verdict in Verdict), "points", "max_points")
)


class Rollups:
    """`models.rollup.Rollups` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def agent_month(self, agent_id: str, since: date, until: date, most_calls: int = 5) -> AgentMonth | None:
        agent = self._transaction.first(select(agents).where(agents.c.id == storable(agent_id)))
        if agent is None:
            return None
        return AgentMonth(
            agent_id=agent.id,
            agent_name=agent.name,
            team=agent.team,
            since=since,
            until=until,
            figures=self.of_agent(agent_id, since, until),
            team_figures=None if agent.team is None else self.of_team(agent.team, since, until),
            worst=tuple(self.worst_calls(agent_id, since, until, most_calls)),
            best=tuple(self.best_calls(agent_id, since, until, most_calls)),
        )

    def of_agent(self, agent_id: str, since: date, until: date) -> Figures:
        return self._figures(agent_days.c.agent_id == storable(agent_id), _within(since, until))

    def of_team(self, team: str, since: date, until: date) -> Figures:
        return self._figures(agent_days.c.team == storable(team), _within(since, until))

    def of_all(self, since: date, until: date) -> Figures:
        return self._figures(_within(since, until))

    def teams(self, since: date, until: date) -> Mapping[str | None, Tally]:
        by_team = self._tallies(agent_days.c.team, _within(since, until))
        found: dict[str | None, Tally] = {team: tally for team, tally in by_team.items() if team != NO_TEAM}
        if NO_TEAM in by_team:
            found[None] = by_team[NO_TEAM]
        return found

    def agents(self, since: date, until: date, team: str | None = None) -> Mapping[str, Tally]:
        of_team = () if team is None else (agent_days.c.team == storable(team),)
        return self._tallies(agent_days.c.agent_id, _within(since, until), *of_team)

    def worst_calls(self, agent_id: str, since: date, until: date, most: int) -> Sequence[ScoredCall]:
        return self._calls(agent_id, since, until, most, current_scorecards.c.total.asc())

    def best_calls(self, agent_id: str, since: date, until: date, most: int) -> Sequence[ScoredCall]:
        return self._calls(agent_id, since, until, most, current_scorecards.c.total.desc())

    def rebuild(self) -> Rebuilt:
        return rebuild(self._transaction)

    def _figures(self, *which: ColumnElement[bool]) -> Figures:
        by_day = self._transaction.rows(
            select(agent_days.c.day, *_SUMS).where(*which).group_by(agent_days.c.day).order_by(agent_days.c.day)
        )
        by_item = self._transaction.rows(
            select(agent_day_items.c.item_id, *_ITEM_SUMS)
            .join(agent_days, agent_days.c.id == agent_day_items.c.agent_day_id)
            .where(*which)
            .group_by(agent_day_items.c.item_id)
        )
        days = tuple(DayTally(row.day, _tally(row)) for row in by_day)
        items = sorted(map(_item, by_item), key=lambda item: item.item_id)
        return Figures(_together([day.tally for day in days]), days, tuple(items))

    def _tallies(self, key: ColumnElement[str], *which: ColumnElement[bool]) -> dict[str, Tally]:
        rows = self._transaction.rows(select(key.label("key"), *_SUMS).where(*which).group_by(key))
        # Sorted here, because databases order text by their own collations.
        return {row.key: _tally(row) for row in sorted(rows, key=lambda row: str(row.key))}

    def _calls(
        self, agent_id: str, since: date, until: date, most: int, order: UnaryExpression[Any]
    ) -> Sequence[ScoredCall]:
        current = current_scorecards.c
        # By places, which the index of the agent's calls is in the order of; only those few are looked up elsewhere.
        chosen = (
            select(current.scorecard_id)
            .where(
                current.agent_id == storable(agent_id),
                or_(*(within(current.place, urgency, since, until) for urgency in Urgency)),
                current.total.is_not(None),
            )
            .order_by(order, current.day.desc(), current.scorecard_id.desc())
            .limit(most)
        )
        ids = [row.scorecard_id for row in self._transaction.rows(chosen)]
        rows = self._transaction.rows(scored_calls().where(current.scorecard_id.in_(ids)))
        return [scored_call_from_row(row) for row in sorted(rows, key=lambda row: ids.index(row.scorecard_id))]


def _within(since: date, until: date) -> ColumnElement[bool]:
    return agent_days.c.day.between(since, until)


def _tally(row: Row[Any]) -> Tally:
    return Tally(
        int(row.calls),
        int(row.graded),
        int(row.total_sum),
        int(row.square_sum),
        int(row.fatal),
        int(row.needs_review),
    )


def _together(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        sum(t.calls for t in tallies),
        sum(t.graded for t in tallies),
        sum(t.total_sum for t in tallies),
        sum(t.square_sum for t in tallies),
        sum(t.fatal for t in tallies),
        sum(t.needs_review for t in tallies),
    )


def _item(row: Row[Any]) -> ItemTally:
    verdicts = {verdict: int(getattr(row, verdict.value)) for verdict in Verdict}
    return ItemTally(row.item_id, verdicts, int(row.points) / HUNDREDTHS, int(row.max_points) / HUNDREDTHS)
