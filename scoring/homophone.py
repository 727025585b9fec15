"""Chinese by its sound: toneless pinyin with the confusions of telephone speech and of recognisers folded together."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from models.syllable import fold

_FIRST_SIGN = 0xE000  # Unicode's private use area: such signs never stand in a text.


class _Sounds(dict[int, str]):
    """A table for `str.translate` that learns each Chinese character when it is first met.

    Others are their own sign; `own` are those that are met all the time.
    """

    def __init__(self, own: Iterable[int]) -> None:
        super().__init__((code, chr(code)) for code in own)
        self._signs: dict[str, str] = {}
        self._lock = Lock()

    def __missing__(self, code: int) -> str:
        if not 0x4E00 <= code <= 0x9FFF:
            return chr(code)
        # Its dictionaries take a third of a second to load; who scores nothing needs none.
        from pypinyin import Style, lazy_pinyin

        syllable = fold(lazy_pinyin(chr(code), style=Style.NORMAL)[0])
        with self._lock:
            sound = self[code] = self._signs.setdefault(syllable, chr(_FIRST_SIGN + len(self._signs)))
        return sound


_sounds = _Sounds((*range(0x80), *map(ord, "，。？")))


def sounds_of(text: str) -> str:
    """One sign per character: its folded syllable; a character without a Chinese reading is its own sign.

    Signs are only comparable within one process and are never stored.
    """
    return text.translate(_sounds)
