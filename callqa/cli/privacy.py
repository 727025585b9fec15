"""`callqa privacy`: a customer's data, and how long data is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from callqa.bootstrap import ages, audio_store, open_database, wipe_deleted_rows
from callqa.cli.common import (
    ByOption,
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    RequestOption,
    YesOption,
    acting,
    complain,
    print_json,
    say,
    settings_from,
)
from callqa.reports.file_names import file_name, visible
from callqa.reports.words import Words
from callqa.services.privacy import erase_customer, export_customer
from callqa.services.retention import retain as let_go

privacy_app = typer.Typer(help="A customer's data, and how long data is kept.", no_args_is_help=True)

Customer = Annotated[
    str, typer.Argument(metavar="REF", help="The customer, as in customer_ref but for blanks, dashes and +86.")
]


@privacy_app.callback()
def privacy() -> None:
    """A customer's data, and how long data is kept."""


@privacy_app.command()
def export(
    ref: Customer,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="New folder; default customer-export.")] = None,
    request: RequestOption = "",
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Write everything held of a customer to a folder: JSON, texts to read, copies of the sound that callqa keeps."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    folder, words = output or Path("customer-export"), Words(settings.language)
    connect = open_database(settings, create=False)
    who, now = acting(by), datetime.now(UTC)
    done = export_customer(ref, folder, request, who, words, now, audio_store(settings), connect)
    if json:
        print_json({"folder": str(folder), **asdict(done)})
    else:
        say(words("privacy.exported", folder=folder, **asdict(done)))


@privacy_app.command()
def erase(
    ref: Customer,
    yes: YesOption = False,
    request: RequestOption = "",
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Erase every call and answer of a customer, for good: rows, kept sound, reports in the home folder.

    A dry run without --yes. No run takes these recordings in again. Recordings in the source are named and stay.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    done = erase_customer(
        ref,
        request,
        acting(by),
        datetime.now(UTC),
        audio_store(settings),
        settings.home / "reports",
        open_database(settings, create=False),
        dry_run=not yes,
    )
    if yes and not wipe_deleted_rows(settings):
        complain(Words(settings.language)("privacy.log_in_use"))
    counts = {**asdict(done.removed), "answers": done.answers, "sounds": done.sounds}
    reports, unread = ([str(path) for path in found] for found in (done.reports, done.unread))
    if json:
        print_json({"erased": yes, **counts, "reports": reports, "unread": unread, "sources": list(done.sources)})
        return
    words = Words(settings.language)
    say(words("privacy.erased" if yes else "privacy.would_erase", **counts, reports=len(reports)))
    for heading, listed in (
        ("privacy.reports", reports),
        ("privacy.unread", unread),
        ("privacy.sources", [file_name(uri) for uri in done.sources]),
    ):
        if listed:
            say(words(heading))
            for name in listed:
                say(f"  {visible(name)}")
    say(words("privacy.copies") if yes else words("keeping.use_yes"))


@privacy_app.command()
def retain(
    yes: YesOption = False,
    by: ByOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Delete what is older than the settings originals_days, playback_days, transcripts_days and scores_days allow.

    A dry run without --yes. Each run does it at its end.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    kept = ages(settings)
    connect, reports = open_database(settings, create=False), settings.home / "reports"
    who, now = acting(by), datetime.now(UTC)
    gone = let_go(kept, who, now, audio_store(settings), reports, connect, dry_run=not yes)
    if yes and not wipe_deleted_rows(settings):
        complain(Words(settings.language)("privacy.log_in_use"))
    if json:
        print_json({"deleted": yes, **asdict(gone), "days": asdict(kept)})
        return
    words = Words(settings.language)
    if not any(asdict(kept).values()):
        say(words("privacy.kept_for_good"))
        return
    say(words("privacy.retained" if yes else "privacy.would_retain", **asdict(gone)))
    if not yes and any(asdict(gone).values()):
        say(words("keeping.use_yes"))
