"""The pieces of a number as it was said: how sure each is to be a digit, and what rows of them can be read as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum


class Trust(Enum):
    """How sure it is that a piece of text is a digit: it is one, it sounds like one, or it may be one."""

    SURE = 3
    ALIKE = 2
    GUESS = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One or more digits said or written as one piece: its place in an utterance and the digits it stands for.

    `value` is "X" for the letter that may end an ID card. `joined` says that nothing stands between it and the figure
    before it.
    """

    utterance: int
    start: int
    end: int
    value: str
    trust: Trust
    joined: bool


Figures = tuple[Figure, ...]


def groups(figures: Sequence[Figure]) -> list[str]:
    """The digits, in the groups in which they were said."""
    result: list[str] = []
    for figure in figures:
        if figure.joined and result:
            result[-1] += figure.value
        else:
            result.append(figure.value)
    return result


def digits(figures: Sequence[Figure]) -> str:
    """All digits in a row."""
    return "".join(figure.value for figure in figures)


def trimmed(figures: Sequence[Figure]) -> Sequence[Figure]:
    """Without everyday words at either end."""
    start, end = 0, len(figures)
    while start < end and figures[start].trust is Trust.GUESS:
        start += 1
    while end > start and figures[end - 1].trust is Trust.GUESS:
        end -= 1
    return figures[start:end]


def begins_group(number: Sequence[Figure], at: int) -> bool:
    """Whether a number may begin here: with a group, or behind a word that is hardly a digit."""
    return at == 0 or not number[at].joined or number[at - 1].trust is Trust.GUESS


def ends_group(number: Sequence[Figure], end: int) -> bool:
    """Whether a number may end before `end`: with a group, or before a word that is hardly a digit."""
    return end == len(number) or not number[end].joined or number[end].trust is Trust.GUESS


def readings(figures: Sequence[Figure]) -> Iterator[Sequence[Figure]]:
    """Ways to take the figures: each as a digit; without everyday words at the ends of groups; without any of them."""
    yield figures
    if any(f.trust is Trust.GUESS for f in figures):
        yield [f for i, f in enumerate(figures) if f.trust is not Trust.GUESS or not _at_edge(figures, i)]
        yield [f for f in figures if f.trust is not Trust.GUESS]


def _at_edge(figures: Sequence[Figure], i: int) -> bool:
    return not figures[i].joined or i == 0 or i + 1 == len(figures) or not figures[i + 1].joined


def widened(figures: Sequence[Figure], own: Sequence[Figure]) -> Sequence[Figure]:
    """`own` with what touches it at either end: everyday words for digits, the letter of an ID card."""
    start, end = figures.index(own[0]), figures.index(own[-1]) + 1
    while start > 0 and figures[start].joined:
        start -= 1
    while end < len(figures) and figures[end].joined:
        end += 1
    return figures[start:end]


def without_guesses(figures: Sequence[Figure]) -> Iterator[Sequence[Figure]]:
    """The parts between everyday words."""
    part: list[Figure] = []
    for figure in figures:
        if figure.trust is Trust.GUESS:
            if part:
                yield part
            part = []
        else:
            part.append(figure)
    if part:
        yield part


def sure_share(figures: Sequence[Figure]) -> float:
    """The share of true digits; there is at least one figure."""
    return sum(f.trust is Trust.SURE for f in figures) / len(figures)
