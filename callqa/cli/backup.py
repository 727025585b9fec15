"""`callqa backup` and `callqa restore`, for a database that is a file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from callqa import __version__
from callqa.bootstrap import audio_store, database_file
from callqa.cli.common import (
    ByOption,
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    YesOption,
    acting,
    complain,
    print_json,
    say,
    settings_from,
)
from callqa.reports.words import Words
from callqa.services.backup import check_backup, make_backup, restore_backup
from callqa.services.manifest import Manifest


def backup(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="New folder; default callqa-backup-TIME in this one.")
    ] = None,
    audio: Annotated[bool, typer.Option(help="With the sound that callqa keeps.")] = True,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Back up database, classifiers and kept sound to a folder with digests, and read it again; also during a run."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    now = datetime.now(UTC)
    folder = output or Path(f"callqa-backup-{now:%Y%m%dT%H%M%SZ}")
    sound = audio_store(settings) if audio else None
    manifest = make_backup(database_file(settings), settings.home.absolute(), folder, __version__, now, sound)
    facts = _facts(manifest)
    if json:
        print_json({"folder": str(folder), **facts})
    else:
        words = Words(settings.language)
        say(words("backup.done", folder=folder, **facts))
        _say_what_keys_it_needs(facts, words)


def restore(
    folder: Annotated[Path, typer.Argument(help="A backup.")],
    yes: YesOption = False,
    check: Annotated[bool, typer.Option("--check", help="Only read all of the backup and say if it is good.")] = False,
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Check a backup and bring it back; a dry run without --yes. Nothing else may have the database open.

    Audit entries and erasures since the backup are taken over from the database in place, which is kept beside.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    words, database = Words(settings.language), database_file(settings)
    if check:
        facts = _facts(check_backup(database, folder))
        if json:
            print_json(facts)
        else:
            say(words("backup.good", **facts))
            _say_what_keys_it_needs(facts, words)
        return
    now, who = datetime.now(UTC), acting(by)
    done = restore_backup(database, settings.home.absolute(), folder, audio_store(settings), who, now, dry_run=not yes)
    if json:
        print_json({"restored": yes, **asdict(done), "aside": str(done.aside) if done.aside else None})
        return
    say(words("restore.done" if yes else "restore.would", **asdict(done)))
    if done.unread:
        complain(words("restore.unread"))
    if yes and done.aside:
        say(words("restore.aside", aside=done.aside))
    if not yes:
        say(words("keeping.use_yes"))


def _facts(manifest: Manifest) -> dict[str, Any]:
    return {
        "files": len(manifest.files),
        "bytes": sum(file.bytes for file in manifest.files),
        "created": manifest.created_at,
        "revision": manifest.revision,
        "head": manifest.audit_head or "–",
        "key_ids": list(manifest.key_ids),
    }


def _say_what_keys_it_needs(facts: dict[str, Any], words: Words) -> None:
    if facts["key_ids"]:
        say(words("backup.keys", keys=", ".join(facts["key_ids"])))
