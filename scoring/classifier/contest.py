"""Champion against challenger: how both do on the same kept-out cases, and whether the challenger should be used.

F1 of each item, with the 95 % percentile interval of its paired difference (Efron and Tibshirani, "An Introduction to
the Bootstrap", 1993, ch. 13). Whole units are drawn, calls or families of paraphrases, for what is in one is not
independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scorecard import Verdict
from models.transcript import Role
from scoring.classifier.examples import Example, Read
from scoring.classifier.labels import CUSTOMERS, OUTPUTS
from scoring.classifier.model import Classifier

ALL = "*"
"""The name of the mean over the items."""

_DRAWS, _SEED, _GIVEN = 1000, 7, 0.5
_CREDITS = frozenset({Verdict.MET, Verdict.PARTIAL})
_CHARGES = frozenset({Verdict.VIOLATED})


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something was claimed of an item, and whether rightly so."""

    claimed: bool
    right: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One item of one unit: whether there is something to be found (`due`), and what each of the two says."""

    unit: str
    item: str
    due: bool
    champion: Answer
    challenger: Answer


@dataclass(frozen=True, slots=True)
class Duel:
    """F1 of both on one item (0 where nothing was rightly found), and the interval of challenger less champion."""

    item: str
    units: int
    champion: float
    challenger: float
    low: float
    high: float


def answer(criterion: str, truth: Verdict, found: Verdict) -> tuple[bool, Answer]:
    """Whether the true verdict is one to be found (credit; of prohibited phrasing a charge), and how `found` does."""
    positive = _CHARGES if criterion == "prohibited" else _CREDITS
    return truth in positive, Answer(found in positive, found in positive and found is truth)


def label_cases(champion: Classifier, challenger: Classifier, examples: Sequence[Example], read: Read) -> list[Case]:
    """One case for each held-out example and label that its speaker can have."""
    held = [e for e in examples if e.held_out]
    texts = [read(e.text) for e in held]
    given = [classifier.classify(texts) >= _GIVEN for classifier in (champion, challenger)]
    cases = []
    for row, example in enumerate(held):
        for column, output in enumerate(OUTPUTS):
            if (example.speaker is Role.AGENT) != (output in CUSTOMERS):
                due = example.outputs[column]
                both = [Answer(bool(said[row, column]), bool(said[row, column]) and due) for said in given]
                cases.append(Case(example.family, output, due, *both))
    return cases


def duels(cases: Sequence[Case]) -> tuple[Duel, ...]:
    """One for each item, by name, after that of their mean (`ALL`); none of no cases.

    The same cases give the same intervals.
    """
    items = sorted({case.item for case in cases})
    units = sorted({case.unit for case in cases})
    if not items:
        return ()
    counts = np.zeros((len(units), len(items), 2, 3))
    rows, columns = ({name: i for i, name in enumerate(names)} for names in (units, items))
    for case in cases:
        for side, said in enumerate((case.champion, case.challenger)):
            counts[rows[case.unit], columns[case.item], side] += (said.right, said.claimed, case.due)
    drawn = np.random.default_rng(_SEED).multinomial(len(units), np.full(len(units), 1 / len(units)), _DRAWS)
    # (draws, items, sides) and (items, sides)
    again, now = _f1(np.tensordot(drawn, counts, axes=1)), _f1(counts.sum(axis=0))
    present = (counts != 0).any(axis=(2, 3)).sum(axis=0)
    each = [
        _duel(item, int(present[i]), now[i], again[:, i]) for i, item in enumerate(items) if present[i]
    ]  # fmt: skip
    kept = np.flatnonzero(present)
    if not each:
        return ()
    return _duel(ALL, len(units), now[kept].mean(axis=0), again[:, kept].mean(axis=1)), *each


def should_promote(found: Sequence[Duel]) -> bool:
    """Whether the mean of the items gets better (so some item does), and none gets worse beyond its interval.

    That the gain itself be beyond chance is not asked: what a week of reviews teaches is seldom more than what a week
    of reviews can prove, and what was found would be put off for weeks.
    """
    mean = next((duel for duel in found if duel.item == ALL), None)
    return mean is not None and mean.challenger > mean.champion and not worse(found)


def worse(found: Sequence[Duel]) -> tuple[Duel, ...]:
    """The items on which the challenger is worse beyond the interval."""
    return tuple(duel for duel in found if duel.high < 0)


def _duel(item: str, units: int, now: NDArray[np.float64], again: NDArray[np.float64]) -> Duel:
    low, high = np.percentile(again[:, 1] - again[:, 0], (2.5, 97.5))
    return Duel(item, units, *(round(float(value), 4) for value in (now[0], now[1], low, high)))


def _f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    right, of = counts[..., 0], counts[..., 1] + counts[..., 2]
    result: NDArray[np.float64] = 2 * right / np.maximum(of, 1)
    return result
