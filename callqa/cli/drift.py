"""`callqa models drift`: whether figures of the newest days have shifted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import drift_rules, open_database, today
from callqa.cli.common import (
    EXIT_QUARANTINED,
    DatabaseOption,
    HomeOption,
    JsonOption,
    console,
    print_json,
    settings_from,
)
from callqa.reports import formats
from callqa.reports.words import Words
from callqa.services.drift import Drift, look_for_drift
from models.person import EVERYBODY
from scoring.drift import FRACTIONS, Shift

DaysOption = Annotated[
    int | None, typer.Option("--days", min=1, max=14, help="Newest days with calls; default: the setting drift_days.")
]


def drift(
    days: DaysOption = None, database_url: DatabaseOption = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Compare verdicts, scores and recognition of the newest days with the four weeks before; exit code 3 where a
    figure has shifted without a known cause.
    """
    settings = settings_from(database_url=database_url, home=home)
    rules = drift_rules(settings)
    if days is not None:
        rules = replace(rules, days=days)
    # By the clock furthest ahead: the day of a call is that of its own clock.
    until = today(settings) + timedelta(days=1)
    found = look_for_drift(until, rules, EVERYBODY, open_database(settings, create=False))
    if json:
        print_json(drift_to_json(found))
    else:
        _print(found, Words(settings.language))
    if found is not None and found.alarms:
        raise typer.Exit(EXIT_QUARANTINED)


def drift_to_json(found: Drift | None) -> dict[str, Any]:
    """As in docs/contracts.md; without a call all is null or empty."""
    if found is None:
        return {"newest": None, "reference": None, "compared": 0, "alarms": 0, "shifts": []}
    return {
        "newest": {"since": found.newest.since.isoformat(), "until": found.newest.until.isoformat()},
        "reference": {"since": found.reference.since.isoformat(), "until": found.reference.until.isoformat()},
        "compared": found.compared,
        "alarms": len(found.alarms),
        "shifts": [_to_json(shift) for shift in found.shifts],
    }


def _to_json(shift: Shift) -> dict[str, Any]:
    return {
        "measure": shift.subject.measure.value,
        "item": shift.subject.item_id,
        "team": shift.subject.team,
        "standard": shift.subject.standard_id,
        "before": round(shift.before, 4),
        "now": round(shift.now, 4),
        "calls": shift.calls,
        "effect": round(shift.effect, 3),
        "chance": float(f"{shift.chance:.3g}"),
        "causes": [cause.value for cause in shift.causes],
        "routine": [cause.value for cause in shift.routine],
        "alarm": shift.is_alarm,
    }


def _print(found: Drift | None, words: Words) -> None:
    if found is None:
        console.print(words("drift.no_calls"))
        return
    newest = found.newest
    console.print(words("drift.windows", since=newest.since, until=newest.until, compared=found.compared))
    if not found.shifts:
        console.print(words("drift.none"))
        return
    table = Table(*(words(f"drift.{name}") for name in ("figure", "whose", "before", "now", "effect", "cause")))
    for shift in found.shifts:
        one = shift.subject
        shown = formats.fine_percent if one.measure in FRACTIONS else formats.score
        title = found.titles.get(one.item_id, one.item_id) if one.item_id else None
        measure = words(f"drift.measure.{one.measure.value}")
        whose = [one.team or words("drift.everybody"), *([one.standard_id] if one.standard_id else [])]
        table.add_row(
            escape(f"{title}: {measure}" if title else measure),
            escape(" · ".join(whose)),
            shown(shift.before),
            shown(shift.now),
            f"{shift.effect:.2f}",
            ", ".join(words(f"drift.cause.{cause.value}") for cause in shift.causes)
            or "; ".join([words("drift.unknown"), *(words(f"drift.routine.{cause.value}") for cause in shift.routine)]),
        )
    console.print(table)
