"""HOME/classifiers/history.jsonl: every retraining, promotion and rollback, the oldest first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.errors import InputError

KEPT, PROMOTED, ROLLED_BACK = "kept", "promoted", "rolled_back"


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: `kept` a challenger without using it, `promoted` one, or `rolled_back` to `name`.

    `former` is the name of the one in use before; `data` the digest of the examples, empty where nothing was trained.
    """

    at: str
    by: str
    deed: str
    language: str
    name: str
    former: str
    data: str
    duels: list[dict[str, Any]]


def read_history(home: Path) -> list[Deed]:
    """All deeds, the oldest first; none before the first. Raises InputError for a damaged file."""
    path = home / "classifiers" / "history.jsonl"
    if not path.exists():
        return []
    try:
        return [Deed(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: damaged ({error}): restore it from the backup") from error


def add_deed(home: Path, deed: Deed) -> None:
    """Write one more deed at the end."""
    path = home / "classifiers" / "history.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(deed)) + "\n")


def former_classifier(home: Path, language: str) -> str:
    """The name of the one that was used before the one in use. Raises InputError when there was none."""
    used: list[str] = []
    for deed in read_history(home):
        if deed.language == language and deed.deed == PROMOTED and deed.name != deed.former:
            used.append(deed.former)
        elif deed.language == language and deed.deed == ROLLED_BACK:
            used.pop()
    if not used:
        raise InputError(f"no classifier for {language!r} was promoted: there is nothing to go back to")
    return used[-1]
