"""Teams, and the agents of one."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from callqa.reports.figures import MIN_SAMPLE, wilson
from callqa.services.overview import last_days
from callqa.services.rights import Right
from callqa.services.satisfied import customers_view
from callqa.services.standings import against, agent_page, pass_rate, team_lines, team_page
from callqa.web.doors import Doors, Who
from callqa.web.pages.overview import CHOICES, chosen_days, trend
from callqa.web.pictures import first_of, span
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.person import Post
from models.rollup import LEAST_GROUP


def teams_router(services: WebServices, shell: Shell) -> APIRouter:
    """The list of teams, a team's page, an agent's page."""
    doors = Doors(services)

    @doors.get("/teams", Right.SEE_TEAM)
    def teams(request: Request, who: Who, days: int = 30) -> Response:
        period = last_days(chosen_days(days), services.now(), shell.zone)
        lines = team_lines(period, who.scope, services.new_unit_of_work)
        return shell.page(
            request,
            "teams.html",
            period=period,
            lines=lines,
            span=span,
            first=first_of(line.score for line in lines),
            has_centre=who.scope.covers_team(None),
            choices=CHOICES,
            least=MIN_SAMPLE,
        )

    @doors.get("/teams/{team}", Right.SEE_TEAM)
    def team(request: Request, who: Who, team: str, days: int = 30) -> Response:
        period = last_days(chosen_days(days), services.now(), shell.zone)
        found = team_page(team, period, who.scope, services.new_unit_of_work)
        if found is None:
            raise HTTPException(404)
        picture = trend([("", found.figures.days)], period, shell.words(request))
        of_team = replace(who.scope, teams=frozenset({team}))
        return shell.page(
            request,
            "team.html",
            period=period,
            found=found,
            trend=picture,
            customers=customers_view(period, shell.zone, of_team, services.new_unit_of_work),
            span=span,
            first=first_of(one.score for one in found.ranking.ranked),
            pass_rate=pass_rate,
            has_report=who.scope.covers_team(team),
            choices=CHOICES,
            least=MIN_SAMPLE,
        )

    @doors.get("/agents/{agent_id}", Right.SEE_AGENT)
    def agent(request: Request, who: Who, agent_id: str, days: int = 30) -> Response:
        now = services.now()
        period = last_days(chosen_days(days), now, shell.zone)
        found = agent_page(agent_id, period, now, who.scope, services.new_unit_of_work)
        is_own = agent_id == who.person.agent_id
        if found is None and not is_own:
            raise HTTPException(404)
        words = shell.words(request)
        picture = None
        if found is not None:
            lines = [(words("agent.own"), found.month.figures.days)]
            if found.month.team_figures is not None and found.month.team_figures.days:
                lines.append((words("agent.team_mean"), found.month.team_figures.days))
            picture = trend(lines, period, words)
        return shell.page(
            request,
            "agent.html",
            period=period,
            found=found,
            agent_id=agent_id,
            is_own=is_own,
            trend=picture,
            pass_rate=pass_rate,
            against=against,
            kept_share=lambda counts: wilson(counts.kept, counts.due),
            sees_teams=who.person.post is not Post.AGENT,
            least_group=LEAST_GROUP,
            choices=CHOICES,
            least=MIN_SAMPLE,
        )

    return doors.router
