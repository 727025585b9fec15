"""The report of a team, and of the whole centre, on the last days."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from callqa.reports.figures import MIN_SAMPLE
from callqa.services.overview import last_days
from callqa.services.rights import Right
from callqa.services.team_report import team_report
from callqa.web.doors import Doors, Visitor, Who
from callqa.web.pages.overview import CHOICES, chosen_days
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import StandardError


def team_report_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page of a team and that of the centre: the figures of `callqa report team`."""
    doors = Doors(services)

    def show(request: Request, who: Visitor, team: str | None, days: int) -> Response:
        if not who.scope.covers_team(team):
            raise HTTPException(404)
        now, language = services.now().astimezone(shell.zone), shell.language(request)
        period = last_days(chosen_days(days), now, shell.zone)
        practice = services.practice(language)
        report = team_report(team, period, practice, _dimensions(services), language, now, services.new_unit_of_work)
        if report is None and team is not None and who.scope.teams is None:
            # No team that anybody knows of.
            raise HTTPException(404)
        return shell.page(
            request,
            "team_report.html",
            period=period,
            team=team,
            report=report,
            back="/teams" if team is None else f"/teams/{quote(team, safe='')}?days={period.days}",
            choices=CHOICES,
            min_sample=MIN_SAMPLE,
        )

    @doors.get("/teams/{team}/report", Right.SEE_TEAM)
    def of_team(request: Request, who: Who, team: str, days: int = 30) -> Response:
        return show(request, who, team, days)

    @doors.get("/centre", Right.SEE_TEAM)
    def of_centre(request: Request, who: Who, days: int = 30) -> Response:
        return show(request, who, None, days)

    return doors.router


def _dimensions(services: WebServices) -> Mapping[str, str]:
    """By item; none where no standard is in use that could say so."""
    try:
        return services.standard_in_use().standard.dimensions
    except StandardError:
        return {}
