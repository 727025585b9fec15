"""`callqa run`: one night's work, through the same flow that a deployment runs."""

from __future__ import annotations

import pkgutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from callqa.bootstrap import App, alarm_for, assemble, open_database, source_uris, today
from callqa.cli.common import (
    EXIT_QUARANTINED,
    ByOption,
    DatabaseOption,
    HomeOption,
    JsonOption,
    PresetOption,
    StandardOption,
    acting,
    notes,
    parse_day,
    print_json,
    remind,
    settings_from,
)
from callqa.cli.plan import UntilOption
from callqa.cli.tables import print_run, say_what_was_left
from callqa.logs import set_up_logging
from callqa.reports.words import Words
from callqa.services.forecast import parse_until, resolve_until
from callqa.services.plan import length_s
from callqa.services.runs import plan_run, resolve_day, source_of
from callqa.settings import Settings
from callqa.sources import shown_address
from models.call import Quarantine
from models.errors import CallqaError
from models.run import InspectedCall, Run, RunView
from models.wire import scorecard_to_json
from scoring import scorer_of

FLOW_RUNNER = "flows.run_here:inspect_calls_here"
"""Named, not imported: flows sit above this package, and the command starts them as a deployment does."""

_POLL_S = 1.0


def run(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...", help="Folders of recordings, or single recordings; s3://BUCKET/PREFIX too."
        ),
    ],
    day: Annotated[
        str | None, typer.Option(help="Only calls of this day (YYYY-MM-DD or yesterday), or without a date.")
    ] = None,
    standard: StandardOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    preset: PresetOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first recordings by name.")] = None,
    until: UntilOption = None,
    accept_metadata: Annotated[
        bool,
        typer.Option("--accept-metadata", help="Change facts of known calls to what manifest and sidecars now say."),
    ] = False,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Register, transcribe, score and store the recordings of the sources. Again on the same: only what is left."""
    settings = settings_from(standard=standard, database_url=database_url, home=home, preset=preset)
    ends_at = resolve_until(parse_until(until), settings.time_zone, datetime.now(UTC))
    accepted_by = acting(by).name if accept_metadata else None
    view, intake = inspect_sources(
        settings, sources, day, limit, quiet=json, until=ends_at, metadata_accepted_by=accepted_by
    )
    if json:
        print_json(run_to_json(view, intake, ends_at))
    else:
        print_run(view, settings.language)
        _say_what_is_left(view, ends_at, settings)
        notes.print(f"callqa report run {view.run.id}", markup=False, highlight=False)
    conflicts = intake["corrections"]["conflicts"]
    if view.counts.quarantined or view.counts.waiting or intake["left"] or intake["empty"] or conflicts:
        raise typer.Exit(EXIT_QUARANTINED)


def inspect_sources(
    settings: Settings,
    sources: Sequence[str],
    day: str | None,
    limit: int | None,
    quiet: bool,
    until: datetime | None = None,
    metadata_accepted_by: str | None = None,
) -> tuple[RunView, dict[str, Any]]:
    """Run the flow on its sources until then, showing progress unless `quiet`.

    Returns the run as stored, and what intake saw.
    """
    set_up_logging(settings.log_level, settings.log_format)
    now = datetime.now(UTC)
    # Raises before any work for alerts that cannot be sent. What happens in the flow, the flow tells of.
    alarm = alarm_for(settings, lambda: open_database(settings)())
    with alarm.watching(lambda: datetime.now(UTC)):
        wanted_day = resolve_day(day if day == "yesterday" else parse_day(day) or "all", settings.time_zone, now)
        app = assemble(settings, wanted_day)
        standard = app.settings.standard
        source = source_of(source_uris(settings, sources))
        scorer = scorer_of(app.standard, app.classifier)
        run = plan_run(source, wanted_day, limit, app.standard.ref, app.transcriber.engine.digest, scorer, now)
    inspect_calls_here = pkgutil.resolve_name(FLOW_RUNNER)
    with _progress(app, run, quiet):
        summary: dict[str, Any] = inspect_calls_here(
            settings.home, sources, wanted_day, standard, limit, until, metadata_accepted_by
        )
    intake: dict[str, Any] = summary["intake"]
    say_what_was_left(intake, settings.language)
    remind(app.standard, today(settings), settings.language)
    with app.new_unit_of_work() as uow:
        view = uow.runs.view(summary["run_id"])
    if view is None:
        raise CallqaError(f"run {summary['run_id']} is not in the database that the flow was given; check its settings")
    return view, intake


def run_to_json(view: RunView, intake: dict[str, Any], until: datetime | None = None) -> dict[str, Any]:
    """A run as printed by --json: its figures, a scorecard per call, and every file that was set aside, with why.

    `left` is what waits, also where the run was stopped by its time.
    """
    calls = [c for c in view.calls if c.scorecard is not None]
    set_aside = [(c, c.stored.quarantine) for c in view.calls if c.stored.quarantine is not None]
    waiting = [c for c in view.calls if _waits(c)]
    return {
        "run_id": view.run.id,
        "source": view.run.source,
        "sources": view.run.source.split(" "),
        "day": view.run.day.isoformat() if view.run.day else None,
        "status": view.run.status.value,
        "counts": asdict(view.counts),
        "calls": [_call_to_json(c) for c in calls],
        "quarantined": [_quarantined_to_json(c, q) for c, q in set_aside],
        "until": until.isoformat(timespec="seconds") if until else None,
        "left": {"calls": len(waiting), "audio_s": _left_s(view)},
        "waiting": [{"files": _files(c), "last_error": c.stored.last_error} for c in waiting],
        "unfinished": list(intake["left"]),
        "late": intake["late"],
        "metadata": dict(intake["corrections"]),
    }


def _left_s(view: RunView) -> float:
    """Seconds of sound in the calls that wait, as plans count them."""
    return round(sum(length_s(c.stored) for c in view.calls if _waits(c)), 1)


def _waits(call: InspectedCall) -> bool:
    return call.scorecard is None and call.stored.quarantine is None


def _say_what_is_left(view: RunView, until: datetime | None, settings: Settings) -> None:
    """A line on standard error when the run was stopped by its time."""
    if until is None or not view.counts.waiting or datetime.now(UTC) < until:
        return
    shown = until.astimezone(ZoneInfo(settings.time_zone)).strftime("%Y-%m-%d %H:%M")
    text = Words(settings.language)("night.stopped", until=shown, left=view.counts.waiting, hours=_left_s(view) / 3600)
    notes.print(f"callqa: {text}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def _call_to_json(call: InspectedCall) -> dict[str, Any]:
    assert call.scorecard is not None
    return scorecard_to_json(call.scorecard) | {
        "recording_id": call.stored.recording.id,
        "files": _files(call),
        "flags": list(call.stored.meta.flags),
    }


def _quarantined_to_json(call: InspectedCall, quarantine: Quarantine) -> dict[str, Any]:
    return {
        "recording_id": call.stored.recording.id,
        "files": _files(call),
        "reason": quarantine.reason.value,
        "detail": quarantine.detail,
    }


def _files(call: InspectedCall) -> list[str]:
    return [shown_address(uri) for uri in call.uris]


@contextmanager
def _progress(app: App, run: Run, quiet: bool) -> Iterator[None]:
    """A bar over audio minutes, fed from the database, so that it is true wherever the work is done."""
    if quiet or not notes.is_terminal:
        yield
        return
    done = threading.Event()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True) as bar:
        task = bar.add_task("callqa", total=None)

        def watch() -> None:
            while not done.wait(_POLL_S):
                try:
                    with app.new_unit_of_work() as uow:
                        counts = uow.runs.counts(run.id)
                except CallqaError:
                    # The run is not there before its first recordings are, and the database may be busy.
                    continue
                description = f"{counts.scored + counts.quarantined}/{counts.recordings}"
                total = counts.audio_s or None
                bar.update(task, description=description, total=total, completed=counts.scored_audio_s)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
