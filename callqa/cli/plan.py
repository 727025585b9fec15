"""`callqa plan`: what a run would take, before it is begun."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import assemble, metadata_readers, planner
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    PresetOption,
    StandardOption,
    console,
    parse_day,
    print_json,
    say,
    settings_from,
)
from callqa.reports.roster_text import unlisted_text
from callqa.reports.words import Words
from callqa.services.forecast import parse_until, resolve_until
from callqa.services.nightwatch import duration_text
from callqa.services.order import RankedCall
from callqa.services.outlook import Outlook, forecast_to_json
from callqa.services.plan import UNKNOWN_DURATION_S, length_s
from callqa.services.roster_gaps import not_on_roster
from callqa.services.runs import plan_run, resolve_day, source_of
from callqa.services.survey import Survey, survey
from callqa.settings import Settings
from scoring import scorer_of

UntilOption = Annotated[
    str | None, typer.Option(help="Stop between calls at this time: 06:00, or 2026-11-21T06:00; the rest is left.")
]
_MOST_SHOWN = 10


def plan(
    sources: Annotated[list[str], typer.Argument(help="As for `callqa run`.")],
    day: Annotated[
        str | None, typer.Option(help="Only calls of this day (YYYY-MM-DD or yesterday), or without a date.")
    ] = None,
    until: UntilOption = None,
    standard: StandardOption = None,
    preset: PresetOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first recordings by name.")] = None,
    json: JsonOption = False,
) -> None:
    """Say what `callqa run` would have to do, in which order and until when. No call is heard or stored."""
    settings = settings_from(standard=standard, database_url=database_url, home=home, preset=preset)
    now = datetime.now(UTC)
    ends_at = resolve_until(parse_until(until), settings.time_zone, now)
    wanted_day = resolve_day(day if day == "yesterday" else parse_day(day) or "all", settings.time_zone, now)
    app = assemble(settings, wanted_day)
    readers = metadata_readers(settings, sources)
    source = source_of([reader.listing.uri for reader in readers])
    scorer = scorer_of(app.standard, app.classifier)
    run = plan_run(source, wanted_day, limit, app.standard.ref, app.transcriber.engine.digest, scorer, now)
    found = survey(readers, run, settings.time_zone, limit, app.probe, app.new_unit_of_work)
    outlook = planner(settings, app.new_unit_of_work).look_ahead(found.calls, run.engine_digest, now, ends_at)
    unlisted = not_on_roster([call.meta for call in found.calls], settings.time_zone, app.new_unit_of_work)
    if json:
        print_json(plan_to_json(run.id, found, outlook, unlisted))
    else:
        _print(found, outlook, settings)
        if unlisted:
            say(unlisted_text(unlisted, Words(settings.language)))


def plan_to_json(run_id: str, found: Survey, outlook: Outlook, unlisted: Mapping[str, str] | None) -> dict[str, Any]:
    """The plan as printed by --json; `order` holds every call, `not_on_roster` is null without a roster."""
    return {
        "run_id": run_id,
        **forecast_to_json(outlook.forecast),
        "done": found.done,
        "unusable": found.unusable,
        "other_days": found.other_days,
        "not_on_roster": None if unlisted is None else list(unlisted),
        "order": [_call_to_json(one) for one in outlook.order],
    }


def _call_to_json(one: RankedCall) -> dict[str, Any]:
    return {
        "recording_id": one.call.recording.id,
        "call_id": one.call.meta.call_id,
        "agent_id": one.call.meta.agent_id,
        "duration_s": one.call.recording.audio.duration_s if one.call.recording.audio else None,
        "risk": one.risk,
        "reasons": [reason.value for reason in one.reasons],
    }


def _print(found: Survey, outlook: Outlook, settings: Settings) -> None:
    words, planned, zone = Words(settings.language), outlook.forecast, ZoneInfo(settings.time_zone)
    speed = planned.speed

    def moment(at: datetime) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    lines = [words("night.calls", calls=planned.calls, hours=planned.audio_s / 3600)]
    if planned.unknown:
        lines.append(words("night.unknown", unknown=planned.unknown, minutes=UNKNOWN_DURATION_S / 60))
    if found.done or found.unusable or found.other_days:
        lines.append(words("night.done", done=found.done, unusable=found.unusable, other_days=found.other_days))
    lines.append(words(f"night.speed.{speed.basis.value}", speed=speed.audio_s_per_s, sittings=speed.sittings))
    took = duration_text((planned.finish_at - planned.begins_at).total_seconds())
    lines.append(words("night.finish", finish=moment(planned.finish_at), took=took))
    if planned.until is not None:
        key = "night.too_long" if planned.left else "night.fits"
        lines.append(
            words(
                key,
                until=moment(planned.until),
                by_until=planned.by_until,
                left=planned.left,
                hours=planned.left_audio_s / 3600,
            )
        )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if outlook.order:
        console.print(_order(outlook, words))


def _order(outlook: Outlook, words: Words) -> Table:
    table = Table(title=words("night.order"))
    for name in ("call", "agent", "minutes", "risk", "why"):
        table.add_column(words(f"night.{name}"), overflow="fold")
    for one in outlook.order[:_MOST_SHOWN]:
        why = ", ".join(words(f"night.reason.{reason.value}") for reason in one.reasons)
        minutes = f"{length_s(one.call) / 60:.1f}"
        table.add_row(escape(one.call.meta.call_id), escape(one.call.meta.agent_id), minutes, f"{one.risk:.1f}", why)
    if len(outlook.order) > _MOST_SHOWN:
        table.add_row("…")
    return table
