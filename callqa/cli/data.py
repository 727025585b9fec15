"""`callqa export` and `callqa db`: data out, and the database itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callqa.bootstrap import check_database, open_database, upgrade_database
from callqa.cli.common import DatabaseOption, HomeOption, console, settings_from
from callqa.reports.export import ExportFormat, export_scorecards

export_app = typer.Typer(help="Write stored results to a file.", no_args_is_help=True)
db_app = typer.Typer(help="The application database.", no_args_is_help=True)


@export_app.callback()
def exports() -> None:
    """Write stored results to a file."""


@export_app.command("scorecards")
def scorecards(
    format_: Annotated[ExportFormat, typer.Option("--format", help="Kind of file.")] = ExportFormat.CSV,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """The newest scorecard of every call."""
    settings = settings_from(database_url=database_url, home=home)
    path = output or Path(f"scorecards.{format_.value}")
    with open_database(settings, create=False)() as uow:
        rows = export_scorecards(uow.scorecards.latest(), path, format_)
    console.print(f"{path}: {rows}", highlight=False)


@db_app.command()
def upgrade(database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Bring the database to this program's migration."""
    console.print(upgrade_database(settings_from(database_url=database_url, home=home)), highlight=False)


@db_app.command()
def check(database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Say whether the database is at this program's migration; exit code 2 when it is not."""
    console.print(check_database(settings_from(database_url=database_url, home=home)), highlight=False)
