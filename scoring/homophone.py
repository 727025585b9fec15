"""Chinese by its sound: toneless pinyin with the confusions of telephone speech and of recognisers folded together.

Folded pairs (zh/z, ch/c, sh/s, n/l, in/ing, en/eng, an/ang, f/h) are the usual ones of southern Mandarin speakers and
of recognition on 8 kHz sound.
"""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

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


def fold(syllable: str) -> str:
    """One spelling for syllables that are easily taken for each other, e.g. zheng and zen both give zen."""
    for initial in ("zh", "ch", "sh"):
        if syllable.startswith(initial):
            syllable = initial[0] + syllable[2:]
    if syllable.startswith("l"):
        syllable = "n" + syllable[1:]
    # hu- before a vowel is what f- is taken for: 话费/发费 share their sound here, 湖 and 福 too.
    if syllable.startswith("f"):
        rest = syllable[1:]
        syllable = "h" + (rest if rest in ("u", "o") else "u" + rest)
    if syllable.endswith("ng") and syllable[-3:-2] in ("i", "e", "a"):
        syllable = syllable[:-1]
    return syllable
