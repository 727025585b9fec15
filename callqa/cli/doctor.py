"""`callqa doctor`: what is set, what was chosen and why, and what is missing."""

from __future__ import annotations

import platform
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from callqa import __version__
from callqa.bootstrap import (
    check_model,
    check_objects,
    check_remote,
    choose_device,
    describe_database,
    describe_search,
    has_database,
    key_ids,
    open_database,
    shown_database,
    standard_for,
    today,
)
from callqa.cli.common import EXIT_USAGE, HomeOption, JsonOption, console, print_json
from callqa.cli.tune import print_trials, tune_machine
from callqa.oidc.chosen import is_chosen, provider_for
from callqa.reports.roster_text import gaps_text
from callqa.reports.standard_words import reminder_text
from callqa.reports.words import Words
from callqa.services.roster_gaps import roster_gaps
from callqa.settings import PREFIX, SECRETS, Settings, load_settings
from callqa.standards import find_standard
from models.errors import CallqaError, SettingsError
from models.standard import review_reminder

# No address may hold a user and a password, but one that wrongly does is not shown either.
_USER = re.compile(r"//[^/]*@")


TuneOption = Annotated[
    bool, typer.Option("--tune", help="Measure this machine (a few minutes) and say what to set; nothing is changed.")
]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `ok`, and a sentence with what was found or what to do."""

    name: str
    ok: bool
    detail: str


def doctor(json: JsonOption = False, tune: TuneOption = False, home: HomeOption = None) -> None:
    """Print each setting with its source, what was chosen and why, and what is missing; exit code 2 if anything is."""
    settings, sources = load_settings({"home": home})
    checks = [
        Check("python", sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.platform()}"),
        Check("callqa", True, __version__),
        _check("home", lambda: _home(settings)),
        *_engine(settings),
        *_objects(settings),
    ]
    database = _check("database", lambda: describe_database(settings))
    # Published versions are in the database; where that is out of reach, one message says so.
    checks += [_check("standard", lambda: _standard(settings, database.ok)), database]
    checks.append(_check("keys", lambda: _keys(settings)))
    if database.ok:
        checks.append(_check("search", lambda: describe_search(settings)))
        checks += _roster(settings)
    if is_chosen(settings):
        checks.append(_check("log-in", lambda: provider_for(settings).look()))
    shown = {name: str(getattr(settings, name)) for name in Settings.model_fields}
    shown["database_url"] = _database_url(settings)
    for name in ("remote_url", "s3_endpoint", "oidc_issuer", "web_url"):
        shown[name] = _USER.sub("//***@", shown[name])
    shown |= {name: "***" if getattr(settings, name).get_secret_value() else "" for name in SECRETS}
    healthy = all(check.ok for check in checks)
    trials = tune_machine(settings) if tune and healthy else []
    if json:
        listed = {name: {"value": value, "source": sources.of[name]} for name, value in shown.items()}
        print_json(
            {"settings": listed, "checks": [asdict(check) for check in checks]}
            | ({"trials": [asdict(trial) for trial in trials]} if tune else {})
        )
    else:
        _print(shown, sources.of, checks)
        if trials:
            print_trials(trials, settings)
    if not healthy:
        raise typer.Exit(EXIT_USAGE)


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except CallqaError as error:
        return Check(name, False, str(error))
    except OSError as error:
        # Here a file that cannot be reached is a finding like any other.
        return Check(name, False, f"{error.filename}: {error.strerror}")


def _engine(settings: Settings) -> list[Check]:
    """What hears the recordings: device and model of this machine, or the service."""
    if settings.engine == "remote":
        return [_check("service", lambda: check_remote(settings))]
    return [_check("device", lambda: choose_device(settings)), _check("model", lambda: check_model(settings))]


def _objects(settings: Settings) -> list[Check]:
    """The store of objects, where one is set: AWS alone may never be asked for anything."""
    is_set = settings.s3_endpoint or settings.s3_key or settings.s3_secret.get_secret_value()
    return [_check("store", lambda: check_objects(settings))] if is_set else []


def _home(settings: Settings) -> str:
    home = settings.home.absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return f"{home} can be written"
    except OSError as error:
        raise SettingsError(
            f"home {home} cannot be written: {error.strerror}; choose another with --home or CALLQA_HOME"
        ) from error


def _keys(settings: Settings) -> str:
    """What is sealed, by ids of keys alone."""
    ids = key_ids(settings)
    if not ids:
        return "encryption_key is empty: texts and sound are stored plain"
    older = f"; {', '.join(ids[1:])} open what is older" if ids[1:] else ""
    return f"texts and sound are sealed under {ids[0]}{older}; reports in {settings.home / 'reports'} are plain files"


def _standard(settings: Settings, database_ok: bool) -> str:
    """The version in force today, and a reminder when its review is near or overdue."""
    day = today(settings)
    standard = standard_for(settings, day).standard if database_ok else find_standard(settings.standard)
    reminder = review_reminder(standard.ref, standard.owner, standard.review_by, day)
    said = f"{standard.ref.id} {standard.ref.version}"
    return said if reminder is None else f"{said}. {reminder_text(reminder, settings.language)}"


def _roster(settings: Settings) -> list[Check]:
    """How the roster and the calls agree; none without a roster. What is amiss with it keeps nothing from running."""
    if not has_database(settings):
        return []
    gaps = roster_gaps(today(settings), settings.time_zone, open_database(settings, create=False))
    if gaps is None:
        return []
    silent = {entry.agent_id: entry.name for entry in gaps.silent}
    said = gaps_text(gaps.listed, gaps.days, gaps.unlisted, silent, Words(settings.language))
    return [Check("roster", True, said)]


def _database_url(settings: Settings) -> str:
    try:
        return shown_database(settings)
    except SettingsError:
        # What is wrong with it is said among the checks; where in it a password stands, nobody knows.
        return "***"


def _print(shown: dict[str, str], sources: dict[str, str], checks: list[Check]) -> None:
    table = Table("setting", "value", "from", "meaning")
    for name, value in shown.items():
        description = Settings.model_fields[name].description or ""
        table.add_row(f"{PREFIX}{name.upper()}", escape(value), sources[name], escape(description))
    console.print(table)
    for check in checks:
        console.print(
            f"{'ok' if check.ok else 'MISSING':8}{check.name:10}{check.detail}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
