"""How teams and agents stand, with what the calls can tell and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from callqa.reports.context import ScoreSummary
from callqa.reports.figures import MIN_SAMPLE, Proportion, summarise_tally, wilson
from callqa.reports.ledger import LedgerCounts, count, ledger_lines
from callqa.reports.ranking import Ranking, rank
from callqa.services.overview import Period, covers
from models.call import UNASSIGNED_AGENT
from models.person import Scope
from models.ports import UnitOfWorkFactory
from models.rollup import AgentMonth, Figures, ItemTally, ScoredCall, Tally

MOST_CALLS = 5
"""Calls that an agent's page praises, and as many that it shows for learning."""
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team of the list; `team` is None for calls without one."""

    team: str | None
    tally: Tally
    score: ScoreSummary


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A team and its agents; `names` are those of agents who have one, `items` in the order of the standards."""

    team: str
    figures: Figures
    score: ScoreSummary
    ranking: Ranking
    names: Mapping[str, str]
    items: Sequence[ItemTally]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AgentPage:
    """An agent beside the team, of which the agent alone sees no more than `Rollups.of_group` tells.

    `praised`: the best calls of whose verdicts the machine was sure, none of them fatal. `items` are in the order of
    the standards, `team_items` the team's by id; empty without a team. `promises` are those made in these days.
    """

    month: AgentMonth
    score: ScoreSummary
    team_score: ScoreSummary | None
    team_items: Mapping[str, ItemTally]
    promises: LedgerCounts
    praised: tuple[ScoredCall, ...]
    items: Sequence[ItemTally]
    titles: Mapping[str, str]


def team_lines(period: Period, scope: Scope, new_unit: UnitOfWorkFactory) -> Sequence[TeamLine]:
    """The teams with calls, in alphabetical order, then calls without a team."""
    with new_unit() as uow:
        tallies = uow.rollups.teams(period.since, period.until, scope)
    return [TeamLine(team, tally, summarise_tally(tally)) for team, tally in tallies.items()]


def team_page(team: str, period: Period, scope: Scope, new_unit: UnitOfWorkFactory) -> TeamPage | None:
    """A team's page; None for a team without calls in these days that is not one of the visitor's own either."""
    with new_unit() as uow:
        figures = uow.rollups.of_team(team, period.since, period.until, scope)
        if not figures.tally.calls and (not team or scope.teams is None or team not in scope.teams):
            return None
        tallies = dict(uow.rollups.agents(period.since, period.until, team, scope))
        # Nobody: calls whose agent is unknown.
        tallies.pop(UNASSIGNED_AGENT, None)
        titles = uow.rollups.titles()
        return TeamPage(
            team,
            figures,
            summarise_tally(figures.tally),
            rank(tallies),
            uow.rollups.names(tallies),
            in_order(figures.items, titles),
            titles,
        )


def agent_page(
    agent_id: str, period: Period, now: datetime, scope: Scope, new_unit: UnitOfWorkFactory
) -> AgentPage | None:
    """An agent's page; None for an unknown agent and for one whose calls the visitor may not see."""
    with new_unit() as uow:
        month = uow.rollups.agent_month(agent_id, period.since, period.until, MOST_CALLS, scope)
        if month is None:
            return None
        made = uow.glances.with_promises(agent_id, period.since, period.until, scope)
        lines = ledger_lines((entry for entry in uow.ledger.entries(made) if covers(scope, entry.meta)), now)
        best = uow.rollups.best_calls(agent_id, period.since, period.until, _LOOKED_AT, scope)
        titles = uow.rollups.titles()
    team = month.team_figures
    return AgentPage(
        month=month,
        score=summarise_tally(month.figures.tally),
        team_score=None if team is None else summarise_tally(team.tally),
        team_items={} if team is None else {item.item_id: item for item in team.items},
        promises=count(lines),
        praised=tuple(call for call in best if not call.needs_review and not call.fatal)[:MOST_CALLS],
        items=in_order(month.figures.items, titles),
        titles=titles,
    )


def in_order(items: Sequence[ItemTally], titles: Mapping[str, str]) -> Sequence[ItemTally]:
    """Items in the order of their titles; after them those that have none any more."""
    places = {item_id: place for place, item_id in enumerate(titles)}
    return sorted(items, key=lambda item: (places.get(item.item_id, len(places)), item.item_id))


def pass_rate(item: ItemTally | None) -> Proportion:
    """The share of met among the findings that judge, with its interval."""
    return wilson(0, 0) if item is None else wilson(item.met, item.judged)


def against(own: Proportion, team: Proportion) -> str | None:
    """Where the team's share lies outside the own interval "above" or "below", else "alike"; None for too few calls."""
    if own.low is None or own.high is None or team.share is None or own.n < MIN_SAMPLE:
        return None
    return "above" if own.low > team.share else "below" if own.high < team.share else "alike"
