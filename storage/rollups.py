"""Figures of agents, teams and days, read from the sums that `storage.standing` keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, UnaryExpression, and_, case, func, select, true

from models.call import UNASSIGNED_AGENT
from models.person import EVERYBODY, Scope
from models.rollup import (
    HUNDREDTHS,
    JUDGED,
    LEAST_GROUP,
    AgentMonth,
    DayTally,
    Figures,
    ItemTally,
    Rebuilt,
    ScoredCall,
    Tally,
)
from models.scorecard import Verdict
from storage.column_types import storable
from storage.places import on_days
from storage.scopes import in_scope
from storage.scored_calls import scored_call_from_row, scored_calls
from storage.standing import rebuild
from storage.standing_tables import NO_TEAM, agent_day_items, agent_days, current_scorecards
from storage.tables import agents, findings
from storage.transaction import Transaction

_IDS_PER_QUERY = 500
_NEWEST = 50
"""Scorecards whose items are named: an item of each standard in use is among them."""
_SUMS = tuple(
    func.sum(agent_days.c[name]).label(name)
    for name in ("calls", "graded", "total_sum", "square_sum", "fatal", "needs_review")
)
_ITEM_SUMS = tuple(
    func.sum(agent_day_items.c[name]).label(name)
    for name in (*(verdict.value for verdict in Verdict), "points", "max_points")
)
_ALL = true()


def _agents_with(calls: ColumnElement[int]) -> ColumnElement[int]:
    """How many agents, known by their ids, have any of these calls."""
    is_one = and_(calls > 0, agent_days.c.agent_id != UNASSIGNED_AGENT)
    return func.count(case((is_one, agent_days.c.agent_id)).distinct())


_AGENTS_GRADED = _agents_with(agent_days.c.graded)
_JUDGEMENTS = [agent_day_items.c[verdict.value] for verdict in JUDGED]
_AGENTS_JUDGED = _agents_with(sum(_JUDGEMENTS[1:], _JUDGEMENTS[0]))


class Rollups:
    """`models.rollup.Rollups` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def agent_month(
        self, agent_id: str, since: date, until: date, most_calls: int = 5, scope: Scope = EVERYBODY
    ) -> AgentMonth | None:
        agent = self._transaction.first(select(agents).where(agents.c.id == storable(agent_id)))
        if agent is None or scope.agent_id not in {None, agent_id}:
            return None
        figures = self.of_agent(agent_id, since, until, scope)
        is_team_shown = agent.team is not None and (scope.teams is None or agent.team in scope.teams)
        if scope.teams is not None and not is_team_shown and not figures.tally.calls:
            return None
        return AgentMonth(
            agent_id=agent.id,
            agent_name=agent.name,
            team=agent.team if is_team_shown else None,
            since=since,
            until=until,
            figures=figures,
            team_figures=self._around(agent.team, since, until, scope) if is_team_shown else None,
            worst=tuple(self.worst_calls(agent_id, since, until, most_calls, scope)),
            best=tuple(self.best_calls(agent_id, since, until, most_calls, scope)),
        )

    def of_agent(self, agent_id: str, since: date, until: date, scope: Scope = EVERYBODY) -> Figures:
        return self._figures(agent_days.c.agent_id == storable(agent_id), *_within(since, until, scope))

    def of_team(self, team: str, since: date, until: date, scope: Scope = EVERYBODY) -> Figures:
        return self._figures(agent_days.c.team == storable(team), *_within(since, until, scope))

    def of_group(self, team: str, since: date, until: date) -> Figures | None:
        which = (agent_days.c.team == storable(team), *_within(since, until, EVERYBODY))
        (row,) = self._transaction.rows(select(*_SUMS, _AGENTS_GRADED.label("agents")).where(*which))
        if row.agents < LEAST_GROUP:
            return None
        enough = _AGENTS_GRADED >= LEAST_GROUP, _AGENTS_JUDGED >= LEAST_GROUP
        tally, days = tally_from_row(row), self._days(*which, having=enough[0])
        if sum(day.tally.calls for day in days) != tally.calls:
            # A day that is left out is the rest between the others and the whole.
            days = ()
        return Figures(tally, days, self._items(*which, having=enough[1]))

    def of_all(self, since: date, until: date, scope: Scope = EVERYBODY) -> Figures:
        return self._figures(*_within(since, until, scope))

    def days(self, since: date, until: date, scope: Scope = EVERYBODY) -> Sequence[DayTally]:
        return self._days(*_within(since, until, scope))

    def teams(self, since: date, until: date, scope: Scope = EVERYBODY) -> Mapping[str | None, Tally]:
        by_team = self._tallies(agent_days.c.team, *_within(since, until, scope))
        found: dict[str | None, Tally] = {team: tally for team, tally in by_team.items() if team != NO_TEAM}
        if NO_TEAM in by_team:
            found[None] = by_team[NO_TEAM]
        return found

    def team_items(
        self, since: date, until: date, scope: Scope = EVERYBODY
    ) -> Mapping[str | None, Mapping[str, ItemTally]]:
        # A question for each team, along the index of teams and days: asked for all at once, SQLite reads every day.
        return {
            team: {
                item.item_id: item
                for item in self._items(agent_days.c.team == (team or NO_TEAM), *_within(since, until, scope))
            }
            for team in self.teams(since, until, scope)
        }

    def agents(
        self, since: date, until: date, team: str | None = None, scope: Scope = EVERYBODY
    ) -> Mapping[str, Tally]:
        of_team = () if team is None else (agent_days.c.team == storable(team),)
        return self._tallies(agent_days.c.agent_id, *_within(since, until, scope), *of_team)

    def names(self, agent_ids: Collection[str]) -> Mapping[str, str]:
        wanted, found = sorted(map(storable, agent_ids)), {}
        for start in range(0, len(wanted), _IDS_PER_QUERY):
            ids = wanted[start : start + _IDS_PER_QUERY]
            for row in self._transaction.rows(select(agents.c.id, agents.c.name).where(agents.c.id.in_(ids))):
                if row.name:
                    found[row.id] = row.name
        return found

    def titles(self) -> Mapping[str, str]:
        newest = select(current_scorecards.c.scorecard_id).order_by(current_scorecards.c.scorecard_id.desc())
        rows = self._transaction.rows(
            select(findings.c.item_id, findings.c.title)
            .where(findings.c.scorecard_id.in_(newest.limit(_NEWEST).scalar_subquery()))
            .order_by(findings.c.scorecard_id.desc(), findings.c.position)
        )
        found: dict[str, str] = {}
        for row in rows:
            found.setdefault(row.item_id, row.title)
        return found

    def worst_calls(
        self, agent_id: str, since: date, until: date, most: int, scope: Scope = EVERYBODY
    ) -> Sequence[ScoredCall]:
        return self._calls(agent_id, since, until, most, scope, current_scorecards.c.total.asc())

    def best_calls(
        self, agent_id: str, since: date, until: date, most: int, scope: Scope = EVERYBODY
    ) -> Sequence[ScoredCall]:
        return self._calls(agent_id, since, until, most, scope, current_scorecards.c.total.desc())

    def rebuild(self) -> Rebuilt:
        return rebuild(self._transaction)

    def _figures(self, *which: ColumnElement[bool]) -> Figures:
        days = self._days(*which)
        return Figures(_together([day.tally for day in days]), days, self._items(*which))

    def _around(self, team: str, since: date, until: date, scope: Scope) -> Figures | None:
        return self.of_team(team, since, until) if scope.agent_id is None else self.of_group(team, since, until)

    def _items(self, *which: ColumnElement[bool], having: ColumnElement[bool] = _ALL) -> tuple[ItemTally, ...]:
        rows = self._transaction.rows(
            select(agent_day_items.c.item_id, *_ITEM_SUMS)
            .join(agent_days, agent_days.c.id == agent_day_items.c.agent_day_id)
            .where(*which)
            .group_by(agent_day_items.c.item_id)
            .having(having)
        )
        return tuple(sorted(map(_item, rows), key=lambda item: item.item_id))

    def _days(self, *which: ColumnElement[bool], having: ColumnElement[bool] = _ALL) -> tuple[DayTally, ...]:
        by_day = select(agent_days.c.day, *_SUMS).where(*which).group_by(agent_days.c.day).having(having)
        rows = self._transaction.rows(by_day.order_by(agent_days.c.day))
        return tuple(DayTally(row.day, tally_from_row(row)) for row in rows)

    def _tallies(self, key: ColumnElement[str], *which: ColumnElement[bool]) -> dict[str, Tally]:
        rows = self._transaction.rows(select(key.label("key"), *_SUMS).where(*which).group_by(key))
        # Sorted here, because databases order text by their own collations.
        return {row.key: tally_from_row(row) for row in sorted(rows, key=lambda row: str(row.key))}

    def _calls(
        self, agent_id: str, since: date, until: date, most: int, scope: Scope, order: UnaryExpression[Any]
    ) -> Sequence[ScoredCall]:
        current = current_scorecards.c
        # By places, which the index of the agent's calls is in the order of; only those few are looked up elsewhere.
        chosen = (
            select(current.scorecard_id)
            .where(
                current.agent_id == storable(agent_id),
                on_days(current.place, since, until),
                current.total.is_not(None),
                *in_scope(current, scope),
            )
            .order_by(order, current.day.desc(), current.scorecard_id.desc())
            .limit(most)
        )
        ids = [row.scorecard_id for row in self._transaction.rows(chosen)]
        rows = self._transaction.rows(scored_calls().where(current.scorecard_id.in_(ids)))
        return [scored_call_from_row(row) for row in sorted(rows, key=lambda row: ids.index(row.scorecard_id))]


def _within(since: date, until: date, scope: Scope) -> list[ColumnElement[bool]]:
    return [agent_days.c.day.between(since, until), *in_scope(agent_days.c, scope)]


def tally_from_row(row: Row[Any]) -> Tally:
    """A row with a column for each field of a tally."""
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
