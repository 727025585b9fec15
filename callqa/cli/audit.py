"""`callqa audit`: who did what that changes how calls are judged, or what is kept of them."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import open_database
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    console,
    print_json,
    say,
    settings_from,
)
from callqa.reports.file_names import visible
from callqa.reports.words import Words
from callqa.services.audit import newest_entries, verify_log
from models.audit import AuditAction, AuditEntry, parse_head
from models.errors import IntegrityError
from models.wire import Json

_MOST_SHOWN = 3
"""Ids of a list that the table shows; --json has all of them."""

audit_app = typer.Typer(help="The audit log: who did what.", no_args_is_help=True)


@audit_app.callback()
def audit() -> None:
    """The audit log: who did what."""


@audit_app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, help="So many of the newest.")] = 50,
    action: Annotated[AuditAction | None, typer.Option(help="Only these.")] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """List the newest entries, oldest first."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    words, zone = Words(settings.language), ZoneInfo(settings.time_zone)
    entries = newest_entries(limit, action, open_database(settings, create=False))
    if json:
        print_json([_to_json(entry, zone) for entry in entries])
        return
    if not entries:
        say(words("audit.none"))
        return
    table = Table()
    for name in ("number", "at", "actor", "action", "subject", "details"):
        table.add_column(words(f"audit.{name}"), overflow="fold")
    for entry in entries:
        event = entry.event
        cells = (
            str(entry.number),
            event.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
            event.actor,
            words.code("deed", event.action),
            event.subject,
            "\n".join(f"{name}: {_shown(value)}" for name, value in event.details.items()),
        )
        table.add_row(*("\n".join(escape(visible(line)) for line in cell.split("\n")) for cell in cells))
    console.print(table)


@audit_app.command()
def verify(
    head: Annotated[
        list[str] | None,
        typer.Option(help="A head that was noted earlier (NUMBER:sha256:...); the log must still contain it."),
    ] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Check that no entry was changed, taken out or put in, and print the head; exit code 2 when one was.

    Whoever can write to the database could cut off the log's end or write all of it anew: only a head that was kept
    elsewhere shows that.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    noted = [parse_head(text) for text in head or ()]
    state = verify_log(noted, open_database(settings, create=False))
    words = Words(settings.language)
    if json:
        print_json(
            {
                "intact": state.problem is None,
                "entries": state.entries,
                "head": str(state.head) if state.head else None,
                "problem": state.problem.value if state.problem else None,
                "at": state.at or None,
            }
        )
    if state.problem is not None:
        raise IntegrityError(words("audit.broken", why=words(f"audit.{state.problem.value}", at=state.at)))
    if not json:
        say(words("audit.intact", entries=state.entries, head=state.head) if state.head else words("audit.empty"))


def _shown(value: object) -> str:
    if isinstance(value, list) and len(value) > _MOST_SHOWN:
        return f"{', '.join(map(str, value[:_MOST_SHOWN]))}, … ({len(value)})"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _to_json(entry: AuditEntry, zone: ZoneInfo) -> Json:
    event = entry.event
    return {
        "number": entry.number,
        "at": event.at.astimezone(zone).isoformat(),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "details": dict(event.details),
        "previous": entry.previous,
        "digest": entry.digest,
    }
