"""How good a classifier is on families it has not learnt from, with how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.transcript import Role
from scoring.classifier.examples import Example, Read
from scoring.classifier.labels import CUSTOMERS, OUTPUTS
from scoring.classifier.model import Classifier

THRESHOLDS = (0.5, 0.9)
"""Probabilities from which a label counts as given: more likely than not, and sure (see `scoring.agreement`)."""

_BINS = 10
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `of` cases with its 95 % interval; `value` is None of no cases.

    Wilson's interval, for as many cases as there are families among them: paraphrases of one idea are no independent
    cases.
    """

    value: float | None
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class LabelResult:
    """One output on the held-out examples: how many have it, and precision and recall from each of `THRESHOLDS`."""

    output: str
    examples: int
    families: int
    precision: tuple[Share, ...]
    recall: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`calibration_error`: mean distance between the probability said and the share that came true, in ten bins.

    Of what was held for possible, at one in ten or more: what is plainly out of the question would hide the rest.
    """

    version: str
    examples: int
    families: int
    hard: int
    labels: tuple[LabelResult, ...]
    calibration_error: float


def evaluate(classifier: Classifier, examples: Sequence[Example], read: Read) -> Evaluation:
    """Measure on the held-out examples: what agents said, and for labels of customers' words what customers said.

    Raises InputError when there are none.
    """
    held = [e for e in examples if e.held_out]
    if not held:
        raise InputError("no example is held out for testing: add families")
    said = classifier.classify([read(e.text) for e in held])
    truth = np.array([e.outputs for e in held])
    families = np.unique([e.family for e in held], return_inverse=True)[1]
    agents = np.array([e.speaker is Role.AGENT for e in held])
    cells = np.array([agents != (output in CUSTOMERS) for output in OUTPUTS]).T
    labels = tuple(
        _label(output, *(column[cells[:, i]] for column in (truth[:, i], said[:, i], families)))
        for i, output in enumerate(OUTPUTS)
    )
    error = _calibration_error(truth[cells], said[cells])
    return Evaluation(classifier.version, len(held), len(set(families)), sum(e.hard for e in held), labels, error)


def _label(
    output: str, truth: NDArray[np.bool_], said: NDArray[np.float64], families: NDArray[np.int64]
) -> LabelResult:
    given = [said >= threshold for threshold in THRESHOLDS]
    return LabelResult(
        output,
        int(truth.sum()),
        len(set(families[truth])),
        tuple(_share(truth, among, families) for among in given),
        tuple(_share(right, truth, families) for right in given),
    )


def _share(right: NDArray[np.bool_], among: NDArray[np.bool_], families: NDArray[np.int64]) -> Share:
    if not among.any():
        return Share(None, 0.0, 1.0, 0)
    value, n = float(right[among].mean()), len(set(families[among]))
    middle = (value + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z * math.sqrt(value * (1 - value) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    # Of nothing but hits (or misses) the bound is the share itself, but for the last digit.
    return Share(value, min(value, max(0.0, middle - reach)), max(value, min(1.0, middle + reach)), int(among.sum()))


def _calibration_error(truth: NDArray[np.bool_], said: NDArray[np.float64]) -> float:
    possible = said >= 1 / _BINS
    if not possible.any():
        return 0.0
    bins = np.minimum((said[possible] * _BINS).astype(np.int64), _BINS - 1)
    expected = np.bincount(bins, weights=said[possible], minlength=_BINS)
    happened = np.bincount(bins, weights=truth[possible], minlength=_BINS)
    return float(np.abs(expected - happened).sum() / possible.sum())
