"""Puts words of the trade right where the recogniser wrote others that sound like them; each change is kept to be seen.

A wrong correction is worse than none: it puts words into a mouth. So a long term is taken by its sound alone, a short
one only in a writing that the standard lists, or where the recogniser was unsure and the words beside it fit.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

from models.glossary import GlossaryTerm
from models.syllable import fold
from models.transcript import Correction, Utterance

SURE_CHARACTERS = 3
"""From this length on the same sound is enough, if a character is the same too."""

FOLDED_CHARACTERS = 4
"""From this length on the usual confusions (see `models.syllable`) count as the same sound."""

FOLDED_SHARED = 0.5
"""At least this share of the characters must then be the same: recognisers confuse one or two of a word."""

UNSURE = 0.5
"""Below this word probability the recogniser guessed: on tuning calls 之前 had 0.1 for a 致歉, and 0.99 where meant."""

REACH = 4
"""Characters between a doubtful writing and the word that makes it certain."""

PARTICLES = frozenset("吗嘛吧呢啊呀了的地得着过是在不没个有")
"""Small words that are hardly ever a misheard part of a term: 需要验证吗 asks, it names no 验证码."""

_HAN_RUN = _HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    term: str
    sure: bool


class Glossary:
    """Terms made ready for correcting. Terms that are not Chinese, or of one character, correct nothing."""

    def __init__(self, terms: Sequence[GlossaryTerm]) -> None:
        self._syllables = {
            t.term: tuple(lazy_pinyin(t.term, style=Style.NORMAL)) for t in terms if _HAN_WORD.fullmatch(t.term)
        }
        chinese = [term for term in terms if term.term in self._syllables]
        # A word of the glossary, and a word that is known to be meant as written, is not taken apart.
        self._kept = _any_of([t.term for t in terms] + [word for t in chinese for word in t.never])
        self._near = {t.term: _any_of([*t.near, *(o.term for o in terms if o is not t)]) for t in chinese}
        self._by_sound: dict[str, list[GlossaryTerm]] = defaultdict(list)
        self._by_character: dict[str, list[tuple[str, GlossaryTerm]]] = defaultdict(list)
        for term in chinese:
            self._by_sound[fold(self._syllables[term.term][0])].append(term)
            for heard in term.heard:
                self._by_character[heard[0]].append((heard, term))

    def corrected(self, utterance: Utterance) -> Utterance:
        """The utterance with terms put right and a `Correction` for each; the text keeps its length.

        Without words and their probabilities only what is certain by itself is put right. Earlier corrections stay, and
        nothing inside them is changed again.
        """
        text = utterance.text
        taken = [(c.char_start, c.char_end) for c in utterance.corrections]
        made: list[Correction] = []
        for candidate in self._candidates(utterance):
            start, end = candidate.start, candidate.end
            if all(end <= a or b <= start for a, b in taken):
                taken.append((start, end))
                made.append(Correction(start, end, utterance.text[start:end]))
                text = text[:start] + candidate.term + text[end:]
        if not made:
            return utterance
        corrections = sorted((*utterance.corrections, *made), key=lambda c: (c.char_start, c.char_end))
        return replace(utterance, text=text, corrections=tuple(corrections))

    def _candidates(self, utterance: Utterance) -> list[_Candidate]:
        """What may be put right, the certain and the long first."""
        text = utterance.text
        kept = [found.span(1) for found in self._kept.finditer(text)] if self._kept else []
        found: list[_Candidate] = []
        for run in _HAN_RUN.finditer(text):
            for start, term in self._alike(text, *run.span()):
                end = start + len(term.term)
                heard = text[start:end]
                if any(a < end and start < b and not _unchanged(text, a, b, term.term, start) for a, b in kept):
                    continue
                sure = heard in term.heard or _same_word(term.term, heard, self._syllables[term.term])
                if sure or (_doubted(utterance, start, end) and self._fits(term, text, run.span(), start)):
                    found.append(_Candidate(start, end, term.term, sure))
        return sorted(found, key=lambda c: (not c.sure, c.start - c.end, c.start, c.term))

    def _alike(self, text: str, first: int, last: int) -> Iterator[tuple[int, GlossaryTerm]]:
        """Where in `text[first:last]` a writing begins that is listed for a term or has its syllables, and the term."""
        for start in range(first, last):
            for heard, term in self._by_character.get(text[start], ()):
                if text.startswith(heard, start, last):
                    yield start, term
            for sound in sorted(_folded_readings(text[start])):
                for term in self._by_sound.get(sound, ()):
                    heard = text[start : min(start + len(term.term), last)]
                    if heard != term.term and _sounds_like(
                        heard, self._syllables[term.term], folded=len(term.term) >= FOLDED_CHARACTERS
                    ):
                        yield start, term

    def _fits(self, term: GlossaryTerm, text: str, run: tuple[int, int], start: int) -> bool:
        """Whether a word that goes with the term stands at most `REACH` away in the same run of characters."""
        near, end = self._near[term.term], start + len(term.term)
        if near is None:
            return False
        return any(start - found.end(1) <= REACH for found in near.finditer(text[:start], run[0])) or any(
            found.start(1) <= REACH for found in near.finditer(text[end : run[1]])
        )


def _unchanged(text: str, first: int, last: int, term: str, start: int) -> bool:
    """Whether `text[first:last]` would stay as it is with the term at `start`: 宽带 in 与连宽带 for 云联宽带."""
    return start <= first and text.startswith(term[first - start : last - start], first) and last <= start + len(term)


def _doubted(utterance: Utterance, start: int, end: int) -> bool:
    inside = [w.probability for w in utterance.words if w.char_start < end and w.char_end > start]
    return bool(inside) and min(inside) < UNSURE


def _same_word(term: str, heard: str, syllables: Sequence[str]) -> bool:
    """Whether the sound alone is enough, `heard` being known to be alike."""
    if len(term) < SURE_CHARACTERS:
        return False
    if any(a != b and b in PARTICLES for a, b in zip(term, heard, strict=True)):
        return False
    shared = sum(a == b for a, b in zip(term, heard, strict=True))
    if _sounds_like(heard, syllables, folded=False):
        return shared > 0
    return shared >= FOLDED_SHARED * len(term)


def _sounds_like(heard: str, syllables: Sequence[str], *, folded: bool) -> bool:
    return len(heard) == len(syllables) and all(
        syllable in _readings(char) or (folded and fold(syllable) in _folded_readings(char))
        for char, syllable in zip(heard, syllables, strict=True)
    )


@lru_cache(maxsize=32_768)
def _readings(char: str) -> frozenset[str]:
    """Every toneless reading: 传 is chuan and zhuan."""
    return frozenset(pinyin(char, style=Style.NORMAL, heteronym=True)[0])


@lru_cache(maxsize=32_768)
def _folded_readings(char: str) -> frozenset[str]:
    return frozenset(map(fold, _readings(char)))


def _any_of(words: Sequence[str]) -> re.Pattern[str] | None:
    ordered = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    # A look-ahead, so that words that overlap are all found.
    return re.compile(f"(?=({'|'.join(map(re.escape, ordered))}))") if ordered else None
