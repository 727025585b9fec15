"""The last night at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from callqa.reports import formats
from callqa.reports.figures import MIN_SAMPLE, summarise_tally
from callqa.services.overview import Period, last_days, look_over
from callqa.services.rights import Right
from callqa.web.doors import Doors, Who
from callqa.web.pictures import Plot, Point, Series, plot
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from callqa.web.words import PageWords
from models.rollup import DayTally

CHOICES = (7, 30, 90)
"""Days that a visitor can choose from."""
_WEEKEND = 4
"""Days of the calendar over which a line goes on: a long weekend is no gap."""


def overview_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page."""
    doors = Doors(services)

    @doors.get("/overview", Right.SEE_OVERVIEW)
    def show(request: Request, who: Who, days: int = 30) -> Response:
        now, words = services.now(), shell.words(request)
        period = last_days(chosen_days(days), now, shell.zone)
        found = look_over(period, now, shell.zone, who.scope, services.new_unit_of_work)
        item_ids = {item_id for items in found.team_items.values() for item_id in items}
        return shell.page(
            request,
            "overview.html",
            found=found,
            night=found.nights[0] if found.nights else None,
            trend=trend([("", found.days)], period, words),
            items=[item for item in found.titles if item in item_ids] + sorted(item_ids - found.titles.keys()),
            choices=CHOICES,
            least=MIN_SAMPLE,
        )

    return doors.router


def chosen_days(days: int) -> int:
    """One of the choices; the middle one for any other number."""
    return days if days in CHOICES else CHOICES[1]


def trend(lines: Sequence[tuple[str, Sequence[DayTally]]], period: Period, words: PageWords) -> Plot | None:
    """Mean scores day by day, a line for each (name, days)."""
    every = [date.fromordinal(period.since.toordinal() + n) for n in range(period.days)]
    series = [
        Series(name, [_point(day, words) for day in days if day.tally.graded], gap=_WEEKEND) for name, days in lines
    ]
    return plot(series, [(day.toordinal(), f"{day.month}/{day.day}") for day in every], is_share=False)


def _point(day: DayTally, words: PageWords) -> Point:
    score = summarise_tally(day.tally)
    assert score.mean is not None
    told = words("insight.day_told", day=day.day, mean=formats.score(score.mean), n=score.n)
    if score.low is not None and score.high is not None:
        told = words(
            "insight.day_told_interval",
            day=day.day,
            mean=formats.score(score.mean),
            low=formats.score(score.low),
            high=formats.score(score.high),
            n=score.n,
        )
    return Point(day.day.toordinal(), score.mean, score.low, score.high, told)
