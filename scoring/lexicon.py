"""All phrase lists of a standard in one index: a text is scanned once, at a cost that does not grow with the phrases.

Each phrase has keys of which any match must contain one (see `Phrase.keys`). A scan looks up the pairs of characters
(words, in English) of the text and runs only the phrases whose key occurs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.scorecard import MatchKind
from scoring.normalise import MARKS, Reading
from scoring.phrase import Phrase

# A phrase found by sound must share at least this part of its characters with what was recognised. Recognisers
# confuse one or two characters of a phrase; a stretch with all characters different is another sentence.
_SHARED_CHARACTERS = 0.5


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """`reading.text[start:end]` matches `phrase`, a phrase of one list."""

    start: int
    end: int
    match: MatchKind
    phrase: str


Hits = Mapping[str, Sequence[Hit]]
"""Hits by name of the phrase list, in order of place; lists without a hit are absent."""


class Lexicon:
    """Named phrase lists. `lists` maps a name to its compiled phrases; `sounded` names those searched by sound too."""

    def __init__(self, lists: Mapping[str, Iterable[Phrase]], sounded: frozenset[str], spaced: bool) -> None:
        self._spaced = spaced
        self._entries: list[tuple[str, Phrase]] = []
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._sound: dict[str, list[int]] = defaultdict(list)
        for name, phrases in lists.items():
            for phrase in phrases:
                number = len(self._entries)
                self._entries.append((name, phrase))
                for key in phrase.keys:
                    self._exact[key].append(number)
                if phrase.sound_expression is not None and name in sounded:
                    for key in phrase.sound_keys:
                        self._sound[key].append(number)

    def scan(self, reading: Reading) -> Hits:
        """Every hit of every list in `reading`; where two hits of a list overlap, the longer exact one stays."""
        found: dict[str, list[Hit]] = defaultdict(list)
        for number in _candidates(self._exact, reading.text, self._spaced):
            name, phrase = self._entries[number]
            for match in phrase.pattern.finditer(reading.text):
                start, end = _trim(reading.text, *match.span())
                # A match that needed a mishearing put right was found by sound, not as written.
                mended = not reading.corrected.isdisjoint(range(start, end))
                kind = MatchKind.HOMOPHONE if mended else MatchKind.EXACT
                found[name].append(Hit(start, end, kind, phrase.source))
        if self._sound:
            for number in _candidates(self._sound, reading.sounds, self._spaced):
                name, phrase = self._entries[number]
                for match in phrase.by_sound.finditer(reading.sounds) if phrase.by_sound else ():
                    start, end = _trim(reading.sounds, *match.span())
                    heard = [char for char in reading.text[start:end] if char not in MARKS]
                    shared = sum(char in phrase.characters for char in heard)
                    if shared >= _SHARED_CHARACTERS * min(len(heard), phrase.syllables):
                        found[name].append(Hit(start, end, MatchKind.HOMOPHONE, phrase.source))
        return {name: _without_overlap(hits) for name, hits in found.items()}


def _candidates(index: Mapping[str, Sequence[int]], text: str, spaced: bool) -> list[int]:
    if spaced:
        keys = set(text.translate(_MARKS_TO_BLANKS).split())
    else:
        bare = text.translate(_NO_MARKS)
        keys = {bare[i : i + 2] for i in range(len(bare) - 1)} | set(bare)
    # Sorted: the order of hits must not depend on the hash seed.
    return sorted({number for key in keys if key in index for number in index[key]})


_NO_MARKS = str.maketrans("", "", MARKS)
_MARKS_TO_BLANKS = str.maketrans(MARKS, " " * len(MARKS))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while text[start] in MARKS:
        start += 1
    while text[end - 1] in MARKS:
        end -= 1
    return start, end


def _without_overlap(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(set(hits), key=lambda h: (h.match != MatchKind.EXACT, h.start - h.end, h.start, h.phrase)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept)
