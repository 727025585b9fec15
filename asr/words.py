"""From what Whisper wrote in a window to words on the call's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asr.hearing import HeardWord
from asr.packing import Window
from asr.speech import Span
from asr.text import PUNCTUATION, SENTENCE_ENDS, is_punctuation, phantom, tidy

# Longer than a slow character; the rest of the time before it is a pause that Whisper's alignment gave to it.
_MAX_WORD_S = 0.4
_MAX_CHARACTER_S = 0.3
_LINGER_S = 0.5
_ROUNDING_S = 0.001
_KEPT_MARKS = frozenset("，。？！；：、…—·,.?!;:%-'’$￥")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word on the call's clock: `text` without punctuation, `tail` the punctuation behind it.

    `spaced` says that a space goes before it.
    """

    channel: int
    text: str
    tail: str
    spaced: bool
    start_s: float
    end_s: float
    probability: float

    @property
    def ends_sentence(self) -> bool:
        """Whether a sentence ends with this word."""
        return bool(SENTENCE_ENDS.intersection(self.tail))


def on_call_clock(window: Window, heard: Sequence[HeardWord], language: str) -> tuple[SpokenWord, ...]:
    """Words of a window with clean text and with times inside the speech they came from, in order.

    Alignment puts a pause before the word that follows it, so a word belongs to the speech in which it ends.
    Punctuation alone gives no word.
    """
    texts = _tidy_each([word.text for word in heard], language)
    found: list[SpokenWord] = []
    latest_s = 0.0
    for word, text in zip(heard, texts, strict=True):
        if is_punctuation(text):
            if found:
                found[-1] = replace(found[-1], tail=found[-1].tail + _marks(text))
            continue
        start_s, end_s = _times(window, word, len(text.strip()), fresh=not found or bool(found[-1].tail))
        start_s, end_s = max(start_s, latest_s), max(end_s, latest_s)
        latest_s = end_s
        core = text.strip().rstrip("".join(PUNCTUATION))
        tail = _marks(text.strip()[len(core) :])
        if found and language != "zh" and not text[0].isspace():
            # Where words have spaces between them this goes on with the word before: p|.m., 5|-T-I, don|'t.
            found[-1] = replace(found[-1], text=found[-1].text + found[-1].tail + core, tail=tail)
            continue
        core = core.lstrip("".join(PUNCTUATION))
        found.append(
            SpokenWord(window.channel, core, tail, text[0].isspace(), start_s, end_s, round(word.probability, 4))
        )
    return _lingering(window, found)


def sift(words: Sequence[SpokenWord]) -> tuple[tuple[SpokenWord, ...], tuple[tuple[SpokenWord, ...], ...]]:
    """The words of sentences that somebody may have said, and the sentences that are known to be invented."""
    said: list[SpokenWord] = []
    invented: list[tuple[SpokenWord, ...]] = []
    for sentence in _sentences(words):
        if phantom(written(sentence, marks=False)):
            invented.append(tuple(sentence))
        else:
            said.extend(sentence)
    return tuple(said), tuple(invented)


def written(words: Sequence[SpokenWord], *, marks: bool = True) -> str:
    """The words as a text, with their punctuation or without."""
    return "".join((" " if word.spaced else "") + word.text + (word.tail if marks else "") for word in words).strip()


def _times(window: Window, word: HeardWord, characters: int, *, fresh: bool) -> tuple[float, float]:
    piece = window.locate(word.end_s, fresh=fresh)
    shift_s = piece.start_s - piece.offset_s
    first_s, last_s = piece.speech.start_s, piece.speech.end_s
    end_s = min(max(word.end_s + shift_s, first_s), last_s)
    start_s = min(max(word.start_s + shift_s, first_s), end_s)
    longest_s = max(_MAX_WORD_S, _MAX_CHARACTER_S * characters)
    return round(max(start_s, end_s - longest_s), 3), round(end_s, 3)


def _lingering(window: Window, words: Sequence[SpokenWord]) -> tuple[SpokenWord, ...]:
    """The last word of each stretch of speech lasts to its end, if that is near: alignment lets go of it too early."""
    last: dict[Span, int] = {}
    for i, word in enumerate(words):
        for piece in window.pieces:
            if piece.speech.start_s <= word.start_s and word.end_s <= piece.speech.end_s + _ROUNDING_S:
                last[piece.speech] = i
    found = list(words)
    for speech, i in last.items():
        if speech.end_s - found[i].end_s <= _LINGER_S:
            found[i] = replace(found[i], end_s=round(max(found[i].end_s, speech.end_s), 3))
    return tuple(found)


def _tidy_each(texts: Sequence[str], language: str) -> list[str]:
    """Tidy the whole, because a character's simplified form depends on its neighbours, and cut it up again."""
    whole = tidy("".join(texts), language)
    result: list[str] = []
    at = 0
    for text in texts:
        result.append(whole[at : at + len(text)])
        at += len(text)
    return result


def _marks(text: str) -> str:
    """The punctuation that a transcript of speech needs: Whisper also writes brackets and quotes around guesses."""
    return "".join(c for c in text if c in _KEPT_MARKS)


def _sentences(words: Sequence[SpokenWord]) -> list[list[SpokenWord]]:
    sentences: list[list[SpokenWord]] = [[]]
    for word in words:
        sentences[-1].append(word)
        if word.ends_sentence:
            sentences.append([])
    return sentences
