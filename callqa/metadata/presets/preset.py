"""What a preset is: readers of one system's file names and sidecars, which say only what stands there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

Json = Mapping[str, Any]
NOBODY = frozenset({"anonymous", "unknown", "unavailable", "restricted", "private", "withheld", "s", "none", ""})
"""What stands where a caller's number would, when there is none."""
_EXTENSION = re.compile(r"\d{2,6}")


@dataclass(frozen=True, slots=True)
class Told:
    """Facts as written (keys of `callqa.metadata.FACTS`; None says nothing) and flags about what cannot be said."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


def _nothing_more(_facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Preset:
    """One system's ways. Paths are relative to the source.

    `from_name` returns None for a name that is not of its form. `sidecars` are the paths that may describe a recording,
    `from_sidecars` reads those that are there (name and content, in that order). `conclude` adds what follows from all
    facts together, wherever they came from.
    """

    from_name: Callable[[PurePosixPath], Told | None]
    sidecars: Callable[[PurePosixPath], tuple[PurePosixPath, ...]]
    from_sidecars: Callable[[PurePosixPath, Sequence[Any]], Told]
    conclude: Callable[[Mapping[str, Any]], Mapping[str, Any]] = _nothing_more


def no_sidecars(_recording: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """For systems that write none of their own; NAME.json with callqa's own keys is read all the same."""
    return ()


def nothing_told(_recording: PurePosixPath, _contents: Sequence[Any]) -> Told:
    """The reader that goes with `no_sidecars`."""
    return Told()


def is_extension(number: str) -> bool:
    """Whether a number is one inside the house: two to six digits, as switchboards have them."""
    return _EXTENSION.fullmatch(number) is not None


def customer(number: str | None) -> str | None:
    """The number of a party outside; None for a caller who shows none, and for an extension."""
    shown = unquote(number or "").strip()
    return None if shown.casefold() in NOBODY or is_extension(shown) else shown


def at(value: Any, *path: str | int) -> Any:
    """What lies at a place in JSON; None where there is nothing, or where it is made of something else."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        else:
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
    return value


def written(value: Any) -> str | None:
    """A text that is there; None for anything else."""
    return value.strip() or None if isinstance(value, str) else None


def objects(value: Any) -> tuple[Json, ...]:
    """The objects in a list; empty for anything else."""
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
