"""`callqa quarantine`: recordings that were set aside, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import open_database
from callqa.cli.common import (
    EXIT_QUARANTINED,
    ByOption,
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    acting,
    console,
    print_json,
    settings_from,
)
from callqa.reports.file_names import file_name, visible, visible_name
from callqa.reports.formats import moment
from callqa.reports.words import Words
from callqa.services import quarantine as ward
from models.errors import InputError, ReasonCode
from models.run import StoredCall

_SHOWN_ID = 12
"""Characters of a recording id in the table: enough to name it by."""

quarantine_app = typer.Typer(help="Recordings that were set aside: list, try again, drop.", no_args_is_help=True)

NamesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="Call id, or the first 8 or more of a recording id.")
]
ReasonOption = Annotated[
    list[ReasonCode] | None, typer.Option("--reason", help="Only these reasons; may be given more than once.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All that are not dropped.")]


@quarantine_app.command("list")
def list_set_aside(
    reason: ReasonOption = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Those that were dropped, too.")] = False,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """List what is quarantined, with file, reason and details."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    calls = ward.quarantined((), reason or (), open_database(settings, create=False), dropped=dropped)
    if json:
        print_json({"quarantined": [_to_json(call) for call in calls]})
        return
    words = Words(settings.language)
    if calls:
        console.print(_table(calls, words, ZoneInfo(settings.time_zone)))
    _say(words("quarantine.count", count=len(calls)) if calls else words("quarantine.none"))


@quarantine_app.command()
def retry(
    names: NamesArgument = None,
    reason: ReasonOption = None,
    everything: AllOption = False,
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Release recordings; the next run on their source tries them again. Dropped ones only by name.

    Those that cannot be released are named, and end in exit code 3.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    connect = open_database(settings, create=False)
    _check_chosen(names, reason, everything)
    chosen = ward.quarantined(names or (), reason or (), connect, dropped=False)
    done = ward.retry(chosen, acting(by), datetime.now(UTC), connect)
    if json:
        refused = [{"recording_id": found, "problem": problem.value} for found, problem in done.refused]
        print_json({"retried": list(done.retried), "refused": refused})
    else:
        words = Words(settings.language)
        for found, problem in done.refused:
            why = words(f"quarantine.problem.{problem.value}")
            _say(words("quarantine.refused", recording=found[:_SHOWN_ID], problem=why))
        _say(words("quarantine.retried", count=len(done.retried)))
    if done.refused:
        raise typer.Exit(EXIT_QUARANTINED)


@quarantine_app.command()
def drop(
    names: NamesArgument = None,
    reason: ReasonOption = None,
    everything: AllOption = False,
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Let recordings be: runs neither show them nor take them in again. Their files are not touched."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    connect = open_database(settings, create=False)
    _check_chosen(names, reason, everything)
    calls = ward.quarantined(names or (), reason or (), connect, dropped=False)
    gone = ward.drop(calls, acting(by), datetime.now(UTC), connect)
    if json:
        print_json({"dropped": list(gone)})
    else:
        _say(Words(settings.language)("quarantine.gave_up", count=len(gone)))


def _check_chosen(names: list[str] | None, reason: list[ReasonCode] | None, everything: bool) -> None:
    if everything and names:
        raise InputError("--all and names contradict each other; give one of them")
    if not (names or reason or everything):
        raise InputError("name recordings or calls, or give --reason or --all; `callqa quarantine list` shows them")


def _to_json(call: StoredCall) -> dict[str, Any]:
    assert call.quarantine is not None
    started_at = call.meta.started_at
    return {
        "recording_id": call.recording.id,
        "call_id": call.meta.call_id,
        "agent_id": call.meta.agent_id,
        "started_at": started_at.isoformat() if started_at else None,
        "file": file_name(call.recording.uri),
        "reason": call.quarantine.reason.value,
        "detail": call.quarantine.detail,
        "dropped_at": call.dropped_at.isoformat(timespec="seconds") if call.dropped_at else None,
    }


def _table(calls: Sequence[StoredCall], words: Words, zone: ZoneInfo) -> Table:
    table = Table(show_lines=True)
    for name in ("recording", "call", "file", "reason", "detail"):
        table.add_column(words(f"quarantine.{name}"), overflow="fold")
    for call in calls:
        assert call.quarantine is not None
        reason = [words.code("reason", call.quarantine.reason.value)]
        if call.dropped_at is not None:
            reason.append(words("quarantine.dropped", when=moment(call.dropped_at.astimezone(zone))))
        cells = (
            call.recording.id[:_SHOWN_ID],
            f"{visible_name(call.meta.call_id)}\n{visible_name(call.meta.agent_id)}",
            visible_name(file_name(call.recording.uri)),
            "\n".join(reason),
            visible(call.quarantine.detail),
        )
        table.add_row(*map(escape, cells))
    return table


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
