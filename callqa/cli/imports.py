"""`callqa import`: tables that other systems export, read into the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from callqa.bootstrap import note_mask, open_database
from callqa.cli.common import (
    EXIT_QUARANTINED,
    ByOption,
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    acting,
    print_json,
    quoted,
    say,
    settings_from,
)
from callqa.reports.file_names import visible_name
from callqa.reports.ledger import action_ids
from callqa.reports.refused_rows import refused_line
from callqa.reports.vcon import shown_customer
from callqa.reports.words import Words
from callqa.roster import read_roster
from callqa.services.import_answers import ImportOut, SurveysOut, answer_to_json
from callqa.services.imports import Imported, import_roster, import_surveys
from callqa.services.ledger import SettleResult
from callqa.services.ledger import settle as settle_tickets
from callqa.surveys import Scale, read_surveys
from callqa.tickets import read_tickets
from scoring.tickets import BadRow, RowProblem

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]

import_app = typer.Typer(help="Read tables that other systems export (CSV).", no_args_is_help=True)


@import_app.callback()
def imports() -> None:
    """Read tables that other systems export (CSV)."""


@import_app.command()
def tickets(
    file: Annotated[Path, typer.Argument(help="Ticket export (CSV); columns: docs/contracts.md.")],
    by: Annotated[str | None, typer.Option(help="Who brings it, for the history; none: the user's login name.")] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Mark promises kept, broken or cancelled from a ticket export; again with the same file: nothing changes.

    Rows that cannot be used are named, settle nothing, and end in exit code 3.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    table = read_tickets(file, settings.time_zone)
    connect = open_database(settings, create=False)
    result = settle_tickets(table, action_ids(), acting(by), datetime.now(UTC), connect)
    if json:
        print_json(_settled_to_json(result))
    else:
        _print_settled(result, Words(settings.language))
    if result.bad:
        raise typer.Exit(EXIT_QUARANTINED)


@import_app.command()
def surveys(
    file: Annotated[Path, typer.Argument(help="Survey export (CSV); columns: docs/contracts.md.")],
    scale: Annotated[Scale, typer.Option(help="How its scores are written.")] = Scale.FIVE,
    dry_run: DryRunOption = False,
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Take in what customers answered to a survey; again with the same file: nothing changes.

    Answers are kept, also where their call is not taken in yet. Rows that cannot be used are named, and end in exit
    code 3.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    table = read_surveys(file, scale, settings.time_zone)
    connect = open_database(settings, create=False)
    done = import_surveys(table, acting(by), datetime.now(UTC), connect, mask=note_mask(settings), dry_run=dry_run)
    if json:
        print_json(answer_to_json(SurveysOut.of_surveys(done, dry_run)))
    else:
        words = Words(settings.language)
        for line in done.ambiguous:
            say(words("import.ambiguous_row", line=line))
        _print_imported(done.rows, dry_run, words)
        if done.without_call:
            say(words("import.without_call", count=done.without_call))
    if done.rows.refused:
        raise typer.Exit(EXIT_QUARANTINED)


@import_app.command()
def roster(
    file: Annotated[Path, typer.Argument(help="Roster (CSV); columns: docs/contracts.md.")],
    dry_run: DryRunOption = False,
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Take in who works in which team; again with the same file: nothing changes.

    Rows that cannot be used are named, and end in exit code 3.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    table = read_roster(file)
    connect = open_database(settings, create=False)
    done = import_roster(table, acting(by), datetime.now(UTC), connect, dry_run=dry_run)
    if json:
        print_json(answer_to_json(ImportOut.of(done, dry_run)))
    else:
        _print_imported(done, dry_run, Words(settings.language))
    if done.refused:
        raise typer.Exit(EXIT_QUARANTINED)


def _print_imported(done: Imported, dry_run: bool, words: Words) -> None:
    for row in done.refused:
        say(refused_line(row, words))
    say(words("import.done", new=done.new, changed=done.changed, same=done.same, refused=len(done.refused)))
    if dry_run:
        say(words("import.dry_run"))


def _settled_to_json(result: SettleResult) -> dict[str, Any]:
    return {
        "settled": [
            {
                "line": d.ticket.line,
                "promise_ids": [entry.id for entry in d.entries],
                "call_id": d.entries[0].meta.call_id,
                "status": d.event.status.value,
            }
            for d in result.settled
        ],
        "unchanged": result.unchanged,
        "still_open": result.still_open,
        "bad": [{"line": row.line, "problem": row.problem.value, "detail": _detail(row)} for row in result.bad],
    }


def _detail(row: BadRow) -> str:
    """What the row is refused for; where that may be a customer's number, masked."""
    named = row.problem in (RowProblem.NO_PROMISE, RowProblem.NOTHING_TO_GO_BY)
    return shown_customer(row.detail) if named else row.detail


def _print_settled(result: SettleResult, words: Words) -> None:
    for decision in result.settled:
        promise, meta = decision.entries[0].promise, decision.entries[0].meta
        say(
            words(
                "ledger.settled_row",
                line=decision.ticket.line,
                call=visible_name(meta.call_id),
                quote=quoted(promise.quote, words),
                status=words.code("status", decision.event.status.value),
            )
        )
    for row in result.bad:
        why = words(f"ledger.problem.{row.problem.value}", detail=visible_name(_detail(row)))
        say(words("ledger.bad_row", line=row.line, why=why))
    figures = {"unchanged": result.unchanged, "still_open": result.still_open}
    say(words("ledger.settled", settled=len(result.settled), bad=len(result.bad), **figures))
