"""Labelled utterances: the classifier's training data, read from JSON lines and checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.errors import InputError
from models.lesson import held_out
from models.transcript import Role
from models.wire import digest
from scoring.classifier.labels import ANY_UNFIT, LABELS, OUTPUTS, UNFIT

Read = Callable[[str], str]
"""From what was said to the text of its reading, which is what the classifier sees: `Normaliser.read(said).text`."""

_SPEAKERS = (Role.AGENT.value, Role.CUSTOMER.value)
_FIELDS = {"id", "text", "speaker", "labels", "family", "hard", "note"}


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance. `family` is the idea behind a group of paraphrases; `hard` ones look like another label."""

    id: str
    text: str
    speaker: Role
    labels: tuple[str, ...]
    family: str
    hard: bool
    note: str

    @property
    def held_out(self) -> bool:
        """Whether it is kept for testing: decided by the family alone, so paraphrases stay on one side for ever."""
        return held_out(self.family)

    @property
    def outputs(self) -> tuple[bool, ...]:
        """The truth for each of `OUTPUTS`."""
        named = {*self.labels, *((ANY_UNFIT,) if set(self.labels) & set(UNFIT) else ())}
        return tuple(output in named for output in OUTPUTS)


def read_examples(files: Iterable[tuple[str, str]]) -> tuple[Example, ...]:
    """Examples of all files, given as (name, text). Raises InputError that names file, line and what is wrong."""
    examples: list[Example] = []
    places: dict[str, str] = {}
    for where, line in _lines(files):
        example = _parse(line, where)
        for key in (f"id {example.id!r}", f"text {example.text!r}"):
            if key in places:
                raise InputError(f"{where}: {key} stands in {places[key]} already; each must be unique")
            places[key] = where
        examples.append(example)
    return tuple(examples)


def data_digest(examples: Sequence[Example]) -> str:
    """`sha256:<hex>` of what training depends on, whatever the order of the examples."""
    return digest(sorted([e.id, e.text, e.speaker.value, list(e.labels), e.family] for e in examples))


def _lines(files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, text in files:
        # Not splitlines(): what was said may hold U+2028, which is no line end in JSON lines.
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield f"{name}:{number}", line


def _parse(line: str, where: str) -> Example:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: not JSON: {error}") from error
    if not isinstance(row, dict) or set(row) != _FIELDS:
        raise InputError(f"{where}: an example is one JSON object with exactly the keys {', '.join(sorted(_FIELDS))}")
    for key in ("id", "text", "family"):
        if not isinstance(row[key], str) or not row[key].strip():
            raise InputError(f"{where}: {key} is {row[key]!r}; write a text that is not empty")
    if row["speaker"] not in _SPEAKERS:
        raise InputError(f"{where}: speaker is {row['speaker']!r}; write {' or '.join(_SPEAKERS)}")
    labels = row["labels"]
    if not isinstance(labels, list) or not labels or any(label not in LABELS for label in labels):
        raise InputError(f"{where}: labels are {labels!r}; write a list of some of {', '.join(LABELS)}")
    if not isinstance(row["hard"], bool) or not isinstance(row["note"], str):
        raise InputError(f"{where}: hard is true or false, note a text")
    return Example(
        row["id"], row["text"], Role(row["speaker"]), tuple(labels), row["family"], row["hard"], row["note"]
    )  # fmt: skip
