"""Training, measuring and promoting utterance classifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from callqa.classifier_history import Deed, DeedKind, add_deed, former_classifier
from callqa.classifiers import find_classifier, keep_classifier, name_in_use, promote_classifier
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
    deed = Deed(now.isoformat(), by, DeedKind.PROMOTED, language, name, name_in_use(home, language))
    return use_classifier(home, deed, now, new_unit_of_work)


def rollback(home: Path, language: str, by: str, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> str:
    """Go back to the classifier that was used before, and record it; returns its name.

    Raises InputError when there was none, ModelError when it is gone.
    """
    name = former_classifier(home, language)
    deed = Deed(now.isoformat(), by, DeedKind.ROLLED_BACK, language, name, name_in_use(home, language))
    use_classifier(home, deed, now, new_unit_of_work)
    return name


def use_classifier(home: Path, deed: Deed, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> Classifier:
    """Score calls with the classifier that the deed names, with the deed in the audit log and the history.

    Recorded before it is done: of two things that cannot be done at once, a record without a deed is the harmless one.
    Raises ModelError when there is none of that name.
    """
    classifier = find_classifier(home, deed.name)
    with new_unit_of_work() as uow:
        told = {"version": classifier.version, "language": classifier.language}
        uow.audit.record(AuditEvent(now, deed.by, AuditAction.CLASSIFIER_PROMOTED, deed.name, told))
        uow.commit()
    add_deed(home, deed)
    return promote_classifier(home, deed.name)


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
