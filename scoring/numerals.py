"""Numbers as people say them: 48, 四十八, 两, 半, 两三 (two or three), forty eight."""

from __future__ import annotations

import re

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3, "幺": 1}
_FIGURES = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_DIGIT_BY_DIGIT = re.compile("[0-9零〇一二三四五六七八九幺]{4,}")
_UNITS = {"十": 10, "百": 100, "千": 1000}
_ENGLISH = {
    word: n
    for n, word in enumerate(
        (
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        )
    )
} | {"a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "ninety": 90, "half": 0.5}


def in_figures(text: str) -> str:
    """The text with four and more digits in a row (工号八零二六) as figures, sign for sign; quantities stay."""
    return _DIGIT_BY_DIGIT.sub(lambda found: found.group().translate(_FIGURES), text)


def chinese_number(text: str) -> float | None:
    """The value of a numeral in figures or characters; of 两三 (2 or 3) the larger. None for 几 and words."""
    if not text or "几" in text:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    if text == "半":
        return 0.5
    if text in ("个把", "把"):  # 个把小时: one or two
        return 2.0
    if text.endswith("半") and (whole := chinese_number(text[:-1].removesuffix("个"))) is not None:
        return whole + 0.5
    if len(text) == 2 and all(c in _DIGITS for c in text):
        first, second = _DIGITS[text[0]], _DIGITS[text[1]]
        return float(second if 0 < first < second else 10 * first + second)
    total, digit = 0, 0
    for place, char in enumerate(text):
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            total += (digit or (1 if place == 0 else 0)) * _UNITS[char]
            digit = 0
        else:
            return None
    return float(total + digit)


def english_number(text: str) -> float | None:
    """The value of figures or of a spoken number up to ninety-nine; None when it is no number."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        pass
    values = [_ENGLISH.get(word) for word in text.split()]
    if not values or any(value is None for value in values):
        return None
    return float(sum(value for value in values if value is not None))
