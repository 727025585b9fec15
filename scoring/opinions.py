"""What the classifier thinks of the words of a call, a stretch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.scorecard import Evidence, MatchKind
from scoring.classifier.labels import OUTPUTS
from scoring.classifier.model import Classifier
from scoring.normalise import ASK, MARKS, STRONG, Reading
from scoring.view import Said

# As long as the longest sentences it was trained on; in more words than that, one sentence drowns the other.
_LONGEST = 40
_COLUMNS = {output: column for column, output in enumerate(OUTPUTS)}


@dataclass(frozen=True, slots=True)
class Opinion:
    """Probabilities for `reading.text[start:end]` of one utterance."""

    said: Said
    start: int
    end: int
    probabilities: NDArray[np.float64]

    def of(self, output: str) -> float:
        """Probability, 0 to 1, of one of the classifier's outputs."""
        return float(self.probabilities[_COLUMNS[output]])

    @property
    def characters(self) -> int:
        """How many characters the stretch has, marks left out."""
        return sum(char not in MARKS for char in self.said.reading.text[self.start : self.end])

    def covers(self, evidence: Evidence) -> bool:
        """Whether the evidence lies in this stretch, or a part of it does."""
        start, end = self.said.reading.original_span(self.start, self.end)
        same = self.said.utterance.index == evidence.utterance
        return same and start < evidence.char_end and evidence.char_start < end

    def evidence(self, kind: str) -> Evidence:
        """The stretch as evidence that the classifier found."""
        end = self.start + len(self.said.reading.text[self.start : self.end].rstrip(MARKS))
        return self.said.evidence(self.start, max(end, self.start + 1), kind, MatchKind.CLASSIFIER)


def ask(classifier: Classifier | None, words: Sequence[Said]) -> tuple[Opinion, ...]:
    """Its opinion of every stretch of the given utterances, in order; empty without a classifier."""
    if classifier is None:
        return ()
    heard = [(said, start, end) for said in words for start, end in stretches(said.reading)]
    rows = _classified(classifier, tuple(said.reading.text[start:end] for said, start, end in heard))
    return tuple(Opinion(*stretch, row) for stretch, row in zip(heard, rows, strict=True))


@lru_cache(maxsize=8)
def _classified(classifier: Classifier, texts: tuple[str, ...]) -> NDArray[np.float64]:
    """Of both speakers of the latest calls: the same call is often judged under another standard right after."""
    return classifier.classify(texts)


def stretches(reading: Reading) -> list[tuple[int, int]]:
    """What is classified at once, as (start, end): the whole text if it is short, else as many sentences as fit."""
    text = reading.text
    if len(text) <= _LONGEST:
        return [(0, len(text))]
    spans: list[tuple[int, int]] = []
    start = end = 0
    for place, char in enumerate(text):
        if char not in STRONG + ASK and place + 1 < len(text):
            continue
        if end > start and place + 1 - start > _LONGEST:
            spans.append((start, end))
            start = end
        end = place + 1
    return [*spans, (start, end)]
