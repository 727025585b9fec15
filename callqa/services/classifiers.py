"""Training, measuring and promoting utterance classifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from callqa.classifier_history import KEPT, PROMOTED, ROLLED_BACK, Deed, add_deed, former_classifier, read_history
from callqa.classifiers import classifier_in_use, find_classifier, keep_classifier, name_in_use, promote_classifier
from models.audit import AuditAction, AuditEvent
from models.errors import InputError
from models.ports import UnitOfWorkFactory
from scoring import ServiceStandard
from scoring.classifier import (
    Classifier,
    Evaluation,
    Example,
    evaluate,
    load_classifier,
    model_card,
    read_examples,
)
from scoring.classifier.contest import duels, label_cases, should_promote
from scoring.classifier.examples import data_digest


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier that was trained and kept under `name`."""

    name: str
    classifier: Classifier
    evaluation: Evaluation


def load_examples(language: str, more: Sequence[Path]) -> tuple[Example, ...]:
    """The utterances of this language that come with callqa, if there are any, and those in `more` files.

    Raises InputError that names file and line of what cannot be used.
    """
    folder = files("scoring") / "classifier" / "data" / language
    shipped = sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []
    texts = [(entry.name, entry.read_text(encoding="utf-8")) for entry in shipped]
    return read_examples([*texts, *((str(path), _read(path)) for path in more)])


def train_classifier(examples: Sequence[Example], standard: ServiceStandard, home: Path) -> Trained:
    """Train as the standard reads the examples, measure on those held out, and keep file and model card."""
    # scikit-learn takes two seconds to load; no other command needs it.
    from scoring.classifier.training import train

    learnt = [e for e in examples if not e.held_out]
    data = train(learnt, lambda said: standard.normaliser.read(said).text, standard.language)
    classifier = load_classifier(data)
    evaluation = evaluate_classifier(classifier, examples, standard)
    name = keep_classifier(home, data, model_card(classifier, evaluation, examples))
    return Trained(name, classifier, evaluation)


def promote(home: Path, name: str, by: str, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> Classifier:
    """Score calls with this classifier from now on, and record who wanted it; returns it.

    Raises ModelError when there is none of that name.
    """
    language = find_classifier(home, name).language
    return _use(
        home,
        Deed(now.isoformat(), by, PROMOTED, language, name, name_in_use(home, language), "", []),
        now,
        new_unit_of_work,
    )


def rollback(home: Path, language: str, by: str, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> str:
    """Go back to the classifier used before, and record it; returns its name. Raises InputError when there was none."""
    name = former_classifier(home, language)
    _use(
        home,
        Deed(now.isoformat(), by, ROLLED_BACK, language, name, name_in_use(home, language), "", []),
        now,
        new_unit_of_work,
    )
    return name


def retrain(
    examples: Sequence[Example],
    standard: ServiceStandard,
    home: Path,
    by: str,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
) -> Deed | None:
    """Train a challenger and use it if it beats the one in use; None when these examples met that one before.

    Raises InputError when no classifier is in use for the language or no example is held out.
    """
    language, data = standard.language, data_digest(examples)
    former = name_in_use(home, language)
    champion = classifier_in_use(home, language)
    if champion is None:
        raise InputError(f"no classifier is in use for {language!r}: train and promote one first")
    if any((d.language, d.data, d.former) == (language, data, former) for d in read_history(home)):
        return None
    trained = train_classifier(examples, standard, home)
    found = duels(label_cases(champion, trained.classifier, examples, lambda said: standard.normaliser.read(said).text))
    result = PROMOTED if should_promote(found) else KEPT
    deed = Deed(now.isoformat(), by, result, language, trained.name, former, data, [asdict(d) for d in found])
    if result == PROMOTED:
        _use(home, deed, now, new_unit_of_work)
    else:
        add_deed(home, deed)
    return deed


def _use(home: Path, deed: Deed, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> Classifier:
    # Recorded before it is done: of two things that cannot be done at once, a record without a deed
    # is the harmless one.
    classifier = find_classifier(home, deed.name)
    with new_unit_of_work() as uow:
        told = {"version": classifier.version, "language": classifier.language}
        uow.audit.record(AuditEvent(now, deed.by, AuditAction.CLASSIFIER_PROMOTED, deed.name, told))
        uow.commit()
    used = promote_classifier(home, deed.name)
    add_deed(home, deed)
    return used


def evaluate_classifier(classifier: Classifier, examples: Sequence[Example], standard: ServiceStandard) -> Evaluation:
    """Measure a classifier on the held-out examples. Raises InputError for one of another language."""
    if classifier.language != standard.language:
        raise InputError(
            f"the classifier is for {classifier.language!r}, the standard {standard.ref.id} for {standard.language!r}: "
            "name a standard of its language"
        )
    return evaluate(classifier, examples, lambda said: standard.normaliser.read(said).text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from error
