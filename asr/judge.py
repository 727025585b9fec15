"""Judges what Whisper made of a window: what to decode again, what to keep, what to drop."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from asr.hearing import Heard
from asr.packing import Window
from asr.text import bare, echoes, phantom, simplify
from asr.whisper import TOKENS_EXTRA, TOKENS_PER_S
from asr.words import SpokenWord

# Real speech in windows of 28 s gave -0.36 or better, windows without speech mostly -1.2 to -3.3, and very short true
# windows down to -1.3: below the first value a window is decoded again, below the second it is not believed.
DOUBTFUL_LOGPROB = -1.0
HOPELESS_LOGPROB = -1.6
MAX_COMPRESSION = 2.2

BREATH_S = 0.6
SKIPPED_S = 1.0
"""So much speech without any word: Whisper passed over somebody."""

_DIGITS = re.compile("[0-9零]")
"""Left out before looking for loops: numbers do repeat digits."""

_LOOP = re.compile(r"(.{2,20}?)\1{3,}|(.)\2{7,}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`faults` names what is wrong (empty: nothing); `believable` is False for text that must not be kept."""

    faults: tuple[str, ...]
    believable: bool


def judge(heard: Heard, window: Window, words: Sequence[SpokenWord], prompt: str) -> Judgement:
    """Judge the text of a window and the words it gave."""
    text = simplify(heard.text)
    said = bare(text)
    fatal = [
        name
        for name, found in (
            ("too_many_tokens", heard.tokens > TOKENS_PER_S * window.content_s + TOKENS_EXTRA),
            ("loop", _LOOP.search(_DIGITS.sub("", said)) is not None),
            ("compression", _compression(said) > MAX_COMPRESSION),
            ("phantom", phantom(text)),
            ("prompt_echo", echoes(text, prompt)),
            ("hopeless", heard.tokens > 0 and heard.avg_logprob < HOPELESS_LOGPROB),
        )
        if found
    ]
    doubtful = [
        name
        for name, found in (
            ("doubtful", heard.tokens > 0 and heard.avg_logprob < DOUBTFUL_LOGPROB),
            ("skipped", _unheard_s(window, words) >= SKIPPED_S),
        )
        if found
    ]
    return Judgement((*fatal, *doubtful), not fatal)


def better(first: Heard, first_judged: Judgement, second: Heard, second_judged: Judgement) -> bool:
    """Whether the second reading of the same window is to be preferred to the first."""
    if first_judged.believable != second_judged.believable:
        return second_judged.believable
    return len(second_judged.faults) < len(first_judged.faults) or (
        len(second_judged.faults) == len(first_judged.faults) and second.avg_logprob > first.avg_logprob
    )


def _unheard_s(window: Window, words: Sequence[SpokenWord]) -> float:
    """Seconds of detected speech, in pieces longer than a breath, from which there is no word."""
    ends = [word.end_s for word in words]
    return sum(
        piece.speech.end_s - piece.speech.start_s
        for piece in window.pieces
        if piece.speech.end_s - piece.speech.start_s >= BREATH_S
        and not any(piece.speech.start_s < end_s <= piece.speech.end_s for end_s in ends)
    )


def _compression(text: str) -> float:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0
