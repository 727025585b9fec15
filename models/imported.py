"""Rows that another system exported: what could be read of them, and what became of that once it met the store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

_Noun = TypeVar("_Noun")


class Refusal(StrEnum):
    """Why a row is not taken in."""

    NO_ID = "no_id"
    BAD_TEXT = "bad_text"
    """Too long, or with signs that cannot be printed."""
    BAD_SCORE = "bad_score"
    BAD_TIME = "bad_time"
    BAD_RESOLVED = "bad_resolved"
    NO_NAME = "no_name"
    NO_TEAM = "no_team"
    BAD_DAY = "bad_day"
    LEFT_BEFORE_JOINED = "left_before_joined"
    EXTRA_CELLS = "extra_cells"
    DISAGREE = "disagree"
    """Another row of the same file says otherwise of the same thing."""
    ERASED = "erased"
    """It was let go for good."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not taken in; `line` is where it begins.

    `detail` is the value at fault as written, `column` what its column is called in the file; "" without one.
    """

    line: int
    reason: Refusal
    detail: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class ReadTable(Generic[_Noun]):
    """The rows of a file that can be read, each with the line it begins in, and those that cannot; in their order."""

    rows: tuple[tuple[int, _Noun], ...]
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class Stored(Generic[_Noun]):
    """`new` were not known; `changed` are what was stored and what is stored now; `same` counts what was known."""

    new: tuple[_Noun, ...]
    changed: tuple[tuple[_Noun, _Noun], ...]
    same: int
