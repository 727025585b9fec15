"""`callqa keys`: the keys that what was said is sealed under. Keys come from settings alone, never from options."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import typer
from rich.table import Table

from callqa import bootstrap
from callqa.bootstrap import audio_store, key_ids, open_database, wipe_deleted_rows
from callqa.cli.common import (
    ByOption,
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    acting,
    console,
    print_json,
    print_text,
    say,
    settings_from,
)
from callqa.reports.words import Words
from callqa.services.keys import Usage, usage
from callqa.services.keys import rotate as bring_under_newest
from models.sealing import PLAIN

keys_app = typer.Typer(help="Keys that texts and sound are sealed under.", no_args_is_help=True)


@keys_app.callback()
def keys() -> None:
    """Keys that texts and sound are sealed under."""


@keys_app.command()
def new() -> None:
    """Print a fresh key, and keep nothing of it. Put it first in the file that CALLQA_ENCRYPTION_KEY_FILE names."""
    print_text(bootstrap.new_key() + "\n")


@keys_app.command("list")
def list_(
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """List the ids of the keys, what is sealed under each, what is plain, and what needs a key that is missing."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    ids, words = key_ids(settings), Words(settings.language)
    found = usage(audio_store(settings), open_database(settings, create=False))
    rows = [
        (key_id, _state(key_id, ids), found.texts.get(key_id, 0), found.sounds.get(key_id, 0))
        for key_id in _in_order(ids, found)
    ]
    if json:
        names = ("key_id", "state", "texts", "sounds")
        print_json([dict(zip(names, (row[0] or None, *row[1:]), strict=True)) for row in rows])
        return
    table = Table(*(words(f"keys.{name}") for name in ("id", "state", "texts", "sounds")))
    for key_id, state, texts, sounds in rows:
        table.add_row(key_id or "–", words(f"keys.{state}"), str(texts), str(sounds))
    console.print(table)
    if not ids:
        say(words("keys.none"))


@keys_app.command()
def rotate(
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Bring all texts and sound under the newest key, what was plain too; killed, ask for it again.

    When it has ended, the older keys open only what backups hold.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    ids, connect = key_ids(settings), open_database(settings, create=False)
    done = bring_under_newest(ids, acting(by), datetime.now(UTC), audio_store(settings), connect)
    wipe_deleted_rows(settings)
    if json:
        print_json({"key_id": ids[0], **asdict(done)})
        return
    words = Words(settings.language)
    say(words("keys.rotated", newest=ids[0], **asdict(done)))
    if not settings.resolved_database_url.startswith("sqlite"):
        say(words("keys.vacuum"))


def _in_order(ids: tuple[str, ...], found: Usage) -> list[str]:
    """The keys as they are set, then what is missing, then what is plain."""
    return [*ids, *sorted(found.key_ids - set(ids)), PLAIN]


def _state(key_id: str, ids: tuple[str, ...]) -> str:
    if key_id == PLAIN:
        return "plain"
    if key_id not in ids:
        return "missing"
    return "newest" if key_id == ids[0] else "older"
