"""Exercises for items of the standard: what an agent can practise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field, ValidationError

from scoring.schema_base import Part
from scoring.yaml_text import failure, read_yaml


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something to practise: its `title` and `how` it is done, in the language of the file."""

    title: str
    how: str


Practice = Mapping[str, tuple[Exercise, ...]]
"""Exercises by item id."""


class _Exercise(Part):
    title: str = Field(min_length=1, max_length=80)
    how: str = Field(min_length=1, max_length=600)


class _Library(Part):
    items: dict[str, tuple[_Exercise, ...]]


def read_practice(text: str, source: str) -> Practice:
    """Read the YAML file: `items`, a mapping of item ids to lists of exercises with `title` and `how`.

    `source` (a file name) goes into messages. Raises StandardError with file, line and value of every problem.
    """
    written = read_yaml(text, source, "a training library: it must hold items, with exercises by item id")
    try:
        library = _Library.model_validate(written.data)
    except ValidationError as error:
        raise failure(source, written.problems + written.problems_of(error)) from None
    if written.problems:
        raise failure(source, written.problems)
    return {item_id: tuple(Exercise(e.title, e.how) for e in ones) for item_id, ones in library.items.items()}
