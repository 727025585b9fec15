"""What the commands share: exit codes, options, and where output goes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from callqa.owner import login_name
from callqa.reports.standard_words import reminder_text
from callqa.reports.text_files import write_text
from callqa.reports.transcript_export import TranscriptFormat, Written
from callqa.reports.words import Words
from callqa.settings import Settings, load_settings
from models.audit import Actor
from models.errors import InputError
from models.standard import review_reminder
from scoring import ServiceStandard

EXIT_USAGE = 2
EXIT_QUARANTINED = 3

StandardOption = Annotated[
    str | None,
    typer.Option("--standard", help="Service standard: shipped name, published ID[@VERSION], or a YAML file."),
]
DatabaseOption = Annotated[
    str | None, typer.Option("--database-url", help="PostgreSQL or SQLite URL; no password in it: `ps` shows it.")
]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Data folder (default ./callqa-data).")]
PresetOption = Annotated[
    str | None,
    typer.Option(help="File names and sidecars of: freepbx, freeswitch, asterisk, amazon-connect, genesys."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print machine output only.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it; without it only what would be done is said.")]
RequestOption = Annotated[
    str,
    typer.Option("--request", help="Number under which it was asked for, for the audit log; no name, no telephone."),
]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Who does it, for the audit log, which keeps the login name beside it.")
]
LanguageOption = Annotated[str | None, typer.Option("--language", help="zh or en; default zh.")]
TranscriptFormatOption = Annotated[TranscriptFormat, typer.Option("--format", help="Kind of file.")]

console = Console()
"""For people, on standard output."""
notes = Console(stderr=True)
"""For people while a machine may be reading standard output."""


def settings_from(**options: object) -> Settings:
    """Settings with the command's options over them, made visible to flows, which read the environment.

    The flow is started the way a deployment starts it; options travel as settings, so that a database password is
    never a flow parameter, which Prefect would store.
    """
    settings, _ = load_settings(options)
    for name, value in options.items():
        if value is not None:
            os.environ[f"CALLQA_{name.upper()}"] = str(value)
    return settings


def acting(by: str | None) -> Actor:
    """Who gives the command, for what is recorded of it; `by` as in `ByOption`."""
    login = login_name()
    return Actor(by or login, login)


def parse_day(value: str | None, option: str = "--day") -> date | None:
    """A day as YYYY-MM-DD; None stays None. Raises InputError that names the option."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        also = ", or yesterday" if option == "--day" else ""
        raise InputError(f"{option} {value!r} is not a day; write it like 2026-11-20{also}") from error


def print_json(value: object) -> None:
    """One JSON document on standard output, Chinese unescaped."""
    print_text(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def write_lines(lines: Iterable[dict[str, Any]], output: Path | None) -> None:
    """JSON lines to a file that appears complete or not at all, or to standard output."""
    text = "".join(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines)
    if output is None:
        print_text(text)
    else:
        write_text(output, text)


def say(text: str) -> None:
    """One line on standard output as it is, however narrow the terminal."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def complain(message: str) -> None:
    """One message on standard error, in one line however narrow the terminal: it is searched and copied."""
    notes.print(f"callqa: {message}", style="red", markup=False, highlight=False, soft_wrap=True)


def remind(standard: ServiceStandard, today: date, language: str) -> None:
    """A line on standard error when the standard's quarterly review is near or overdue."""
    reminder = review_reminder(standard.ref, standard.owner, standard.review_by, today)
    if reminder is not None:
        text = reminder_text(reminder, language)
        notes.print(f"callqa: {text}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def say_what_is_left_out(written: Written) -> None:
    """A line for each call of which something has no times and is missing in subtitles."""
    for call_id, count in written.left_out:
        complain(f"call {call_id}: {count} utterances have no times and are left out")


def print_text(text: str) -> None:
    """Text on standard output as it is. Raises InputError when it cannot be written."""
    if sys.stdout is None:
        raise InputError("standard output is closed; name a file with -o, or redirect it")
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError:
        # The reader has had enough (`| head`), which the command line ends upon without a word.
        raise
    except OSError as error:
        # What is still buffered cannot be written either; left there it would fail once more when Python ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        raise InputError(f"standard output cannot be written: {error.strerror}") from error


def quoted(text: str, words: Words) -> str:
    """What was said, in the quotation marks of the language."""
    return f"{words('quote.open')}{text}{words('quote.close')}"
