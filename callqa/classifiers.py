"""Classifier files: the one that comes with callqa, those trained here, and which of them is in use.

HOME/classifiers/NAME.skops    a trained classifier; its name is the beginning of its digest
HOME/classifiers/NAME.md       its model card
HOME/classifiers/in-use.zh     the name of the one in use for Chinese; without it, the one that comes with callqa
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import get_args

from models.errors import ModelError
from scoring.classifier import Classifier, Classifiers, load_classifier
from scoring.schema import Language

SHIPPED = "shipped"
_FOLDER = "classifiers"
_NAME_LENGTH = 12


@dataclass(frozen=True, slots=True)
class StoredClassifier:
    """One classifier file. `in_use` says that calls of its language are scored with it."""

    name: str
    classifier: Classifier
    in_use: bool


def classifier_in_use(home: Path, language: str) -> Classifier | None:
    """The classifier that scores calls of this language; None when there is none for it.

    Raises ModelError when the one in use is gone or damaged.
    """
    name = name_in_use(home, language)
    classifier = find_classifier(home, name)
    if classifier.language == language:
        return classifier
    if name == SHIPPED:
        return None
    raise ModelError(
        f"classifier {name} is in use for {language!r} but is for {classifier.language!r}: promote another"
    )


def classifiers_in_use(home: Path) -> Classifiers:
    """The classifiers that score calls now, by language. Raises ModelError when one in use is gone or damaged."""
    found = ((language, classifier_in_use(home, language)) for language in get_args(Language))
    return {language: classifier for language, classifier in found if classifier is not None}


def find_classifier(home: Path, name: str) -> Classifier:
    """The classifier of this name, `shipped` or one of `list_classifiers`. Raises ModelError."""
    if name == SHIPPED:
        return _load((files("scoring") / "classifier" / "shipped" / "zh.skops").read_bytes(), SHIPPED)
    path = home / _FOLDER / f"{name}.skops"
    try:
        data = path.read_bytes()
    except OSError as error:
        known = ", ".join([SHIPPED, *_names(home)])
        raise ModelError(f"no classifier {name!r} in {path.parent} ({error.strerror}); there are: {known}") from error
    if not hashlib.sha256(data).hexdigest().startswith(name):
        raise ModelError(f"{path}: its digest does not begin with its name: it was changed; remove it and train again")
    return _load(data, str(path))


def classifier_of_version(home: Path, version: str) -> Classifier | None:
    """The classifier whose file has this digest (sha256:...), shipped or trained here; None when there is none.

    Raises ModelError for a damaged one.
    """
    shipped = find_classifier(home, SHIPPED)
    if shipped.version == version:
        return shipped
    name = version.removeprefix("sha256:")[:_NAME_LENGTH]
    found = find_classifier(home, name) if name in _names(home) else None
    return found if found is not None and found.version == version else None


def list_classifiers(home: Path) -> tuple[StoredClassifier, ...]:
    """Every classifier, the shipped one first, then by name. Raises ModelError for a damaged one."""
    found = [(name, find_classifier(home, name)) for name in (SHIPPED, *_names(home))]
    return tuple(StoredClassifier(name, c, name_in_use(home, c.language) == name) for name, c in found)


def keep_classifier(home: Path, data: bytes, card: str) -> str:
    """Keep a trained classifier and its card; returns its name. The same file again changes nothing."""
    name = hashlib.sha256(data).hexdigest()[:_NAME_LENGTH]
    folder = home / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in ((folder / f"{name}.md", card.encode()), (folder / f"{name}.skops", data)):
        _put(path, content)
    return name


def promote_classifier(home: Path, name: str) -> Classifier:
    """Score calls with this classifier from now on; returns it. Raises ModelError when there is none of that name."""
    classifier = find_classifier(home, name)
    (home / _FOLDER).mkdir(parents=True, exist_ok=True)
    _put(home / _FOLDER / f"in-use.{classifier.language}", f"{name}\n".encode())
    return classifier


def name_in_use(home: Path, language: str) -> str:
    """The name of the classifier that scores calls of this language, `shipped` unless another was promoted."""
    try:
        return (home / _FOLDER / f"in-use.{language}").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return SHIPPED


def _names(home: Path) -> list[str]:
    return sorted(path.stem for path in (home / _FOLDER).glob("*.skops"))


def _put(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.tmp")
    draft.write_bytes(content)
    draft.replace(path)


@lru_cache(maxsize=4)
def _load(data: bytes, source: str) -> Classifier:
    # Keyed by content, as standards are: every task of a run asks for it.
    try:
        return load_classifier(data)
    except ModelError as error:
        raise ModelError(f"{source}: {error}") from error
