"""`callqa coaching`: what was agreed in talks with agents, and who is an example to others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from callqa.bootstrap import note_mask, open_database
from callqa.cli.common import (
    ByOption,
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    acting,
    parse_day,
    print_json,
    say,
    settings_from,
)
from callqa.reports.file_names import visible
from callqa.reports.words import Words
from callqa.services.coaching_notes import close_note, write_note
from callqa.services.examples import consent_to_examples, consents_to_examples
from models.coaching_note import CoachingNote, Outcome
from models.errors import InputError
from models.person import EVERYBODY

coaching_app = typer.Typer(help="What was agreed in coaching talks, and who is an example.", no_args_is_help=True)

_Agent = Annotated[str, typer.Argument(help="Id of the agent.")]


@coaching_app.callback()
def coaching() -> None:
    """What was agreed in coaching talks, and who is an example."""


@coaching_app.command("note")
def note_(
    agent_id: _Agent,
    action: Annotated[str, typer.Option(help="What was agreed.")],
    item: Annotated[str | None, typer.Option(help="Id of the item; none: the work as a whole.")] = None,
    note: Annotated[str, typer.Option(help="What was talked about.")] = "",
    until: Annotated[str | None, typer.Option(help="Last day for it, YYYY-MM-DD.")] = None,
    by: ByOption = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Keep an agreed action: the next reports show the item before and since, until it is closed."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    due, now = parse_day(until, "--until"), datetime.now(ZoneInfo(settings.time_zone))
    connect, mask = open_database(settings, create=False), note_mask(settings)
    number = write_note(agent_id, item, action, note, due, acting(by), now, EVERYBODY, connect, mask=mask)
    if number is None:
        raise InputError(f"no agent {agent_id!r} in this database")
    say(Words(settings.language)("talks.noted", number=number))


@coaching_app.command("list")
def list_(
    agent_id: _Agent,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """All notes on an agent, the oldest first."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    with open_database(settings, create=False)() as uow:
        notes = uow.coaching_notes.of_agent(agent_id)
    zone, words = ZoneInfo(settings.time_zone), Words(settings.language)
    if json:
        print_json([_to_json(note, zone) for note in notes])
        return
    for note in notes:
        state = words(f"talks.{note.outcome.value if note.outcome else 'open'}")
        day = note.written_at.astimezone(zone).date()
        say(f"{note.id}  {day}  {state}  {note.item_id or '-'}  {visible(note.action)}")
    if not notes:
        say(words("talks.none"))


@coaching_app.command()
def close(
    agent_id: _Agent,
    number: Annotated[int, typer.Argument(help="Number of the note, as `callqa coaching list` says.")],
    outcome: Annotated[Outcome, typer.Argument(help="What became of it.")],
    by: ByOption = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Say what became of an agreed action; that is final."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    now = datetime.now(ZoneInfo(settings.time_zone))
    connect = open_database(settings, create=False)
    if not close_note(agent_id, number, outcome, acting(by), now, EVERYBODY, connect):
        raise InputError(f"no note {number} on agent {agent_id!r}; `callqa coaching list {agent_id}` lists them")
    say(Words(settings.language)("talks.closed", number=number))


@coaching_app.command()
def consent(
    agent_id: _Agent,
    is_given: Annotated[
        bool | None, typer.Option("--yes/--no", help="Whether the agent consents; none: say what holds.")
    ] = None,
    by: ByOption = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Let colleagues of the team see what the agent said well, without the name, or no longer. Nobody does unasked."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    connect, now = open_database(settings, create=False), datetime.now(ZoneInfo(settings.time_zone))
    if is_given is not None and not consent_to_examples(agent_id, is_given, acting(by), now, connect):
        raise InputError(f"no agent {agent_id!r} in this database")
    holds = consents_to_examples(agent_id, connect)
    say(Words(settings.language)("talks.shown" if holds else "talks.not_shown", agent_id=visible(agent_id)))


def _to_json(note: CoachingNote, zone: ZoneInfo) -> dict[str, Any]:
    closed = note.closed_at
    return {
        "number": note.id,
        "agent_id": note.agent_id,
        "written_at": note.written_at.astimezone(zone).isoformat(timespec="seconds"),
        "written_by": note.written_by,
        "item_id": note.item_id,
        "action": note.action,
        "note": note.note,
        "due_on": note.due_on.isoformat() if note.due_on else None,
        "answer": note.answer,
        "closed_at": closed.astimezone(zone).isoformat(timespec="seconds") if closed else None,
        "closed_by": note.closed_by,
        "outcome": note.outcome.value if note.outcome else None,
    }
