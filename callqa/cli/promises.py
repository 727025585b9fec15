"""`callqa promises`: the ledger of promises, and what tells it what became of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import note_mask, open_database, standard_by_call
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    StandardOption,
    acting,
    console,
    parse_day,
    print_json,
    quoted,
    say,
    settings_from,
)
from callqa.cli.tables import clock
from callqa.reports.file_names import visible_name
from callqa.reports.formats import moment
from callqa.reports.ledger import (
    LedgerLine,
    LedgerQuery,
    chosen,
    claim_of,
    count,
    ledger_lines,
    promise_to_json,
)
from callqa.reports.vcon import shown_customer
from callqa.reports.words import Words
from callqa.services.ledger import follow_up as follow_up_promises
from callqa.services.ledger import mark as mark_promise
from models.call import UNASSIGNED_AGENT
from models.errors import InputError
from models.scorecard import PromiseStatus

promises_app = typer.Typer(
    help="The promise ledger: what is due, overdue, kept and broken.", invoke_without_command=True
)


@promises_app.callback()
def promises(
    context: typer.Context,
    due: Annotated[
        tuple[str, str] | None, typer.Option(metavar="FROM TO", help="Due from this day to that one (YYYY-MM-DD).")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose time has passed.")] = False,
    status: Annotated[
        list[PromiseStatus] | None, typer.Option(help="Only these; none: what is left to do or to look at.")
    ] = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent's (id).")] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """List promises, overdue ones first, then by due time."""
    given = [due, overdue, status, agent, json, language, database_url, home]
    if context.invoked_subcommand is not None:
        if any(given):
            raise InputError(f"write the options behind `callqa promises {context.invoked_subcommand}`, not before it")
        return
    settings = settings_from(language=language, database_url=database_url, home=home)
    zone, now = ZoneInfo(settings.time_zone), datetime.now(UTC)
    query = LedgerQuery(frozenset(status or ()), overdue, _days(due), agent)
    with open_database(settings, create=False)() as uow:
        lines = ledger_lines(uow.ledger.entries(), now)
    counts = count([line for line in lines if agent is None or line.entry.meta.agent_id == agent])
    shown = chosen(lines, query, zone)
    if json:
        print_json(
            {
                "as_of": now.astimezone(zone).isoformat(timespec="seconds"),
                "counts": asdict(counts),
                "promises": [promise_to_json(line, zone) for line in shown],
            }
        )
        return
    words = Words(settings.language)
    console.print(_table(shown, words, zone) if shown else words("ledger.none"))
    say(words("ledger.sums", **asdict(counts)))


@promises_app.command("follow-up")
def follow_up(
    json: JsonOption = False,
    standard: StandardOption = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Look in the later calls of every customer for what became of promises; each run does so for its own customers."""
    settings = settings_from(standard=standard, language=language, database_url=database_url, home=home)
    connect = open_database(settings, create=False)
    result = follow_up_promises(standard_by_call(settings), datetime.now(UTC), connect)
    if json:
        print_json(asdict(result))
    else:
        say(Words(settings.language)("ledger.followed", **asdict(result)))


@promises_app.command()
def mark(
    promise: Annotated[str, typer.Argument(help="Id of the promise, as `callqa promises` lists it.")],
    status: Annotated[PromiseStatus, typer.Argument(help="What became of it; open takes an earlier word back.")],
    note: Annotated[str, typer.Option(help="Why, for the history.")] = "",
    by: Annotated[str | None, typer.Option(help="Who says so; none: the user's login name.")] = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Say what became of a promise: a person's word goes before tickets, later calls and claims of customers."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    connect = open_database(settings, create=False)
    now, mask = datetime.now(UTC), note_mask(settings)
    new = mark_promise(promise, status, acting(by), note, now, connect, mask=mask)
    words = Words(settings.language)
    told = {"id": promise, "status": words.code("status", status.value)}
    say(words("ledger.marked", **told) if new else words("ledger.marked_before", **told))


def _days(due: tuple[str, str] | None) -> tuple[date, date] | None:
    if due is None:
        return None
    first, last = (parse_day(day, "--due") for day in due)
    assert first is not None
    assert last is not None
    if last < first:
        raise InputError(f"--due {first} {last}: the first day is after the last; swap them")
    return first, last


def _table(lines: list[LedgerLine], words: Words, zone: ZoneInfo) -> Table:
    table = Table(show_lines=True)
    for name in ("id", "due", "status", "call", "action", "quote"):
        table.add_column(words(f"ledger.{name}"), overflow="fold")
    for line in lines:
        entry = line.entry
        promise, meta = entry.promise, entry.meta
        when = moment(promise.due_at.astimezone(zone)) if promise.due_at else words("ledger.no_time")
        agent = words("agents.unassigned") if meta.agent_id == UNASSIGNED_AGENT else meta.agent_id
        who = [meta.call_id, f"{agent} {meta.agent_name or ''}".rstrip()]
        if meta.customer_ref:
            who.append(shown_customer(meta.customer_ref))
        cells = (
            entry.id,
            when,
            "\n".join(_status(line, words)),
            "\n".join(map(visible_name, who)),
            words.code("action", promise.action),
            f"{clock(promise.start_s)} {quoted(promise.quote, words)}",
        )
        table.add_row(*map(escape, cells), style="bold" if line.standing.overdue else "")
    return table


def _status(line: LedgerLine, words: Words) -> list[str]:
    stands, parts = line.standing, []
    if stands.overdue:
        parts.append(words("ledger.overdue"))
    if not stands.claimed and not (stands.overdue and stands.basis is None):
        basis = stands.basis
        source = f" ({words.code('source', basis.source.value)} {basis.reference})" if basis else ""
        parts.append(words.code("status", stands.status.value) + source.replace(" )", ")"))
    claim = claim_of(stands)
    if claim is not None:
        parts += [words("ledger.claimed"), f"{quoted(claim.note, words)} {claim.reference}"]
    if not line.entry.found:
        parts.append(words("ledger.gone"))
    return parts
