"""Geometry of the console's pictures, in the units of their view boxes. What is drawn stands in tables as well."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callqa.reports.context import ScoreSummary
from callqa.reports.figures import MAX_SCORE

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 10, 28
_INSET = 24
"""Room for half of a word below the first and the last point."""
_MOST_TICKS = 8
SPAN_WIDTH, SPAN_HEIGHT = 180, 20


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval (None where there is too little data for one) and what is told of it."""

    x: float
    y: float
    low: float | None
    high: float | None
    told: str


@dataclass(frozen=True, slots=True)
class Series:
    """Points in the order of x. `is_line`: they follow each other and are joined, but not over more than `gap`."""

    name: str
    points: Sequence[Point]
    is_line: bool = True
    gap: float = math.inf


@dataclass(frozen=True, slots=True)
class Dot:
    """A point on the picture; the whisker goes from `bottom` to `top`, None where there is no interval."""

    x: float
    y: float
    top: float | None
    bottom: float | None
    told: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A series on the picture; `path` is the line's, "" where there is none."""

    name: str
    dots: tuple[Dot, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture with its marks along both axes: (place, word)."""

    series: tuple[Drawn, ...]
    x_marks: tuple[tuple[float, str], ...]
    y_marks: tuple[tuple[float, str], ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Span:
    """A score with its interval on a short axis; `low` and `high` are None where there is none."""

    at: float
    low: float | None
    high: float | None


def plot(series: Sequence[Series], x_names: Sequence[tuple[float, str]], *, is_share: bool) -> Plot | None:
    """A picture of all series; None without a point.

    `x_names` are words for places on the x axis, thinned out when they are many. The y axis holds scores from 0 to 100,
    or (`is_share`) shares from 0 to 1, and shows the part of it with values.
    """
    points = [point for one in series for point in one.points]
    if not points:
        return None
    unit = 0.1 if is_share else 10
    most = 1 if is_share else MAX_SCORE
    known = [y for p in points for y in (p.y, p.low, p.high) if y is not None]
    first = max(0.0, math.floor(min(known) / unit) * unit)
    last = min(most, math.ceil(max(known) / unit) * unit)
    if last - first < 2 * unit:
        first, last = max(0.0, min(first, most - 2 * unit)), min(most, max(last, first + 2 * unit))
    xs = [*(point.x for point in points), *(x for x, _ in x_names)]
    least_x, most_x = min(xs), max(xs)

    def x_of(x: float) -> float:
        share = 0.5 if most_x == least_x else (x - least_x) / (most_x - least_x)
        return round(_LEFT + _INSET + share * (WIDTH - _LEFT - _RIGHT - 2 * _INSET), 1)

    def y_of(y: float) -> float:
        return round(HEIGHT - _BOTTOM - (y - first) / (last - first) * (HEIGHT - _BOTTOM - _TOP), 1)

    steps = round((last - first) / unit)
    step = 1 if steps <= 5 else 2
    return Plot(
        series=tuple(
            Drawn(
                one.name,
                tuple(
                    Dot(
                        x_of(p.x),
                        y_of(p.y),
                        None if p.high is None else y_of(p.high),
                        None if p.low is None else y_of(p.low),
                        p.told,
                    )
                    for p in one.points
                ),
                _path([(p.x, x_of(p.x), y_of(p.y)) for p in one.points], one.gap) if one.is_line else "",
            )
            for one in series
        ),
        x_marks=tuple((x_of(x), word) for x, word in x_names[:: math.ceil(len(x_names) / _MOST_TICKS)]),
        y_marks=tuple(
            (y_of(value), f"{value:.0%}" if is_share else f"{value:.0f}")
            for value in (first + n * unit for n in range(0, steps + 1, step))
        ),
    )


def span(score: ScoreSummary, first: int) -> Span | None:
    """A mean score on a short axis from `first` to 100; None where there is no mean."""
    if score.mean is None:
        return None

    def at(value: float) -> float:
        return round(4 + (value - first) / (MAX_SCORE - first) * (SPAN_WIDTH - 8), 1)

    low, high = (None if end is None else at(end) for end in (score.low, score.high))
    return Span(at(score.mean), low, high)


def first_of(scores: Iterable[ScoreSummary]) -> int:
    """Where a short axis for all of these begins, so that they fill it: a multiple of ten below 100."""
    known = [value for score in scores for value in (score.mean, score.low) if value is not None]
    return min(MAX_SCORE - 20, int(min(known, default=0) // 10 * 10))


def _path(places: Sequence[tuple[float, float, float]], gap: float) -> str:
    parts: list[str] = []
    before = -math.inf
    for raw, x, y in places:
        parts.append(f"{'L' if raw - before <= gap and parts else 'M'}{x},{y}")
        before = raw
    return " ".join(parts)
