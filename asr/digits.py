"""Numbers that are said digit by digit (telephone, agent and ticket numbers), written in figures.

One sign for one: 幺三八零零 becomes 13800, so that every word keeps its place. Quantities (二十四小时) stay as said:
what they mean is reckoned where they are scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.transcript import Correction, Utterance

SHORTEST = 4
"""Fewer digits in a row are mostly a quantity (三四天) or a figure of speech."""

SHORTEST_NAMED = 3
"""Fewest after a word that announces a number: 工号三五八."""

FIGURES = {ord(sign): figure for sign, figure in zip("〇零一二三四五六七八九幺", "001234567891", strict=True)}

ONE_BY_SOUND = "要腰妖药"
"""What recognisers write for 幺, the digit one on the telephone."""

NAMES = "工号|尾号|单号|卡号|账号|帐号|编号|分机|号码|证号|验证码|校验码|密码"
IDIOMS = frozenset({"七七八八", "三三四四", "三三三三"})
MEASURES = ("十", "百", "千", "万", "亿")

_DIGIT = "0-9〇零一二三四五六七八九幺"
_MOBILE = re.compile(r"1[3-9]\d{9}")
_ONES = str.maketrans(dict.fromkeys(ONE_BY_SOUND, "1"))
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Number:
    """Groups of digits (places in the text) that are one number, with pauses between them."""

    groups: tuple[tuple[int, int], ...]
    named: bool

    def figures(self, text: str) -> str:
        """The number without its pauses."""
        return "".join(_in_figures(text[a:b]) for a, b in self.groups)


def readable(utterance: Utterance, *, by_sound: bool) -> Utterance:
    """The utterance with spoken digits as figures; the text keeps its length.

    `by_sound` also takes 要 and the like for the digit one where they stand in such a number, and keeps a `Correction`
    for each. Counting (一二三四五) and figures of speech (七七八八) are no numbers.
    """
    text = utterance.text
    made: list[Correction] = []
    for pattern in [_WITH_SOUNDS, _DIGITS] if by_sound else [_DIGITS]:
        for number in list(_numbers(text, pattern)):
            for a, b in number.groups:
                made += [Correction(i, i + 1, text[i]) for i in range(a, b) if text[i] in ONE_BY_SOUND]
                text = text[:a] + _in_figures(text[a:b]) + text[b:]
    if text == utterance.text:
        return utterance
    corrections = sorted((*utterance.corrections, *made), key=lambda c: (c.char_start, c.char_end))
    return replace(utterance, text=text, corrections=tuple(corrections))


def _in_figures(signs: str) -> str:
    """Digits as figures; signs that only sound like the digit one count as one."""
    return signs.translate(FIGURES).translate(_ONES)


def _pattern(signs: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<name>(?:{NAMES})[是为：:，]?)?(?P<digits>[{signs}]+(?:[，、 ][{signs}]+)*)")


_DIGITS = _pattern(_DIGIT)
_WITH_SOUNDS = _pattern(_DIGIT + ONE_BY_SOUND)


def _numbers(text: str, pattern: re.Pattern[str]) -> Iterator[_Number]:
    for found in pattern.finditer(text):
        offset = found.start("digits")
        groups = [(offset + g.start(), offset + g.end()) for g in re.finditer(r"[^，、 ]+", found["digits"])]
        named = found["name"] is not None
        if _one_number(text, groups):
            numbers = [_Number(tuple(groups), named)]
        else:
            numbers = [_Number((group,), named and i == 0) for i, group in enumerate(groups)]
        for number in numbers:
            sounds = any(text[i] in ONE_BY_SOUND for a, b in number.groups for i in range(a, b))
            if _is_said_digit_by_digit(text, number) and (not sounds or _ones_fit(text, number)):
                yield number


def _one_number(text: str, groups: Sequence[tuple[int, int]]) -> bool:
    """Whether groups with pauses between them belong together; 三四，五六天 and 一，二，三，四 do not."""
    lengths = [b - a for a, b in groups]
    return min(lengths) > 1 and max(lengths) > 2 and all(b - a > 2 or not _goes_on(text, b) for a, b in groups)


def _is_said_digit_by_digit(text: str, number: _Number) -> bool:
    figures = number.figures(text)
    if len(figures) < (SHORTEST_NAMED if number.named else SHORTEST):
        return False
    start, end = number.groups[0][0], number.groups[-1][1]
    before, after = text[:start], text[end:]
    # 三千五百六, 三点一四一五: a quantity or a decimal, whatever its length.
    if before.endswith(MEASURES) or after.startswith(MEASURES):
        return False
    if re.search(rf"[{_DIGIT}]点$", before) or re.match(rf"点[{_DIGIT}]", after):
        return False
    # 2026一月: the figure behind a number that is already written belongs to the next word.
    signs = text[start:end]
    if re.search(r"[0-9][^0-9]$", signs) and _goes_on(text, end):
        return False
    if number.named:
        return True
    counted = all(int(b) - int(a) == 1 for a, b in pairwise(figures))
    return not counted and signs not in IDIOMS


def _ones_fit(text: str, number: _Number) -> bool:
    """Whether 要 and the like can only be the digit: inside the number, or at an edge where nothing else is meant.

    我要三八零零 wants something; 要三八零零，要三八零零零 is a mobile number.
    """
    figures = number.figures(text)
    if _MOBILE.fullmatch(figures):
        return True
    written = sum(text[i] not in ONE_BY_SOUND for a, b in number.groups for i in range(a, b))
    for i, (a, b) in enumerate(number.groups):
        if text[a] in ONE_BY_SOUND and not (i == 0 and number.named and (text[a] != "要" or text[a + 1] == "要")):
            return False
        if text[b - 1] in ONE_BY_SOUND and (_goes_on(text, b) or written < SHORTEST):
            return False
    return written >= 2


def _goes_on(text: str, end: int) -> bool:
    """Whether a character follows without a mark."""
    return _HAN.match(text, end) is not None
