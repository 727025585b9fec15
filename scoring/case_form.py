"""The form of a regression case in a file of its own, and of the turns that cases and examples are made of."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from scoring.schema_base import Key, Part, Seconds, Text

VerdictName = Literal["met", "partial", "missed", "violated", "not_applicable", "not_evaluated"]
Turns = Annotated[tuple[Text, ...], Field(min_length=1)]

_TURN = re.compile(r"(agent|customer|system|unknown)(?:\s+(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?))?\s*[:：]\s*(.*)", re.DOTALL)


class Example(Part):
    """One turn (or a short dialogue) with the verdict that the standard must give for one item."""

    item: Key
    expect: VerdictName
    turns: Turns
    ring_s: Seconds | None = None
    note: str = ""


class CaseDocument(Part):
    """A dialogue with the verdicts that it must get, item by item."""

    turns: Turns
    expect: Annotated[dict[Key, VerdictName], Field(min_length=1)]
    ring_s: Seconds | None = None
    note: str = ""


def split_turn(turn: str) -> tuple[str, float | None, float | None, str]:
    """Speaker, seconds of beginning and end or None, and the words; of a turn in which `bad_turn` saw nothing."""
    found = _TURN.fullmatch(turn)
    if found is None:
        raise ValueError(f"{turn!r} is no turn")
    speaker, start, end, text = found.groups()
    return speaker, float(start) if start else None, float(end) if end else None, text.strip()


def bad_turn(turn: str) -> str | None:
    """What is wrong with a turn, or None."""
    if _TURN.fullmatch(turn) is None:
        return f"{turn!r} must begin with the speaker, e.g. 'agent: 您好', or 'agent 0.5-1.2: 您好' with its seconds"
    _, start, end, _ = split_turn(turn)
    if start is not None and end is not None and end < start:
        return f"{turn!r} ends before it begins"
    return None
