"""HOME/classifiers/history.jsonl: every retraining, promotion and rollback of a classifier, the oldest first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.errors import InputError
from scoring.classifier.contest import Duel

_PATH = ("classifiers", "history.jsonl")


class DeedKind(StrEnum):
    """What was done."""

    KEPT = "kept"
    """A challenger was trained, and the champion stays."""
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class Deed:
    """`at` is ISO 8601; `name` the classifier that it is about, `former` the one in use before.

    Of a retraining `data` is the digest of the lessons, `lessons` how many there were, `labels` and `calls` how the
    challenger did against the champion (see `callqa.services.learning`); elsewhere they are empty.
    """

    at: str
    by: str
    kind: DeedKind
    language: str
    name: str
    former: str
    data: str = ""
    lessons: int = 0
    labels: tuple[Duel, ...] = ()
    calls: tuple[Duel, ...] = ()


def read_history(home: Path) -> list[Deed]:
    """All deeds; none before the first. Raises InputError for a damaged file."""
    path = home.joinpath(*_PATH)
    if not path.exists():
        return []
    try:
        return [_deed(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: damaged ({error}): restore it from the backup") from error


def add_deed(home: Path, deed: Deed) -> None:
    """Write one more deed at the end."""
    path = home.joinpath(*_PATH)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(deed)) + "\n")


def former_classifier(home: Path, language: str) -> str:
    """The name of the one that was used before the one in use. Raises InputError when there was none."""
    used: list[str] = []
    for deed in read_history(home):
        if deed.language == language and deed.kind is DeedKind.PROMOTED and deed.name != deed.former:
            used.append(deed.former)
        elif deed.language == language and deed.kind is DeedKind.ROLLED_BACK:
            used.pop()
    if not used:
        raise InputError(f"no classifier for {language!r} was promoted here: there is nothing to go back to")
    return used[-1]


def _deed(row: Mapping[str, Any]) -> Deed:
    duels = {name: tuple(Duel(**duel) for duel in row[name]) for name in ("labels", "calls")}
    return Deed(**{**row, "kind": DeedKind(row["kind"]), **duels})
