"""`callqa models`: the life of the utterance classifier."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from callqa.bootstrap import open_database
from callqa.classifiers import SHIPPED, find_classifier, list_classifiers
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    StandardOption,
    console,
    notes,
    print_json,
    settings_from,
)
from callqa.cli.corrections import print_stored, stored_to_json, try_classifier
from callqa.cli.drift import drift
from callqa.cli.learning import history, retrain, rollback
from callqa.owner import login_name
from callqa.services.classifiers import evaluate_classifier, load_examples, train_classifier
from callqa.services.classifiers import promote as promote_to_use
from callqa.standards import find_standard
from scoring.classifier import Evaluation

models_app = typer.Typer(help="Train, measure and choose the utterance classifier.", no_args_is_help=True)
for command in (drift, retrain, rollback, history):
    models_app.command()(command)

DataOption = Annotated[
    list[Path] | None,
    typer.Option("--data", help="More labelled utterances (JSONL), beside those that come with callqa; repeatable."),
]


@models_app.command()
def train(
    data: DataOption = None, standard: StandardOption = None, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Train a classifier, measure it on families it has not learnt from, and keep it with its model card.

    It is not used until it is promoted. The language, and how texts are read, are those of the standard.
    """
    settings = settings_from(standard=standard, home=home)
    applied = find_standard(settings.standard)
    trained = train_classifier(load_examples(applied.language, data or []), applied, settings.home)
    if json:
        print_json({"name": trained.name} | asdict(trained.evaluation))
        return
    _print(trained.evaluation)
    notes.print(f"callqa models promote {trained.name}", markup=False, highlight=False)


@models_app.command()
def evaluate(
    name: Annotated[str, typer.Argument(help="Name of a classifier; see `callqa models list`.")] = SHIPPED,
    data: DataOption = None,
    standard: StandardOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Measure a classifier on the held-out families of the labelled utterances.

    Where there is a database, also on what people put right in stored calls, beside the classifier in use.
    """
    settings = settings_from(standard=standard, database_url=database_url, home=home)
    applied = find_standard(settings.standard)
    classifier = find_classifier(settings.home, name)
    result = evaluate_classifier(classifier, load_examples(applied.language, data or []), applied)
    stored = try_classifier(settings, applied, classifier)
    if json:
        print_json({"name": name} | asdict(result) | ({} if stored is None else {"stored": stored_to_json(stored)}))
        return
    _print(result)
    if stored is not None:
        print_stored(stored, settings.language)


@models_app.command("list")
def list_(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the classifiers, and which is in use."""
    found = list_classifiers(settings_from(home=home).home)
    if json:
        print_json(
            [
                {
                    "name": one.name,
                    "version": one.classifier.version,
                    "language": one.classifier.language,
                    "data": one.classifier.data,
                    "in_use": one.in_use,
                }
                for one in found
            ]
        )
        return
    table = Table("", "name", "language", "version", "data")
    for one in found:
        c = one.classifier
        table.add_row("*" if one.in_use else "", one.name, c.language, c.version, c.data)
    console.print(table)


@models_app.command()
def promote(
    name: Annotated[str, typer.Argument(help="Name of a classifier; `shipped` for the one that comes with callqa.")],
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Score calls of its language with this classifier from now on; stored scorecards stay until rescored."""
    settings = settings_from(database_url=database_url, home=home)
    classifier = promote_to_use(settings.home, name, login_name(), datetime.now(UTC), open_database(settings))
    if json:
        print_json({"name": name, "version": classifier.version, "language": classifier.language})
    else:
        console.print(f"{name}: {classifier.version}", highlight=False)


def _print(result: Evaluation) -> None:
    table = Table("label", "utterances", "precision", "recall", "precision 0.9", "recall 0.9")
    for label in result.labels:
        shares = [s for pair in zip(label.precision, label.recall, strict=True) for s in pair]
        shown = ["–" if s.value is None else f"{s.value:.2f} [{s.low:.2f}, {s.high:.2f}]" for s in shares]
        table.add_row(label.output, str(label.examples), *shown)
    console.print(table)
    console.print(
        f"{result.examples} utterances in {result.families} families, calibration error {result.calibration_error:.3f}"
    )
