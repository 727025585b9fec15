"""`callqa join` and `callqa runs`: helping with a run that another process began, and which runs are open."""

from __future__ import annotations

import pkgutil
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import open_database, this_worker
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    StandardOption,
    console,
    print_json,
    say,
    settings_from,
)
from callqa.cli.plan import UntilOption
from callqa.logs import set_up_logging
from callqa.reports.formats import moment
from callqa.reports.words import Words
from callqa.services.attendance import Closed, alive, close_abandoned
from callqa.services.forecast import parse_until, resolve_until
from models.attendance import OpenRun
from models.claim import Worker
from models.run import RunCounts

SHARD_RUNNER = "flows.run_here:inspect_shard_here"
"""Named, not imported, as the flow of `callqa run` is."""

runs_app = typer.Typer(help="Runs that were begun and not finished: list, close.", no_args_is_help=True)


def join(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="Run to help with; none: the newest under way that fits.")
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, max=1440, help="Minutes to wait for such a run to begin.")
    ] = 10,
    until: UntilOption = None,
    standard: StandardOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Help with a run that `callqa run` began on another machine; end when nothing of it is free any more."""
    settings = settings_from(standard=standard, database_url=database_url, home=home)
    set_up_logging(settings.log_level, settings.log_format)
    ends_at = resolve_until(parse_until(until), settings.time_zone, datetime.now(UTC))
    inspect_shard_here = pkgutil.resolve_name(SHARD_RUNNER)
    done: dict[str, Any] = inspect_shard_here(settings.home, run, settings.standard, wait, ends_at)
    if json:
        print_json(done)
    else:
        say(
            Words(settings.language)(
                "runs.joined", run=done["run_id"], calls=done["calls"], hours=done["audio_s"] / 3600
            )
        )


@runs_app.command("list")
def list_open(
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """List runs that were begun and not finished, and how many processes are at each; none: it is abandoned."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    connect, worker = open_database(settings, create=False), this_worker(settings)
    with connect() as uow:
        found = [(one, uow.runs.counts(one.run.id)) for one in uow.attendance.open_runs()]
    if json:
        print_json({"runs": [_to_json(one, counts, worker) for one, counts in found]})
        return
    words = Words(settings.language)
    if not found:
        say(words("runs.none"))
        return
    table = Table()
    for name in ("run", "began", "scored", "waiting", "processes"):
        table.add_column(words(f"runs.{name}"), overflow="fold")
    for one, counts in found:
        at_it = len(alive(one, worker))
        shown = str(at_it) if at_it else words("runs.abandoned")
        began = moment(one.run.started_at.astimezone(ZoneInfo(settings.time_zone)))
        table.add_row(one.run.id, began, f"{counts.scored}/{counts.recordings}", str(counts.waiting), escape(shown))
    console.print(table)


@runs_app.command()
def close(
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Close runs whose processes are all gone, by what became of their recordings; each run does so at its start."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    closed = close_abandoned(this_worker(settings), datetime.now(UTC), open_database(settings, create=False))
    if json:
        print_json({"closed": [_closed_to_json(one) for one in closed]})
        return
    words = Words(settings.language)
    for one in closed:
        status = words(f"run.{one.status.value}")
        say(words("runs.was_closed", run=one.run.id, status=status, waiting=one.counts.waiting))
    if not closed:
        say(words("runs.nothing_to_close"))


def _to_json(one: OpenRun, counts: RunCounts, worker: Worker) -> dict[str, Any]:
    return {
        "run_id": one.run.id,
        "began_at": one.run.started_at.isoformat(timespec="seconds"),
        "counts": asdict(counts),
        "processes": [found.owner for found in alive(one, worker)],
    }


def _closed_to_json(one: Closed) -> dict[str, Any]:
    return {"run_id": one.run.id, "status": one.status.value, "counts": asdict(one.counts)}
