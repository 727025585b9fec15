"""The trained classifier at work: whole numbers added up, so that every machine gives the same answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from scoring.classifier.features import Extractor
from scoring.classifier.labels import OUTPUTS

FORMAT = 2
STEPS = 64
"""A step of the log-odds is 1/64; finer differences of a probability mean nothing."""
_FARTHEST = 8 * STEPS
_PROBABILITIES = np.array([round(1 / (1 + math.exp(-k / STEPS)), 4) for k in range(-_FARTHEST, _FARTHEST + 1)])

Content = Mapping[str, int | str | NDArray[np.generic]]
"""What a classifier file holds; see `Classifier.of`."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """Gives each text a probability for each of `OUTPUTS`. Safe to share between threads.

    `version` is the SHA-256 of the file it came from, `language` that of the texts it knows, `data` the digest of the
    examples it was trained on. One that was only taught some more has the version of its `base`, and in `taught_until`
    when the newest of its lessons was said (ISO 8601); both are empty for one that was trained from the beginning.
    """

    version: str
    language: str
    data: str
    base: str
    taught_until: str
    extractor: Extractor
    rarity: NDArray[np.int64]
    weights: NDArray[np.int32]
    factor: NDArray[np.float64]
    offset: NDArray[np.float64]

    @classmethod
    def of(cls, content: Content, version: str) -> Classifier:
        """Build it from a file's content. Raises ModelError for a file of another form.

        `features` is a line for each feature, `rarity` (features,) how much finding it tells, in whole numbers;
        `weights` is (features, outputs), in whole numbers that `factor` brings to log-odds once those of the features
        found are added up and divided by the root of the sum of the squares of their rarities.
        """
        try:
            if content["format"] != FORMAT:
                raise ModelError(f"it is of format {content['format']}, this callqa reads {FORMAT}: train it again")
            if str(content["outputs"]).split("\n") != list(OUTPUTS):
                raise ModelError("its labels are not those of this callqa: train it again")
            features = str(content["features"]).split("\n")
            rarity = np.asarray(content["rarity"], np.int64)
            weights = np.asarray(content["weights"], np.int32)
            factor, offset = (np.asarray(content[name], np.float64) for name in ("factor", "offset"))
            language, data = str(content["language"]), str(content["data"])
            base, taught_until = str(content.get("base", "")), str(content.get("taught_until", ""))
        except KeyError as error:
            raise ModelError(f"it holds no {error.args[0]!r}: it is no classifier file of callqa") from error
        shapes = (rarity.shape, weights.shape, factor.shape, offset.shape)
        if shapes != ((len(features),), (len(features), len(OUTPUTS)), (len(OUTPUTS),), (len(OUTPUTS),)):
            raise ModelError("its tables do not fit together: it is damaged")
        return cls(version, language, data, base, taught_until, Extractor(features), rarity, weights, factor, offset)

    def log_odds(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, outputs) log-odds; texts are readings' texts. A text without any known feature gets the offset."""
        rows, columns = self.extractor.find(texts)
        sums = np.zeros((len(texts), len(OUTPUTS)), np.int64)
        counts = np.bincount(rows, minlength=len(texts))
        told = np.bincount(rows, weights=self.rarity[columns] ** 2, minlength=len(texts))
        if len(rows):
            filled = np.flatnonzero(counts)
            starts = np.cumsum(counts[filled]) - counts[filled]
            sums[filled] = np.add.reduceat(self.weights.take(columns, axis=0), starts, axis=0, dtype=np.int32)
        return sums * self.factor / np.sqrt(np.maximum(told, 1))[:, None] + self.offset

    def classify(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, outputs) probabilities, four decimals."""
        steps = np.rint(self.log_odds(texts) * STEPS).astype(np.int64)
        return _PROBABILITIES[np.clip(steps, -_FARTHEST, _FARTHEST) + _FARTHEST]


Classifiers = Mapping[str, Classifier]
"""The classifier of each language that has one."""
