"""From words to utterances: who stops, who goes on, and the text with its character positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from asr.text import PUNCTUATION
from asr.words import SpokenWord
from models.transcript import Role, Utterance, Word

TURN_PAUSE_S = 0.8
"""A pause this long ends a turn."""

YIELD_PAUSE_S = 0.2
"""So short a pause ends a turn if the other party speaks in it."""

LONG_TURN_S = 15.0
"""After so long a turn is broken at the next end of a sentence, for people to read."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Words of one channel without a change of turn in between; never empty."""

    channel: int
    words: tuple[SpokenWord, ...]

    @property
    def start_s(self) -> float:
        """When the first word begins."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """When the last word ends."""
        return self.words[-1].end_s

    @property
    def text(self) -> str:
        """The words with their punctuation; no space at either end."""
        return _compose(self.words)[0]


def turns(words: Mapping[int, Sequence[SpokenWord]]) -> tuple[Turn, ...]:
    """Split each channel's words (in time order) into turns and merge the channels by start time."""
    found: list[Turn] = []
    for channel, own in words.items():
        others = np.array(sorted((w.start_s + w.end_s) / 2 for c, row in words.items() if c != channel for w in row))
        start = 0
        for i in range(1, len(own) + 1):
            if i == len(own) or _breaks(own[start], own[i - 1], own[i], others):
                found.append(Turn(channel, tuple(own[start:i])))
                start = i
    return tuple(sorted(found, key=lambda turn: (turn.start_s, turn.end_s, turn.channel)))


def to_utterance(index: int, role: Role, turn: Turn) -> Utterance:
    """The turn as an utterance whose words point into its text."""
    text, places = _compose(turn.words)
    return Utterance(
        index=index,
        role=role,
        start_s=turn.start_s,
        end_s=turn.end_s,
        text=text,
        words=tuple(
            Word(start, start + len(word.text), word.start_s, word.end_s, word.probability)
            for start, word in zip(places, turn.words, strict=True)
        ),
        confidence=round(float(np.mean([word.probability for word in turn.words])), 4),
    )


def _breaks(first: SpokenWord, before: SpokenWord, after: SpokenWord, others: np.ndarray) -> bool:
    pause_s = after.start_s - before.end_s
    if pause_s > TURN_PAUSE_S:
        return True
    if pause_s >= YIELD_PAUSE_S:
        spoken = np.searchsorted(others, after.start_s) - np.searchsorted(others, before.end_s)
        if spoken:
            return True
    return before.ends_sentence and before.end_s - first.start_s > LONG_TURN_S


def _compose(words: Sequence[SpokenWord]) -> tuple[str, list[int]]:
    """The text of the words and the place of each in it."""
    text = ""
    places: list[int] = []
    for i, word in enumerate(words):
        # Between Chinese characters Whisper's rare spaces mean nothing.
        if i and word.spaced and text[-1] not in _WIDE_MARKS and (text[-1].isascii() or word.text[0].isascii()):
            text += " "
        places.append(len(text))
        text += word.text + word.tail
    return text, places


_WIDE_MARKS = frozenset(mark for mark in PUNCTUATION if not mark.isascii())
