"""`callqa standard`: the life of a service standard, but for the back-test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import open_database, standard_for, today
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    console,
    parse_day,
    print_json,
    print_text,
    remind,
    settings_from,
)
from callqa.cli.corrections import print_stored, raise_worse, stored_to_json, try_standard
from callqa.owner import login_name
from callqa.reports.standard_diff import change_to_json, describe
from callqa.reports.words import Words
from callqa.services.publish import publish_version, published_version
from callqa.settings import Settings
from callqa.standards import FoundStandard, read_cases
from models.errors import InputError, StandardError
from models.standard import PublishedStandard, VersionState, review_reminder, states_on
from scoring import CaseFailure, ServiceStandard, check_cases, examples_of
from scoring.diff import diff as differences

standard_app = typer.Typer(help="The life of service standards.", no_args_is_help=True)

StandardArgument = Annotated[
    str | None, typer.Argument(help="YAML file, shipped name, or published ID[@VERSION]; none: the one in use.")
]
OnOption = Annotated[str | None, typer.Option("--on", help="Of a published id, the version of that day (YYYY-MM-DD).")]
CasesOption = Annotated[
    Path | None, typer.Option("--cases", help="Folder of regression cases; default: FILE.cases beside FILE.yaml.")
]


@standard_app.command()
def show(
    standard: StandardArgument = None,
    on: OnOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Print a service standard as written."""
    settings = settings_from(standard=standard, database_url=database_url, home=home)
    found = standard_for(settings, parse_day(on, "--on") or today(settings))
    _ = found.standard  # what cannot be used is refused, not shown
    print_text(found.text)


@standard_app.command()
def check(
    standard: StandardArgument = None,
    cases: CasesOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Validate a standard and run its examples and regression cases; every problem and failure is named.

    Where there is a database, also what people put right in stored calls: it fails for what the version in use has
    right; what that has wrong as well is listed as still open.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    found = standard_for(settings, today(settings), standard)
    loaded = found.standard
    counts, failures = _run_cases(found, cases)
    stored = try_standard(settings, loaded)
    if json:
        told = {} if stored is None else {"stored": stored_to_json(stored)}
        print_json(_checked_to_json(loaded, counts, failures, today(settings)) | told)
    _raise_failures(found, failures, settings.language)
    if stored is not None:
        raise_worse(stored, found.source, settings.language)
    if not json:
        words, document = Words(settings.language), loaded.document
        end = document.effective_to.isoformat() if document.effective_to else words("check.open_end")
        text = words("check.ok", id=loaded.ref.id, version=loaded.ref.version, digest=loaded.ref.digest, end=end,
                     start=document.effective_from, review_by=document.review_by, **counts)  # fmt: skip
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        if stored is not None:
            print_stored(stored, settings.language)
    remind(loaded, today(settings), settings.language)


@standard_app.command()
def diff(
    old: Annotated[str, typer.Argument(help="YAML file, shipped name, or published ID[@VERSION].")],
    new: Annotated[str, typer.Argument(help="The same, for the other one.")],
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Say in words what changed from OLD to NEW, item by item."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    day = today(settings)
    before, after = (standard_for(settings, day, name).standard for name in (old, new))
    changes = differences(before.document, after.document)
    words = Words(settings.language)
    if json:
        print_json(
            {
                "old": _ref_to_json(before),
                "new": _ref_to_json(after),
                "changes": [change_to_json(change, words) for change in changes],
            }
        )
        return
    lines = [f"{before.ref.id} {before.ref.version} → {after.ref.id} {after.ref.version}"]
    for group in describe(before.document, after.document, changes, settings.language):
        lines += ["", group.heading, *(f"  · {line}" for line in group.lines)]
    print_text("\n".join(lines if changes else [*lines, words("diff.none")]) + "\n")


@standard_app.command()
def publish(
    file: Annotated[str, typer.Argument(help="YAML file of the standard.")],
    cases: CasesOption = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Check a standard and keep it as a version that never changes; it needs a change note of its own."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    found = standard_for(settings, today(settings), file)
    _, failures = _run_cases(found, cases)
    _raise_failures(found, failures, settings.language)
    version = published_version(found.standard, found.text, datetime.now(UTC))
    new = publish_version(version, found.source, login_name(), open_database(settings))
    if json:
        print_json(_version_to_json(version, None) | {"published": new})
    else:
        words = Words(settings.language)
        text = (
            words("publish.done", name=version.name, start=version.effective_from, digest=version.ref.digest)
            if new
            else words("publish.already", name=version.name)
        )
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    remind(found.standard, today(settings), settings.language)


@standard_app.command("list")
def list_versions(
    standard: Annotated[str | None, typer.Argument(help="Only versions of the standard with this id.")] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """List published versions, with the one that is in force today."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    with open_database(settings, create=False)() as uow:
        versions = uow.standards.versions(standard)
    if standard is not None and not versions:
        raise InputError(f"no version of {standard!r} is published; `callqa standard list` shows what is")
    states = states_on(versions, today(settings))
    if json:
        print_json([_version_to_json(v, state) for v, state in zip(versions, states, strict=True)])
    elif versions:
        console.print(_table(versions, states, settings))
    else:
        console.print(Words(settings.language)("list.none"))


def _run_cases(found: FoundStandard, folder: Path | None) -> tuple[dict[str, int], tuple[CaseFailure, ...]]:
    examples = examples_of(found.standard)
    cases = read_cases(folder, found)
    counts = {"examples": len(examples), "cases": len(cases)}
    return counts, check_cases(found.standard, [*examples, *cases])


def _raise_failures(found: FoundStandard, failures: tuple[CaseFailure, ...], language: str) -> None:
    if not failures:
        return
    words = Words(language)
    lines = [
        words(
            "check.failure",
            name=failure.name,
            item=failure.item,
            expected=words(f"verdict.{failure.expected.value}"),
            found=words(f"verdict.{failure.found.value}"),
            reasons="".join(failure.reasons),
        )
        for failure in failures
    ]
    raise StandardError("\n".join([words("check.fails", source=found.source, n=len(failures)), *lines]))


def _checked_to_json(
    standard: ServiceStandard, counts: dict[str, int], failures: tuple[CaseFailure, ...], day: date
) -> dict[str, Any]:
    reminder = review_reminder(standard.ref, standard.owner, standard.review_by, day)
    end = standard.document.effective_to
    return {
        **_ref_to_json(standard),
        "owner": standard.owner,
        "effective_from": standard.effective_from.isoformat(),
        "effective_to": end.isoformat() if end else None,
        "review_by": standard.review_by.isoformat(),
        "review_due_in_days": reminder.days_left if reminder is not None else None,
        **counts,
        "failures": [
            {
                "name": failure.name,
                "item": failure.item,
                "expected": failure.expected.value,
                "found": failure.found.value,
                "reasons": list(failure.reasons),
                "turns": list(failure.turns),
                "note": failure.note,
            }
            for failure in failures
        ],
    }


def _ref_to_json(standard: ServiceStandard) -> dict[str, Any]:
    return {"standard": standard.ref.id, "version": standard.ref.version, "digest": standard.ref.digest}


def _version_to_json(version: PublishedStandard, state: str | None) -> dict[str, Any]:
    return {
        "standard": version.ref.id,
        "version": version.ref.version,
        "digest": version.ref.digest,
        "title": version.title,
        "owner": version.owner,
        "effective_from": version.effective_from.isoformat(),
        "effective_to": version.effective_to.isoformat() if version.effective_to else None,
        "review_by": version.review_by.isoformat(),
        "change_note": version.change_note,
        "published_at": version.published_at.isoformat(),
    } | ({"state": state} if state is not None else {})


def _table(versions: Sequence[PublishedStandard], states: Sequence[VersionState], settings: Settings) -> Table:
    words = Words(settings.language)
    table = Table()
    for name in ("id", "version", "state", "from", "to", "review_by", "note"):
        table.add_column(words(f"list.{name}"), overflow="fold")
    for version, state in zip(versions, states, strict=True):
        table.add_row(
            escape(version.ref.id),
            escape(version.ref.version),
            words(f"list.{state}"),
            version.effective_from.isoformat(),
            version.effective_to.isoformat() if version.effective_to else "–",
            version.review_by.isoformat(),
            escape(version.change_note),
        )
    return table
