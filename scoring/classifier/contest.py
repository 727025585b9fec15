"""Champion against challenger: how both do on the same kept-out cases, and which of them should be used.

F1 of each item, with the 95 % percentile interval of its paired difference (Efron and Tibshirani 1993, ch. 13).
Whole units are drawn, families of paraphrases or calls, for what is in one is not independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.transcript import Role
from scoring.classifier.examples import Example, Read
from scoring.classifier.labels import CUSTOMERS, OUTPUTS
from scoring.classifier.model import Classifier

_DRAWS, _SEED, _FOUND = 1000, 7, 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """What is so of one item in one unit, and what each of the two found."""

    unit: str
    item: str
    truth: bool
    champion: bool
    challenger: bool


@dataclass(frozen=True, slots=True)
class Duel:
    """F1 of both on one item (0 where nothing was rightly found), and the interval of challenger less champion."""

    item: str
    units: int
    champion: float
    challenger: float
    low: float
    high: float


def label_cases(champion: Classifier, challenger: Classifier, examples: Sequence[Example], read: Read) -> list[Case]:
    """One case for each held-out example and label that its speaker can have."""
    held = [e for e in examples if e.held_out]
    texts = [read(e.text) for e in held]
    both = [classifier.classify(texts) >= _FOUND for classifier in (champion, challenger)]
    return [
        Case(e.family, output, e.outputs[i], bool(both[0][row, i]), bool(both[1][row, i]))
        for row, e in enumerate(held)
        for i, output in enumerate(OUTPUTS)
        if (e.speaker is Role.AGENT) != (output in CUSTOMERS)
    ]


def duels(cases: Sequence[Case]) -> tuple[Duel, ...]:
    """One for each item, by name; none of no cases. The same cases give the same intervals."""
    return tuple(_duel(item, [c for c in cases if c.item == item]) for item in sorted({c.item for c in cases}))


def should_promote(found: Sequence[Duel]) -> bool:
    """Whether some item gets better, and none worse, beyond its interval."""
    return any(d.low > 0 for d in found) and not any(d.high < 0 for d in found)


def _duel(item: str, cases: Sequence[Case]) -> Duel:
    units = sorted({c.unit for c in cases})
    row = {unit: i for i, unit in enumerate(units)}
    # For each unit and each of the two: right finds, finds and truths.
    counts = np.zeros((len(units), 2, 3))
    for c in cases:
        for side, found in enumerate((c.champion, c.challenger)):
            counts[row[c.unit], side] += (found and c.truth, found, c.truth)
    drawn = np.random.default_rng(_SEED).multinomial(len(units), np.full(len(units), 1 / len(units)), _DRAWS)
    scores = _f1(np.tensordot(drawn, counts, axes=1))
    low, high = np.percentile(scores[:, 1] - scores[:, 0], (2.5, 97.5))
    now = _f1(counts.sum(axis=0))
    return Duel(item, len(units), float(now[0]), float(now[1]), float(low), float(high))


def _f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    right, of = counts[..., 0], counts[..., 1] + counts[..., 2]
    result: NDArray[np.float64] = 2 * right / np.maximum(of, 1)
    return result
