"""Chinese by its sound: toneless pinyin with the confusions of telephone speech and of recognisers folded together."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

from models.syllable import fold

_FIRST_SIGN = 0xE000  # Unicode's private use area: such signs never stand in a text.
_signs: dict[str, str] = {}


def _sound_of(char: str) -> str:
    """The sign of one Chinese character's folded syllable."""
    syllable = fold(lazy_pinyin(char, style=Style.NORMAL)[0])
    return _signs.setdefault(syllable, chr(_FIRST_SIGN + len(_signs)))


class _Sounds(dict[int, str]):
    """A table for `str.translate` that learns each Chinese character when it is first met; others are their own sign."""

    def __missing__(self, code: int) -> str:
        if not 0x4E00 <= code <= 0x9FFF:
            return chr(code)
        sound = self[code] = _sound_of(chr(code))
        return sound


_SOUNDS = _Sounds({code: chr(code) for code in (*range(0x80), *map(ord, "，。？"))})


def sounds_of(text: str) -> str:
    """One sign per character. Signs are only comparable within one process and are never stored."""
    return text.translate(_SOUNDS)
