"""`callqa report`: pages for people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from callqa.bootstrap import open_database
from callqa.cli.common import DatabaseOption, HomeOption, LanguageOption, console, settings_from, write_text
from callqa.reports.build import build_run_report
from callqa.reports.render import render_run_report
from callqa.services.rates import run_rates
from models.errors import InputError

report_app = typer.Typer(help="Write reports.", no_args_is_help=True)


@report_app.callback()
def reports() -> None:
    """Write reports."""


@report_app.command("run")
def run_report(
    run_id: Annotated[str | None, typer.Argument(help="Id of the run; none: the latest.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="HTML file to write.")] = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """One self-contained HTML page about a run: calls, scores, findings with quotes and seconds, agents, quarantine."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    with open_database(settings, create=False)() as uow:
        wanted = run_id or uow.runs.latest_id()
        view = uow.runs.view(wanted) if wanted else None
        cards = [call.scorecard for call in view.calls if call.scorecard is not None] if view else []
        rates = run_rates(view.run.id, cards, uow) if view else {}
        ledger = uow.ledger.entries([call.stored.recording.id for call in view.calls]) if view else ()
    if view is None:
        raise InputError(f"no run {run_id} in this database" if run_id else "no run in this database yet: `callqa run`")
    report = build_run_report(
        view, settings.language, settings.time_zone, generated_at=datetime.now(UTC), ledger=ledger, rates=rates
    )
    path = output or settings.home / "reports" / f"run-{view.run.id}.html"
    write_text(path, render_run_report(report))
    console.print(path.absolute().as_uri(), soft_wrap=True, highlight=False)
