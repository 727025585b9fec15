"""A text made comparable: width, case, script, punctuation, fillers, digits and known mishearings, with the way back.

Matching works on `Reading.text`; evidence must quote the original. Every character of the reading therefore remembers
where it came from, so that any span of the reading is a span of what was said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from models.transcript import MASK
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
# Chinese that is read sign for sign, whatever stands beside each.
_PLAIN = re.compile("[\u4e00-\u9fffA-Za-z0-9，。？！、；…,!;?]*")
_RARER_MARKS = "[！、；…,!;?]"
_TO_MARKS = str.maketrans(
    {"！": STRONG, "、": WEAK, "；": STRONG, "…": STRONG, ",": WEAK, "!": STRONG, ";": STRONG, "?": ASK}
)
_UNTIDY = f"[{MARKS}]{{2}}|^[{MARKS}]"
_SENTENCE_END = re.compile(f"[{STRONG}{ASK}]")
_CLAUSE_END = re.compile(f"[{MARKS}]")
# More blanks than this per Chinese character: the text was tokenised, a blank is then no pause.
_TOKENISED_BLANKS = 0.3


class Reading(NamedTuple):
    """`text` as it is matched; `origin[i]` is the place of `text[i]` in `original`.

    `corrected` are the places in `text` where a known mishearing was put right; `quoted` are the spans of `text`
    that stand between quotation marks. An original without any word gives an empty reading.
    """

    original: str
    text: str
    origin: Sequence[int]
    corrected: frozenset[int] = frozenset()
    quoted: tuple[tuple[int, int], ...] = ()

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of `original` behind `text[start:end]`; the span must not be empty."""
        return self.origin[start], self.origin[end - 1] + 1

    def sentence(self, place: int) -> tuple[int, int]:
        """The stretch between sentence ends around `place`."""
        start = max(self.text.rfind(STRONG, 0, place), self.text.rfind(ASK, 0, place)) + 1
        end = _SENTENCE_END.search(self.text, place)
        return start, end.start() if end else len(self.text)

    def clause(self, place: int) -> tuple[int, int]:
        """The stretch between any two marks around `place`."""
        start = max(self.text.rfind(mark, 0, place) for mark in MARKS) + 1
        end = _CLAUSE_END.search(self.text, place)
        return start, end.start() if end else len(self.text)


class Normaliser:
    """Turns texts of one standard into readings. `mishearings` are (heard, meant) of equal length."""

    def __init__(self, language: str, fillers: Iterable[str] = (), mishearings: Sequence[tuple[str, str]] = ()) -> None:
        self._spaced = language != "zh"
        fillers = sorted({fold(f).replace("'", "") for f in fillers}, key=lambda f: (-len(f), f))
        self._fillers = _alternation(fillers, self._spaced)
        self._meant = {fold(heard): fold(meant) for heard, meant in mishearings}
        self._heard = _alternation(sorted(self._meant, key=lambda h: (-len(h), h)), self._spaced)
        # A plain text without one of these stays as it is.
        self._untidy = re.compile("|".join((_RARER_MARKS, _UNTIDY, *map(re.escape, fillers))))

    def read(self, original: str) -> Reading:
        """The reading of one utterance, or of one literal of a phrase."""
        quoted: tuple[tuple[int, int], ...] = ()
        if not self._spaced and _PLAIN.fullmatch(original):
            text, origin = self._read_plain(original)
        else:
            signs, quotes = self._signs(original)
            if self._fillers:
                text = "".join(sign for sign, _ in signs)
                gone = {i for found in self._fillers.finditer(text) for i in range(*found.span())}
                signs = [pair for i, pair in enumerate(signs) if i not in gone]
            text, origin = _tidy(signs, self._spaced)
            quoted = tuple(span for span in (_inside(origin, quote) for quote in quotes) if span)
        text, corrected = self._mended(in_figures(text))
        return Reading(original, text, origin, corrected, quoted)

    def _read_plain(self, original: str) -> tuple[str, Sequence[int]]:
        """The text and its origin for what nearly all Chinese is: nothing is quoted, masked, blank, or joins digits."""
        text = original.lower()
        if not self._untidy.search(text):
            return text, range(len(text))
        text = text.translate(_TO_MARKS)
        signs = list(zip(text, range(len(text)), strict=True))
        if self._fillers:
            for found in reversed([*self._fillers.finditer(text)]):
                del signs[slice(*found.span())]
        return _tidy(signs, spaced=False)

    def _mended(self, text: str) -> tuple[str, frozenset[int]]:
        """The text with what was meant in place of what was heard, and the places where it was changed."""
        if self._heard is None or not self._heard.search(text):
            return text, frozenset()
        pieces = list(text)
        corrected: set[int] = set()
        for found in self._heard.finditer(text):
            for i, sign in enumerate(self._meant[found.group()], found.start()):
                if pieces[i] != sign:
                    corrected.add(i)
                    pieces[i] = sign
        return "".join(pieces), frozenset(corrected)

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


def _tidy(signs: Sequence[tuple[str, int]], spaced: bool) -> tuple[str, Sequence[int]]:
    """One mark, the strongest, for every run of marks and blanks; none at the start. The text and its origin."""
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
    return "".join(sign for sign, _ in kept), tuple(place for _, place in kept)


def _inside(origin: Sequence[int], quote: tuple[int, int]) -> tuple[int, int] | None:
    places = [i for i, place in enumerate(origin) if quote[0] <= place < quote[1]]
    return (places[0], places[-1] + 1) if places else None
