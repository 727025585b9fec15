"""A text made comparable: width, case, script, punctuation, fillers, digits and known mishearings, with the way back.

Matching works on `Reading.text`; evidence must quote the original. Every character of the reading therefore remembers
where it came from, so that any span of the reading is a span of what was said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from models.transcript import MASK
from scoring.homophone import sounds_of
from scoring.numerals import in_figures
from scoring.traditional import simplified

WEAK = "，"
"""Mark of a comma or a pause inside a sentence."""
STRONG = "。"
"""Mark of the end of a sentence."""
ASK = "？"
"""Mark of the end of a question."""
MARKS = WEAK + STRONG + ASK

_STRENGTH = {WEAK: 0, STRONG: 1, ASK: 2}
_STRONG_SIGNS = set("。.!！;；…\n\r\u2028\u2029")
_ASK_SIGNS = set("?？")
_WEAK_SIGNS = set(',，、:：—–-~～·|/\\()（）[]【】《》<>"“”‘’「」『』\t')
_BETWEEN_DIGITS = set(".:-~/%")
_DROPPED_SIGNS = set("'’`*_#^$")
_OPENING = {"“": "”", "「": "」", "『": "』", "‘": "’"}
# More blanks than this per Chinese character: the text was tokenised, a blank is then no pause.
_TOKENISED_BLANKS = 0.3


@dataclass(frozen=True)
class Reading:
    """`text` as it is matched; `origin[i]` is the place of `text[i]` in `original`.

    `corrected` are the places in `text` where a known mishearing was put right; `quoted` are the spans of `text`
    that stand between quotation marks. An original without any word gives an empty reading.
    """

    original: str
    text: str
    origin: tuple[int, ...]
    corrected: frozenset[int] = frozenset()
    quoted: tuple[tuple[int, int], ...] = ()

    @cached_property
    def sounds(self) -> str:
        """One sign per character of `text`: its syllable without tone, usual confusions folded; marks stay."""
        return sounds_of(self.text)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of `original` behind `text[start:end]`; the span must not be empty."""
        return self.origin[start], self.origin[end - 1] + 1

    def sentence(self, place: int) -> tuple[int, int]:
        """The stretch between sentence ends around `place`."""
        return self._stretch(place, STRONG + ASK)

    def clause(self, place: int) -> tuple[int, int]:
        """The stretch between any two marks around `place`."""
        return self._stretch(place, MARKS)

    def _stretch(self, place: int, marks: str) -> tuple[int, int]:
        start = max((self.text.rfind(mark, 0, place) for mark in marks), default=-1) + 1
        ends = [found for mark in marks if (found := self.text.find(mark, place)) >= 0]
        return start, min(ends, default=len(self.text))


class Normaliser:
    """Turns texts of one standard into readings. `mishearings` are (heard, meant) of equal length."""

    def __init__(self, language: str, fillers: Iterable[str] = (), mishearings: Sequence[tuple[str, str]] = ()) -> None:
        self._spaced = language != "zh"
        fillers = sorted({fold(f).replace("'", "") for f in fillers}, key=lambda f: (-len(f), f))
        self._fillers = _alternation(fillers, self._spaced)
        self._meant = {fold(heard): fold(meant) for heard, meant in mishearings}
        self._heard = _alternation(sorted(self._meant, key=lambda h: (-len(h), h)), self._spaced)

    def read(self, original: str) -> Reading:
        """The reading of one utterance, or of one literal of a phrase."""
        signs, quotes = self._signs(original)
        if self._fillers:
            text = "".join(sign for sign, _ in signs)
            gone = {i for found in self._fillers.finditer(text) for i in range(*found.span())}
            signs = [pair for i, pair in enumerate(signs) if i not in gone]
        signs = _tidy(signs, self._spaced)
        text = in_figures("".join(sign for sign, _ in signs))
        origin = tuple(place for _, place in signs)
        corrected: set[int] = set()
        if self._heard:
            pieces = list(text)
            for found in self._heard.finditer(text):
                for i, sign in enumerate(self._meant[found.group()], found.start()):
                    if pieces[i] != sign:
                        corrected.add(i)
                        pieces[i] = sign
            text = "".join(pieces)
        quoted = tuple(span for span in (_inside(origin, quote) for quote in quotes) if span)
        return Reading(original, text, origin, frozenset(corrected), quoted)

    def _signs(self, original: str) -> tuple[list[tuple[str, int]], list[tuple[int, int]]]:
        """Folded characters with their places, and the quoted spans of the original."""
        signs: list[tuple[str, int]] = []
        quotes: list[tuple[int, int]] = []
        awaited: list[tuple[str, int]] = []
        blank = self._blank_sign(original)
        for place, char in enumerate(original):
            if awaited and char == awaited[-1][0]:
                quotes.append((awaited.pop()[1], place))
            elif char in _OPENING:
                awaited.append((_OPENING[char], place + 1))
            if self._joins_digits(original, place):
                signs.append((fold(char), place))
            elif char == MASK:
                # A masked digit: nothing matches it, but somebody spoke here, and the distances stay.
                signs.append((char, place))
            elif char in _DROPPED_SIGNS or (self._spaced and char == "." and not _ends_sentence(original, place)):
                continue
            elif char in _ASK_SIGNS:
                signs.append((ASK, place))
            elif char in _STRONG_SIGNS:
                signs.append((STRONG, place))
            elif char in _WEAK_SIGNS:
                signs.append((" " if self._spaced and char in "-/" else WEAK, place))
            elif char.isspace():
                signs.append((blank, place))
            else:
                signs.extend((sign, place) for sign in fold(char) if sign.isalnum())
        return signs, quotes

    def _blank_sign(self, original: str) -> str:
        if self._spaced:
            return " "
        blanks = sum(char.isspace() for char in original.strip())
        return "" if blanks > _TOKENISED_BLANKS * (len(original) - blanks) else WEAK

    @staticmethod
    def _joins_digits(original: str, place: int) -> bool:
        char = fold(original[place])
        if char == "%":
            return place > 0 and original[place - 1].isdigit()
        return (
            char in _BETWEEN_DIGITS
            and 0 < place < len(original) - 1
            and original[place - 1].isdigit()
            and original[place + 1].isdigit()
        )


@lru_cache(maxsize=32_768)
def fold(text: str) -> str:
    """Half-width, lower-case form in simplified characters; may be longer than `text`."""
    return simplified(unicodedata.normalize("NFKC", text).lower())


def _ends_sentence(original: str, place: int) -> bool:
    """Whether the full stop at `place` is one: not inside 3 p.m. or example.com."""
    following = original[place + 1 : place + 2]
    word = re.search(r"\w*$", original[:place])
    return (not following or following.isspace()) and word is not None and len(word.group()) > 1


def _alternation(words: Sequence[str], spaced: bool) -> re.Pattern[str] | None:
    if not words:
        return None
    body = "|".join(re.escape(word) for word in words)
    edge = rf"(?<![^ {MARKS}])(?:{body})(?![^ {MARKS}])"
    return re.compile(edge if spaced else body)


def _tidy(signs: Sequence[tuple[str, int]], spaced: bool) -> list[tuple[str, int]]:
    """One mark, the strongest, for every run of marks and blanks; none at the start."""
    kept: list[tuple[str, int]] = []
    for sign, place in signs:
        if not sign:
            continue
        if not kept and (sign in MARKS or sign == " "):
            continue
        if kept and sign in _STRENGTH and kept[-1][0] in _STRENGTH:
            if _STRENGTH[sign] > _STRENGTH[kept[-1][0]]:
                kept[-1] = (sign, place)
        elif kept and sign == " " and (kept[-1][0] in MARKS or kept[-1][0] == " "):
            continue
        elif kept and sign in MARKS and kept[-1][0] == " ":
            kept[-1] = (sign, place)
        else:
            kept.append((sign, place))
    if spaced and kept and kept[-1][0] == " ":
        kept.pop()
    return kept


def _inside(origin: Sequence[int], quote: tuple[int, int]) -> tuple[int, int] | None:
    places = [i for i, place in enumerate(origin) if quote[0] <= place < quote[1]]
    return (places[0], places[-1] + 1) if places else None
