"""Training: from labelled utterances to a classifier file. Imports scikit-learn and jieba, which take seconds to load.

The same examples, reading rules and library versions give the same bytes.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import jieba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from models.errors import InputError
from models.transcript import Role
from scoring.classifier.examples import Example, Read, data_digest
from scoring.classifier.features import LONGEST_WORD, Extractor, spell
from scoring.classifier.file import pack
from scoring.classifier.labels import CUSTOMERS, OUTPUTS
from scoring.classifier.model import FORMAT
from scoring.normalise import MARKS

SEED = 20261120
_FOLDS = 5
"""Calibration looks only at families that the fold did not learn from."""
_STRENGTH = 10.0
"""Inverse of the regularisation; between 3 and 30 cross-validation on the training families hardly differs."""
_FEWEST = 2
"""A feature occurs in so many examples, a longer word in so many families; else it tells a sentence, not a meaning."""
_RARITY = 16
"""A step of the rarity is 1/16."""
_SCALE = 1024
_LARGEST = 32_767

_NO_MARKS = str.maketrans("", "", MARKS)


def train(learnt: Sequence[Example], read: Read, language: str) -> bytes:
    """A classifier file learnt from all of these examples: leave out those that are held out for testing.

    Raises InputError when a label has too few families to learn from.
    """
    _check(learnt)
    texts = [read(e.text) for e in learnt]
    features = choose_features(texts, [e.family for e in learnt])
    extractor = Extractor(features)
    # Each twice: recognisers differ in punctuation, and some give none.
    twice = [*texts, *(text.translate(_NO_MARKS) for text in texts)]
    rarity = rarities(extractor, twice)
    table = matrix(extractor, twice, rarity)
    truth = np.array([e.outputs for e in learnt] * 2)
    families = np.array([e.family for e in learnt] * 2)
    customers = np.array([e.speaker is Role.CUSTOMER for e in learnt] * 2)
    weights = np.zeros((len(features), len(OUTPUTS)), np.int16)
    factor, offset = np.zeros(len(OUTPUTS)), np.zeros(len(OUTPUTS))
    for column, output in enumerate(OUTPUTS):
        # What customers complain of is asked of customers alone: the agents' words would only hide how near plain
        # questions come to it. The other labels learn from both, lest an agent be taken at a customer's word.
        rows = np.flatnonzero(customers | (output not in CUSTOMERS))
        splits = GroupKFold(_FOLDS, shuffle=True, random_state=SEED).split(rows, groups=families[rows])
        line = LogisticRegression(
            C=_STRENGTH, class_weight="balanced", solver="liblinear", random_state=SEED
        )  # fmt: skip
        model = CalibratedClassifierCV(line, method="sigmoid", cv=list(splits), ensemble=False)
        model.fit(table[rows], truth[rows, column])
        (fitted,) = model.calibrated_classifiers_
        (sigmoid,) = fitted.calibrators
        whole = np.rint(fitted.estimator.coef_[0] * rarity / _RARITY * _SCALE)
        weights[:, column] = np.clip(whole, -_LARGEST, _LARGEST)
        # Rounded, because the last digits may differ between processors.
        factor[column] = round(-sigmoid.a_ / _SCALE * _RARITY, 9)
        offset[column] = round(-(sigmoid.a_ * fitted.estimator.intercept_[0] + sigmoid.b_), 5)
    return pack(
        {
            "format": FORMAT,
            "language": language,
            "outputs": "\n".join(OUTPUTS),
            "features": "\n".join(features),
            "data": data_digest(learnt),
            "rarity": rarity,
            "weights": weights,
            "factor": factor,
            "offset": offset,
        }
    )


def choose_features(texts: Sequence[str], families: Sequence[str]) -> list[str]:
    """Characters and pairs that occur in several texts, and longer words (or two words) of several families."""
    jieba.setLogLevel(logging.ERROR)
    short: dict[str, int] = defaultdict(int)
    long: dict[str, set[str]] = defaultdict(set)
    for text, family in zip(texts, families, strict=True):
        spelt = spell(text)
        for part in {*text, *(a + b for a, b in pairwise(spelt))}:
            short[part] += 1
        for clause in spelt.strip("|").translate(_MARKS_TO_LINES).split("\n"):
            words = jieba.lcut(clause)
            for word in (*words, *(a + b for a, b in pairwise(words))):
                if 3 <= len(word) <= LONGEST_WORD:
                    long[word].add(family)
    kept = {part for part, n in short.items() if n >= _FEWEST}
    kept |= {word for word, seen in long.items() if len(seen) >= _FEWEST and word[:2] in kept}
    return sorted(kept)


def rarities(extractor: Extractor, texts: Sequence[str]) -> NDArray[np.int16]:
    """How much it tells to find a feature: more of rare ones (inverse document frequency, in whole numbers)."""
    _, columns = extractor.find(texts)
    holding = np.bincount(columns, minlength=extractor.size)
    steps: NDArray[np.int16] = np.rint((np.log(len(texts) / (1 + holding)) + 1) * _RARITY).astype(np.int16)
    return steps


def matrix(extractor: Extractor, texts: Sequence[str], rarity: NDArray[np.int16]) -> csr_matrix:
    """(texts, features): each feature found counts by its rarity, each text as much as another."""
    rows, columns = extractor.find(texts)
    values = rarity[columns].astype(np.float64)
    length = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(texts)))
    return csr_matrix((values / length[rows], (rows, columns)), shape=(len(texts), extractor.size))


_MARKS_TO_LINES = str.maketrans(MARKS, "\n" * len(MARKS))


def _check(examples: Sequence[Example]) -> None:
    for column, output in enumerate(OUTPUTS):
        families = {e.family for e in examples if e.outputs[column]}
        if len(families) < _FOLDS:
            raise InputError(
                f"label {output!r} has {len(families)} families to learn from; {_FOLDS} are needed: add utterances"
            )
