"""A Mandarin syllable in toneless pinyin, and the ones that it is taken for.

Folded pairs (zh/z, ch/c, sh/s, n/l, in/ing, en/eng, an/ang, f/h) are the usual ones of southern Mandarin speakers and
of recognition on 8 kHz sound.
"""

from __future__ import annotations


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
