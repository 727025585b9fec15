"""Geometry of the page's two pictures, in the units of their SVG view boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callqa.reports.context import ItemTally
from models.scorecard import Verdict

HISTOGRAM_WIDTH = 480
HISTOGRAM_HEIGHT = 132
_AXIS_Y = 108
_TOP = 20
_GAP = 6

SHARE_WIDTH = 420
SHARE_HEIGHT = 22
_SIGN_WIDTH = 22
_DIGIT_WIDTH = 8
"""Room for a label's sign and for each digit; a part too narrow for its label goes without, the table says it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the histogram: its box, how many calls it stands for, and the lowest score it counts."""

    x: float
    y: float
    width: float
    height: float
    calls: int
    lowest: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an item's bar; `label` is empty where the part is too narrow for it."""

    verdict: Verdict
    x: float
    width: float
    label: str


def histogram_bars(bins: Sequence[int]) -> tuple[Bar, ...]:
    """Bars for equal bins over 0 to 100; all of no height when every bin is empty."""
    step = HISTOGRAM_WIDTH / len(bins)
    scale = (_AXIS_Y - _TOP) / max(*bins, 1)
    return tuple(
        Bar(
            x=round(i * step + _GAP / 2, 1),
            y=round(_AXIS_Y - calls * scale, 1),
            width=round(step - _GAP, 1),
            height=round(calls * scale, 1),
            calls=calls,
            lowest=round(i * 100 / len(bins)),
        )
        for i, calls in enumerate(bins)
    )


def share_parts(tally: ItemTally) -> tuple[Part, ...]:
    """The verdicts of one item side by side, in the order of Verdict; none when no call has the item."""
    total = sum(tally.counts)
    parts, x = [], 0.0
    for verdict, calls in zip(Verdict, tally.counts, strict=True):
        if calls:
            width = SHARE_WIDTH * calls / total
            label = str(calls)
            fits = width >= _SIGN_WIDTH + _DIGIT_WIDTH * len(label)
            parts.append(Part(verdict, round(x, 1), round(width, 1), label if fits else ""))
            x += width
    return tuple(parts)
