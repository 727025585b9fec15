"""What became of rows that another system exported, once they met what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

_Noun = TypeVar("_Noun")


@dataclass(frozen=True, slots=True)
class Stored(Generic[_Noun]):
    """`new` were not known; `changed` are what was stored and what is stored now; `same` counts what was known."""

    new: tuple[_Noun, ...]
    changed: tuple[tuple[_Noun, _Noun], ...]
    same: int
