"""Chinese by its sound: toneless pinyin with the confusions of telephone speech and of recognisers folded together."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from models.syllable import fold

_FIRST_SIGN = 0xE000  # Unicode's private use area: such signs never stand in a text.
_signs: dict[str, str] = {}


@lru_cache(maxsize=32_768)
def sound_of(char: str) -> str:
    """The sign of one character's folded syllable; a character without a Chinese reading is its own sign."""
    if not "\u4e00" <= char <= "\u9fff":
        return char
    syllable = fold(lazy_pinyin(char, style=Style.NORMAL)[0])
    return _signs.setdefault(syllable, chr(_FIRST_SIGN + len(_signs)))


def sounds_of(text: str) -> str:
    """One sign per character. Signs are only comparable within one process and are never stored."""
    return "".join(map(sound_of, text))
