"""`callqa export` and `callqa db`: data out, and the database itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callqa.bootstrap import check_database, open_database, shown_database, standard_for, today, upgrade_database
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    LanguageOption,
    StandardOption,
    TranscriptFormatOption,
    console,
    say_what_is_left_out,
    settings_from,
)
from callqa.reports.conduct_export import export_conduct
from callqa.reports.export import ExportFormat, export_scorecards
from callqa.reports.ledger import export_promises, ledger_lines
from callqa.reports.lesson_export import LessonFormat, export_lessons
from callqa.reports.transcript_export import HeardCall, TranscriptFormat, default_path, export_transcripts
from callqa.services.classifiers import load_examples
from callqa.services.lessons import lessons
from models.errors import InputError
from models.run import StoredCall
from models.transcript import Transcript

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


@export_app.command("promises")
def promises(
    format_: Annotated[ExportFormat, typer.Option("--format", help="Kind of file.")] = ExportFormat.CSV,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """The whole promise ledger, with what became of each promise and who says so."""
    settings = settings_from(database_url=database_url, home=home)
    path = output or Path(f"promises.{format_.value}")
    with open_database(settings, create=False)() as uow:
        lines = ledger_lines(uow.ledger.entries(), datetime.now(UTC))
    rows = export_promises(lines, path, format_, ZoneInfo(settings.time_zone))
    console.print(f"{path}: {rows}", highlight=False)


@export_app.command("conduct")
def conduct(
    format_: Annotated[ExportFormat, typer.Option("--format", help="Kind of file.")] = ExportFormat.CSV,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """How every call was conducted: silence, holds, interruptions, speed, ringing, who hung up."""
    settings = settings_from(database_url=database_url, home=home)
    path = output or Path(f"conduct.{format_.value}")
    with open_database(settings, create=False)() as uow:
        rows = export_conduct(uow.transcripts.latest(), path, format_)
    console.print(f"{path}: {rows}", highlight=False)


@export_app.command("transcripts")
def transcripts(
    format_: TranscriptFormatOption = TranscriptFormat.JSONL,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File, or folder with a file per call.")] = None,
    call: Annotated[list[str] | None, typer.Option(help="Only this call; may be given more than once.")] = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """The newest transcript of every call, for players (vtt, srt) and for other programs (jsonl, vcon)."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    path = output or default_path(format_)
    with open_database(settings, create=False)() as uow:
        found: Iterable[tuple[StoredCall, Transcript]] = uow.transcripts.latest(call or ())
        if call:
            found = list(found)
            for call_id in sorted(set(call) - {stored.meta.call_id for stored, _ in found}):
                raise InputError(f"no transcript of call {call_id!r} in {shown_database(settings)}; check its id")
        heard = (HeardCall(stored.recording, stored.meta, transcript) for stored, transcript in found)
        written = export_transcripts(heard, path, format_, settings.language, datetime.now(UTC))
    say_what_is_left_out(written)
    console.print(f"{path}: {written.calls}", highlight=False)


@export_app.command("lessons")
def taught(
    format_: Annotated[LessonFormat, typer.Option("--format", help="Kind of file.")] = LessonFormat.JSONL,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    standard: StandardOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """What reviews, rulings and calibrations teach the classifier, for `callqa models train --data`.

    Of calls in the standard's language; nobody is named, and personal numbers are masked.
    """
    settings = settings_from(database_url=database_url, home=home)
    path = output or Path(f"lessons.{format_.value}")
    language = standard_for(settings, today(settings), standard).standard.language
    known = {example.text for example in load_examples(language, [])}
    with open_database(settings, create=False)() as uow:
        found = lessons(uow, language)
    done = export_lessons(found, known, path)
    told = f"{path}: {done.lessons} lessons, {done.held_out} of them for testing, {done.known} known before"
    console.print(told, highlight=False, soft_wrap=True)


@db_app.command()
def upgrade(database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Bring the database to this program's migration."""
    console.print(upgrade_database(settings_from(database_url=database_url, home=home)), highlight=False)


@db_app.command()
def check(database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Say whether the database is at this program's migration; exit code 2 when it is not."""
    console.print(check_database(settings_from(database_url=database_url, home=home)), highlight=False)


@db_app.command("rebuild-rollups")
def rebuild_rollups(database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Make figures per agent and day and the review queue anew from the scorecards, after repairs by hand."""
    settings = settings_from(database_url=database_url, home=home)
    with open_database(settings, create=False)() as uow:
        made = uow.rollups.rebuild()
        uow.commit()
    told = f"{shown_database(settings)}: {made.calls} calls, {made.agent_days} days of agents"
    console.print(told, highlight=False, soft_wrap=True)
