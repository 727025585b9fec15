"""`callqa models retrain`, `rollback` and `history`: how the classifier learns from reviewers, and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from callqa.bootstrap import open_database, standard_for, today
from callqa.classifier_history import Deed, read_history
from callqa.cli.common import DatabaseOption, HomeOption, JsonOption, StandardOption, console, print_json, settings_from
from callqa.owner import login_name
from callqa.services.classifiers import rollback as roll_back
from callqa.services.learning import retrain as retrain_classifier
from scoring.classifier.contest import ALL, Duel


def retrain(
    standard: StandardOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Teach a challenger what people say of stored calls; it is used if on the whole it is better, and nothing worse.

    It is tried on utterances and calls that it has not learnt from, beside the classifier in use. Calls that were
    scored before stay as they are until they are rescored.
    """
    settings = settings_from(standard=standard, database_url=database_url, home=home)
    applied = standard_for(settings, today(settings)).standard
    connect = open_database(settings, create=False)
    deed = retrain_classifier(applied, settings.home, login_name(), datetime.now(UTC), connect)
    if json:
        print_json({"retrained": deed is not None, "deed": deed_to_json(deed) if deed is not None else None})
    elif deed is None:
        console.print("nothing new to learn from since the last time")
    else:
        _print(deed)


def rollback(
    standard: StandardOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Score calls with the classifier that was used before the one in use; again for the one before that."""
    settings = settings_from(standard=standard, database_url=database_url, home=home)
    language = standard_for(settings, today(settings)).standard.language
    connect = open_database(settings, create=False)
    name = roll_back(settings.home, language, login_name(), datetime.now(UTC), connect)
    if json:
        print_json({"name": name})
    else:
        console.print(name, highlight=False)


def history(home: HomeOption = None, json: JsonOption = False) -> None:
    """What was retrained, promoted and rolled back, the oldest first."""
    deeds = read_history(settings_from(home=home).home)
    if json:
        print_json([deed_to_json(deed) for deed in deeds])
        return
    table = Table("at", "by", "what", "language", "name", "before", "lessons", "F1 of calls")
    for deed in deeds:
        mean = next((duel for duel in deed.calls if duel.item == ALL), None)
        shown = "–" if mean is None else f"{mean.champion:.3f} → {mean.challenger:.3f}"
        table.add_row(
            deed.at, deed.by, deed.kind.value, deed.language, deed.name, deed.former, str(deed.lessons or "–"), shown
        )  # fmt: skip
    console.print(table)


def deed_to_json(deed: Deed) -> dict[str, Any]:
    """The deed, for programs."""
    return asdict(deed)


def _print(deed: Deed) -> None:
    table = Table("", "of", "before", "after", "difference")
    for place, duels in (("calls", deed.calls), ("utterances", deed.labels)):
        for duel in duels:
            table.add_row(f"{place}: {_name(duel)}", *_figures(duel))
    console.print(table)
    console.print(f"{deed.lessons} lessons; {deed.name}: {deed.kind.value}; before: {deed.former}", highlight=False)


def _name(duel: Duel) -> str:
    return "mean" if duel.item == ALL else duel.item


def _figures(duel: Duel) -> tuple[str, ...]:
    shares = (f"{duel.champion:.3f}", f"{duel.challenger:.3f}", f"{duel.low:+.3f} to {duel.high:+.3f}")
    return (str(duel.units), *shares)
