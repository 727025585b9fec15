"""`callqa users`: who may use the console."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

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
from callqa.owner import login_name
from callqa.passwords import Argon2Hasher
from callqa.reports.file_names import visible
from callqa.services.identities import unbind
from callqa.services.people import add_person, change_password, change_person, found, new_password
from callqa.settings import words_of
from models.person import Person, Post

users_app = typer.Typer(help="Who may use the console.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="Login name.")]


@users_app.callback()
def users() -> None:
    """Who may use the console."""


@users_app.command("list")
def list_(
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """List everybody."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    with open_database(settings, create=False)() as uow:
        everybody = uow.people.all()
        bound = uow.people.bound()
    if json:
        print_json([_to_json(person) | {"oidc": person.name in bound} for person in everybody])
        return
    table = Table("name", "shown name", "post", "teams", "agent", "disabled", "oidc")
    for person in everybody:
        teams = "*" if person.teams is None else ", ".join(sorted(person.teams))
        cells = (
            person.name,
            person.shown_name,
            person.post.value,
            teams,
            person.agent_id or "",
            str(person.is_disabled),
            str(person.name in bound),
        )
        table.add_row(*(escape(visible(cell)) for cell in cells))
    console.print(table)


@users_app.command()
def add(
    name: _Name,
    post: Annotated[Post, typer.Option(help="What they are here for.")],
    shown_name: Annotated[str | None, typer.Option(help="The name that others read; none: the login name.")] = None,
    teams: Annotated[str, typer.Option(help="Teams whose calls they see, separated by commas; none: all.")] = "",
    agent_id: Annotated[
        str | None, typer.Option(help="Who they are among the agents; only for the post of one.")
    ] = None,
    oidc: Annotated[bool, typer.Option("--oidc", help="No password: they log in by OpenID Connect alone.")] = False,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Let somebody use the console; prints a password, once, which they change at their first log-in."""
    settings = settings_from(database_url=database_url, home=home)
    password = None if oidc else new_password()
    person = Person(
        name=name.lower(),
        shown_name=shown_name or name,
        post=post,
        teams=frozenset(words_of(teams)) or None,
        agent_id=agent_id,
        created_at=datetime.now(UTC),
        must_change_password=not oidc,
    )
    add_person(person, password, login_name(), Argon2Hasher(), open_database(settings))
    if password is not None:
        say(f"{person.name}: {password}")


@users_app.command()
def password(name: _Name, database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Give somebody a new password and end their sessions; prints it, once."""
    settings = settings_from(database_url=database_url, home=home)
    chosen = new_password()
    change_password(
        name, chosen, login_name(), datetime.now(UTC), Argon2Hasher(), open_database(settings, create=False)
    )
    say(f"{name}: {chosen}")


@users_app.command("unbind")
def unbind_(name: _Name, database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Forget somebody's OpenID Connect account and end their sessions; their next one is bound in its place."""
    settings = settings_from(database_url=database_url, home=home)
    unbind(name, login_name(), datetime.now(UTC), open_database(settings, create=False))


@users_app.command()
def disable(name: _Name, database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Keep somebody out, and end their sessions at once."""
    _set_disabled(name, True, database_url, home)


@users_app.command()
def enable(name: _Name, database_url: DatabaseOption = None, home: HomeOption = None) -> None:
    """Let somebody in again."""
    _set_disabled(name, False, database_url, home)


def _set_disabled(name: str, is_disabled: bool, database_url: str | None, home: Path | None) -> None:
    new_unit = open_database(settings_from(database_url=database_url, home=home), create=False)
    with new_unit() as uow:
        person = found(uow, name)
    change_person(replace(person, is_disabled=is_disabled), login_name(), datetime.now(UTC), new_unit)


def _to_json(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "shown_name": person.shown_name,
        "post": person.post.value,
        "teams": None if person.teams is None else sorted(person.teams),
        "agent_id": person.agent_id,
        "disabled": person.is_disabled,
    }
