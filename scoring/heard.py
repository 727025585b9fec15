"""Texts as they are understood, whoever says them when. What depends on a short text alone is remembered: people say
好的 and 请稍等 all day.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

from models.transcript import Role
from scoring.lexicon import Heard
from scoring.standard import ServiceStandard

REMEMBERED = 4096
"""How many texts are remembered, some 4 kB each."""

_SHORT = 16
"""Characters. What is longer is rarely said twice in the same words, and would only push out what is."""


def hear(standard: ServiceStandard, text: str, speaker: Role) -> Heard:
    """Read and scan a text; the same object again for the same short text."""
    return _remembered(standard, text, speaker) if len(text) <= _SHORT else _hear(standard, text, speaker)


def _hear(standard: ServiceStandard, text: str, speaker: Role) -> Heard:
    return standard.lexicon.scan(standard.normaliser.read(text), speaker)


_remembered = lru_cache(maxsize=REMEMBERED)(_hear)

P = ParamSpec("P")
T = TypeVar("T")


def once_per_text(
    understand: Callable[Concatenate[ServiceStandard, Heard, P], T],
) -> Callable[Concatenate[ServiceStandard, Heard, P], T]:
    """Remember what a function of a text makes of it, as long as the text is short."""
    remembered = lru_cache(maxsize=REMEMBERED)(understand)

    @wraps(understand)
    def understood(standard: ServiceStandard, said: Heard, /, *rest: P.args, **more: P.kwargs) -> T:
        short = len(said.reading.original) <= _SHORT
        return (remembered if short else understand)(standard, said, *rest, **more)

    return understood
