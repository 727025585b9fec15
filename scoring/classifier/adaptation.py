"""Teaching a trained classifier a few more sentences: in seconds, and without forgetting what it knew.

Weights move away from those of the base only as far as the lessons ask for it (a Gaussian prior around the base, as in
Chelba and Acero, "Adaptation of Maximum Entropy Capitalizer: Little Data Can Help a Lot", EMNLP 2004), while the base's
own opinions of what it was trained on stay targets (Li and Hoiem, "Learning without Forgetting", ECCV 2016). Only
features that stand in a lesson can move. Without lessons nothing does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, vstack
from scipy.special import expit

from scoring.classifier.labels import OUTPUTS
from scoring.classifier.model import FORMAT, Classifier, Content

_PRIOR = 0.1
"""How much a weight resists being moved, against one sentence."""
_LESSON = 4.0
"""One lesson weighs as many sentences that the base was trained on: it is from the calls that will be scored."""
_LARGEST = 32_767


@dataclass(frozen=True, slots=True)
class Taught:
    """A text (as the standard reads it) and what is known of it; outputs that are not named stay open."""

    text: str
    truth: Mapping[str, bool]


class Teacher:
    """Makes classifiers that know what `base` knows and some lessons.

    On `remembered`, texts that the base was trained on, they should think as it does.
    """

    def __init__(self, base: Classifier, remembered: Sequence[str]) -> None:
        self._base = base
        self._remembered = _table(base, remembered)
        self._opinions = base.log_odds(remembered)

    def teach(self, lessons: Sequence[Taught], data: str, taught_until: str) -> Content:
        """The content of a classifier file. `data` is the digest of the lessons, `taught_until` when the newest
        was said.

        The same arguments give the same content on the same machine; no lessons give the base's weights.
        """
        texts = [lesson.text for lesson in lessons]
        table, opinions = _table(self._base, texts), self._base.log_odds(texts)
        weights = self._base.weights.astype(np.int64)
        for column, output in enumerate(OUTPUTS):
            taught = [row for row, lesson in enumerate(lessons) if output in lesson.truth]
            features = np.unique(table[taught].indices)
            if not len(features):
                continue
            narrow = self._remembered[:, features]
            # On the others nothing that moves can change anything.
            old = np.flatnonzero(np.diff(narrow.indptr))
            truth = [float(lessons[row].truth[output]) for row in taught]
            moved = _moved(
                vstack([narrow[old], table[taught][:, features]], format="csr"),
                np.concatenate([self._opinions[old, column], opinions[taught, column]]),
                np.concatenate([expit(self._opinions[old, column]), truth]),
                np.concatenate([np.ones(len(old)), np.full(len(taught), _LESSON)]),
            )
            moved *= self._base.rarity[features] / self._base.factor[column]
            weights[features, column] += np.rint(moved).astype(np.int64)
        return {
            "format": FORMAT,
            "language": self._base.language,
            "outputs": "\n".join(OUTPUTS),
            "features": "\n".join(self._base.extractor.features),
            "data": data,
            "base": self._base.version,
            "taught_until": taught_until,
            "rarity": self._base.rarity.astype(np.int16),
            "weights": np.clip(weights, -_LARGEST, _LARGEST).astype(np.int16),
            "factor": self._base.factor,
            "offset": self._base.offset,
        }


def _table(base: Classifier, texts: Sequence[str]) -> csr_matrix:
    """(texts, features), so that what a weight adds to a text's log-odds is its product, but for the factor."""
    rows, columns = base.extractor.find(texts)
    values = base.rarity[columns].astype(np.float64)
    length = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(texts)))
    return csr_matrix((values / length[rows], (rows, columns)), shape=(len(texts), base.extractor.size))


def _moved(
    table: csr_matrix, start: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(features,) what to add to the weights, where log-odds are `start` and `table` times what is added."""
    back = table.T.tocsr()

    def loss(added: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = table @ added + start
        # log(1 + e^odds), without overflow.
        cost = np.maximum(odds, 0) + np.log1p(np.exp(-np.abs(odds))) - target * odds
        gradient = back @ (weight * (expit(odds) - target)) + _PRIOR * added
        return float(weight @ cost + _PRIOR / 2 * added @ added), gradient

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    result: NDArray[np.float64] = found.x
    return result
