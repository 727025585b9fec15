"""True rates of faults in words: the same on every page and on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scoring.rates import FEWEST_DOUBLE, Rate


class Speaker(Protocol):
    """The words of one language, of the reports or of the console."""

    def __call__(self, key: str, **values: object) -> str:
        """The words under `key` with `values` filled in."""


def estimate(rate: Rate, words: Speaker) -> str:
    """The rate with half its interval, or how many reviews are missing for one."""
    if rate.share is None or rate.low is None or rate.high is None:
        return words("rates.missing", n=rate.missing)
    return words("rates.about", share=_percent(rate.share), half=_percent((rate.high - rate.low) / 2))


def interval(rate: Rate, words: Speaker) -> str:
    """From where to where; it need not lie evenly about the rate. "" without one."""
    if rate.low is None or rate.high is None:
        return ""
    return words("rates.between", low=_percent(rate.low), high=_percent(rate.high))


def answered(rate: Rate, words: Speaker) -> str:
    """How much of the draw is reviewed."""
    drawn = rate.reviewed + rate.unreviewed
    return words("rates.answered", n=rate.reviewed, of=drawn, share=round(rate.answered * 100))


def line(title: str, rate: Rate, words: Speaker) -> str:
    """All of it about one item in one line."""
    known = estimate(rate, words)
    if between := interval(rate, words):
        known = words("rates.with_interval", estimate=known, interval=between)
    said = words("rates.line", title=title, known=known, answered=answered(rate, words))
    return f"{said}{words('page.stop')}{words('rates.doubtful')}" if rate.is_doubtful else said


def notes(rates: Sequence[Rate], undrawn: int, late: int, words: Speaker) -> tuple[str, ...]:
    """What to know of these rates: whether reviewers' errors are taken out, and which calls are left out."""
    is_freed = any(rate.is_freed for rate in rates)
    found = [words("rates.freed", fewest=FEWEST_DOUBLE) if is_freed else words("rates.not_freed")]
    if undrawn:
        found.append(words("rates.undrawn", n=undrawn))
    if late:
        found.append(words("rates.late", n=late))
    return tuple(found)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"
