"""Character error rate: how two Chinese texts are made comparable, counted, and given an interval.

Both sides are made plain in the same way, in this order:

1. NFKC (full-width digits and letters become ordinary ones), lower case, traditional characters as simplified ones.
2. Numbers in one form, Chinese numerals as they are read aloud: `58` is 五十八, `3.5` 三点五, `20%` 百分之二十. One
   of more than four digits, or one that begins with 0, is read digit by digit; one of two to four digits can be read
   either way (8026 as a quantity or as a staff number). All of a text's are read the same way, whichever is closer to
   the reference: choosing for each number alone would forgive more.
3. 幺 is 一 and 两 is 二. So is 要 as 一 where Whisper writes it for the spoken 幺: between two digits or before two.
4. Interjections that sound alike are one: 嗯恩唔, 哦噢喔, 哎唉诶欸. They stay in the text, on both sides alike.
5. Everything but letters, digits and Chinese characters is dropped.

What is left is compared by the fewest character substitutions, insertions and deletions (Levenshtein).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cn2an
import numpy as np
import opencc
from rapidfuzz.distance import Levenshtein

_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(r"(?P<whole>\d+(?:,\d{3})*)(?:\.(?P<part>\d+))?(?P<percent>%)?")
_READ_AS_ONE = re.compile(rf"(?<=[{_DIGITS}])要(?=[{_DIGITS}])|要(?=[{_DIGITS}]{{2}})")
_SAME = str.maketrans("幺两〇恩唔噢喔唉诶欸", "一二零嗯嗯哦哦哎哎哎")
_LONGEST_QUANTITY = 4


@dataclass(frozen=True, slots=True)
class Errors:
    """Counts of one comparison, in characters; `reference` is the length of the reference. They add up."""

    substitutions: int = 0
    insertions: int = 0
    deletions: int = 0
    reference: int = 0

    @property
    def all(self) -> int:
        """Errors of every kind."""
        return self.substitutions + self.insertions + self.deletions

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.substitutions + other.substitutions,
            self.insertions + other.insertions,
            self.deletions + other.deletions,
            self.reference + other.reference,
        )

    def share(self, count: int) -> float:
        """`count` per character of the reference; of an empty reference 0 without errors, else 1."""
        return count / self.reference if self.reference else float(count > 0)

    @property
    def rate(self) -> float:
        """The character error rate; above 1 where more was invented than said."""
        return self.share(self.all)


def total(errors: Sequence[Errors]) -> Errors:
    """All of them together."""
    return sum(errors, Errors())


def compare(reference: str, heard: str) -> Errors:
    """The errors of `heard`, both as they come: with punctuation, numerals, traditional characters."""
    said = plain(reference)
    counts = {"replace": 0, "insert": 0, "delete": 0}
    for edit in Levenshtein.editops(said, closest(said, heard)):
        counts[edit.tag] += 1
    return Errors(counts["replace"], counts["insert"], counts["delete"], len(said))


def plain(text: str) -> str:
    """The text as it is compared; numbers that have two readings as quantities."""
    return _polished(text, one_by_one=False)


def closest(said: str, heard: str) -> str:
    """`heard` made plain, numbers that have two readings in the reading closer to `said` (which is plain)."""
    readings = (_polished(heard, one_by_one=False), _polished(heard, one_by_one=True))
    return min(readings, key=lambda reading: Levenshtein.distance(said, reading))


def interval(calls: Sequence[Errors], rounds: int = 10_000, seed: int = 1) -> tuple[float, float]:
    """95 % interval of the rate over all calls, by drawing calls with replacement; (0, 0) without calls.

    Calls and not characters are drawn: errors of one call depend on each other (Bisani and Ney, ICASSP 2004).
    """
    if not calls:
        return 0.0, 0.0
    wrong = np.array([errors.all for errors in calls], dtype=float)
    said = np.array([errors.reference for errors in calls], dtype=float)
    drawn = np.random.default_rng(seed).integers(0, len(calls), (rounds, len(calls)))
    rates = wrong[drawn].sum(axis=1) / np.maximum(said[drawn].sum(axis=1), 1)
    low, high = np.percentile(rates, [2.5, 97.5])
    return float(low), float(high)


def _polished(text: str, *, one_by_one: bool) -> str:
    text = str(_converter().convert(unicodedata.normalize("NFKC", text).lower()))
    text = _NUMBER.sub(lambda number: _read(number, one_by_one=one_by_one), text)
    kept = "".join(character for character in text if character.isalnum())
    result = kept.translate(_SAME)
    # A 要 that is read as a digit makes its neighbour one of two digits.
    while (read := _READ_AS_ONE.sub("一", result)) != result:
        result = read
    return result


def _read(number: re.Match[str], *, one_by_one: bool) -> str:
    whole, part = number["whole"].replace(",", ""), number["part"]
    if part:
        reading = f"{_quantity(whole)}点{_digits(part)}"
    elif number["percent"]:
        reading = _quantity(whole)
    elif one_by_one or len(whole) > _LONGEST_QUANTITY or whole.startswith("0"):
        reading = _digits(whole)
    else:
        reading = _quantity(whole)
    return f"百分之{reading}" if number["percent"] else reading


def _digits(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _quantity(digits: str) -> str:
    return str(cn2an.an2cn(digits, "low"))


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
