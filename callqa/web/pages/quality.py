"""How good the machine is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from callqa.reports import formats
from callqa.reports.accuracy import Accuracy
from callqa.reports.figures import MIN_SAMPLE, Proportion
from callqa.services.drift import look_for_drift
from callqa.services.machine_quality import (
    HEARD_CALLS,
    SURENESS_CALLS,
    Fairness,
    MonthQuality,
    fairness,
    machine_quality,
)
from callqa.services.overview import last_days
from callqa.services.rates import period_rates
from callqa.services.rights import Right
from callqa.services.satisfied import customers_view
from callqa.web.doors import Doors, Who
from callqa.web.pictures import Plot, Point, Series, plot
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from callqa.web.words import PageWords
from scoring.drift import FRACTIONS

CHOICES = (30, 90, 365)
"""Days that a visitor can choose from: reviews are fewer than calls."""


def quality_router(services: WebServices, shell: Shell) -> APIRouter:
    """The machine against people, and its fairness on a page of its own, which takes longer."""
    doors = Doors(services)

    @doors.get("/quality", Right.SEE_MACHINE_QUALITY)
    def quality(request: Request, who: Who, days: int = 90, item: str = "") -> Response:
        period = last_days(days if days in CHOICES else CHOICES[1], services.now(), shell.zone)
        found = machine_quality(item or None, period, shell.zone, who.scope, services.new_unit_of_work)
        drift = look_for_drift(
            period.until, services.drift_rules, who.scope, services.new_unit_of_work, with_hearing=False
        )
        if item and all(line.item_id != item for line in found.items):
            raise HTTPException(404)
        return shell.page(
            request,
            "quality.html",
            period=period,
            found=found,
            true_rates=period_rates(period, who.scope, services.new_unit_of_work),
            customers=customers_view(period, shell.zone, who.scope, services.new_unit_of_work),
            drift=drift,
            fractions=FRACTIONS,
            item=item,
            plotted=_by_month(found.months, shell.words(request)),
            choices=CHOICES,
            least=MIN_SAMPLE,
            sureness_calls=SURENESS_CALLS,
        )

    @doors.get("/quality/fairness", Right.SEE_MACHINE_QUALITY)
    def fair(request: Request, who: Who, days: int = 30) -> Response:
        period = last_days(days if days in CHOICES else CHOICES[0], services.now(), shell.zone)
        found = fairness(period, who.scope, services.new_unit_of_work)
        return shell.page(
            request,
            "fairness.html",
            period=period,
            found=found,
            plotted=_by_confidence(found, shell.words(request)),
            choices=CHOICES,
            least=MIN_SAMPLE,
            calls_each=HEARD_CALLS,
        )

    return doors.router


def _by_month(months: tuple[MonthQuality, ...], words: PageWords) -> Plot | None:
    def series(name: str, of: Callable[[Accuracy], Proportion]) -> Series:
        found = ((one.month, of(one.accuracy)) for one in months)
        return Series(
            name, [_point(_place(month), share, f"{month:%Y-%m} {name}") for month, share in found if share.n]
        )

    return plot(
        [
            series(words("quality.precision"), lambda accuracy: accuracy.precision),
            series(words("quality.recall"), lambda accuracy: accuracy.recall),
        ],
        [(_place(one.month), f"{one.month:%Y-%m}") for one in months],
        is_share=True,
    )


def _by_confidence(found: Fairness, words: PageWords) -> Plot | None:
    points = [_point(one.confidence, one.flagged, one.agent_id) for one in found.agents]
    ends = [(share / 100, f"{share}%") for share in _whole_percents(found)]
    return plot([Series(words("fairness.agents"), points, is_line=False)], ends, is_share=True)


def _whole_percents(found: Fairness) -> range:
    known = [one.confidence * 100 for one in found.agents]
    return range(int(min(known)), int(max(known)) + 2) if known else range(0)


def _point(x: float, share: Proportion, name: str) -> Point:
    assert share.share is not None
    told = f"{name}: {formats.percent(share.share)} ({share.hits}/{share.n})"
    enough = share.n >= MIN_SAMPLE
    return Point(x, share.share, share.low if enough else None, share.high if enough else None, told)


def _place(month: date) -> int:
    return month.year * 12 + month.month
