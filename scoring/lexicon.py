"""All phrase lists of a standard in one index: a text is scanned once, at a cost that does not grow with the phrases.

A scan finds the anchors in a text (see `scoring.anchors`) and so the few phrases that may stand in it. What of them does,
and where, their own expressions say; they are tried when somebody asks for their list.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from models.scorecard import MatchKind
from models.transcript import Role
from scoring.anchors import Piece, bare
from scoring.automaton import Automaton
from scoring.normalise import MARKS, Reading
from scoring.phrase import Phrase

# A phrase found by sound must share at least this part of its characters with what was recognised. Recognisers
# confuse one or two characters of a phrase; a stretch with all characters different is another sentence.
_SHARED_CHARACTERS = 0.5
_SHELVES = {role: shelf for shelf, role in enumerate(Role)}


class Hit(NamedTuple):
    """`reading.text[start:end]` matches `phrase`, a phrase of one list."""

    start: int
    end: int
    match: MatchKind
    phrase: str


@dataclass(frozen=True, slots=True)
class PhraseList:
    """Phrases under one name, searched in what `speakers` say; with `by_sound` also where only the sound fits."""

    name: str
    phrases: Sequence[Phrase]
    speakers: frozenset[Role] = frozenset(Role)
    by_sound: bool = False


class Heard(dict[str, Sequence[Hit]]):
    """What somebody says, and what of a lexicon's lists stands in it: `found(name)` gives the hits of a list.

    They come in order of place and are sought when first asked for; where two overlap, the longer exact one stays.
    `names` are the lists that may have a hit, in no particular order; all others have none. To ask for a list that is
    not searched in what this speaker says raises LookupError.
    """

    __slots__ = ("_not_searched", "_sought", "names", "reading")

    def __init__(self, reading: Reading, sought: Mapping[str, list[_Sought]], not_searched: Collection[str]) -> None:
        self.reading = reading
        self.names: Collection[str] = sought.keys()
        self._sought = sought
        self._not_searched = not_searched

    # A dictionary that fills itself: of many questions most have been asked before, or are quickly answered.
    found = dict.__getitem__
    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other

    def __missing__(self, name: str) -> Sequence[Hit]:
        found: list[Hit] = []
        if name in self._sought:
            reading = self.reading
            for sought in self._sought[name]:
                match = (sought.search or sought.compiled())(reading.sounds if sought.by_sound else reading.text)
                if match is not None:
                    found += sought.hits(reading, match)
        elif name in self._not_searched:
            raise LookupError(f"the list {name} is not searched in what this speaker says")
        # Two threads may both come here; what they find is the same.
        hits = self[name] = _without_overlap(found) if len(found) > 1 else found
        return hits


class Lexicon:
    """Phrase lists with names of their own."""

    def __init__(self, lists: Sequence[PhraseList], spaced: bool) -> None:
        self._spaced = spaced
        self.phrases = tuple(phrase for own in lists for phrase in own.phrases)
        """All phrases, list by list."""
        self._written = _index([_Sought(own, phrase, by_sound=False) for own in lists for phrase in own.phrases])
        self._sounds = _index(
            [
                _Sought(own, phrase, by_sound=True)
                for own in lists
                for phrase in own.phrases
                if own.by_sound and phrase.sound_anchors
            ]
        )
        self._not_searched = {role: frozenset(own.name for own in lists if role not in own.speakers) for role in Role}

    def scan(self, reading: Reading, speaker: Role) -> Heard:
        """What stands in `reading`, of what is searched for in the words of `speaker`."""
        shelf = _SHELVES[speaker]
        met: set[_Sought] = set()
        for shelves in self._written.found(bare(reading.text, self._spaced)):
            met.update(shelves[shelf])
        if not self._spaced:
            for shelves in self._sounds.found(bare(reading.sounds, self._spaced)):
                met.update(shelves[shelf])
        by_list: dict[str, list[_Sought]] = {}
        for sought in met:
            if sought.name in by_list:
                by_list[sought.name].append(sought)
            else:
                by_list[sought.name] = [sought]
        return Heard(reading, by_list, self._not_searched[speaker])


_Search = Callable[[str], "re.Match[str] | None"]


class _Sought:
    """A phrase of a list, to be found as written or by its sound. `search` is None until it is first needed."""

    __slots__ = ("_phrase", "by_sound", "name", "search", "speakers")

    def __init__(self, own: PhraseList, phrase: Phrase, by_sound: bool) -> None:
        self.name = own.name
        self.speakers = own.speakers
        self.by_sound = by_sound
        self.search: _Search | None = None
        self._phrase = phrase

    @property
    def anchors(self) -> Sequence[Piece]:
        return self._phrase.sound_anchors if self.by_sound else self._phrase.anchors

    def compiled(self) -> _Search:
        """The search for it. Of thousands of phrases, a call needs some dozens."""
        expression = self._phrase.sound_expression if self.by_sound else self._phrase.expression
        self.search = re.compile(expression or "").search
        return self.search

    def hits(self, reading: Reading, match: re.Match[str] | None) -> list[Hit]:
        """`match` and all further ones, in order of place."""
        found: list[Hit] = []
        text = reading.text
        while match is not None:
            start, end = match.span()
            match = match.re.search(match.string, end)
            while text[start] in MARKS:
                start += 1
            while text[end - 1] in MARKS:
                end -= 1
            if self.by_sound:
                if self._shares_enough(text[start:end]):
                    found.append(Hit(start, end, MatchKind.HOMOPHONE, self._phrase.source))
            elif reading.corrected and not reading.corrected.isdisjoint(range(start, end)):
                # What needed a mishearing put right was found by sound, not as written.
                found.append(Hit(start, end, MatchKind.HOMOPHONE, self._phrase.source))
            else:
                found.append(Hit(start, end, MatchKind.EXACT, self._phrase.source))
        return found

    def _shares_enough(self, heard: str) -> bool:
        words = [char for char in heard if char not in MARKS]
        shared = sum(char in self._phrase.characters for char in words)
        return shared >= _SHARED_CHARACTERS * min(len(words), self._phrase.syllables)


def _index(phrases: Sequence[_Sought]) -> Automaton[tuple[tuple[_Sought, ...], ...]]:
    """Finds phrases by the piece of each that is met most rarely; per speaker, those searched in his words."""
    usual = _usual_grams([sought.anchors for sought in phrases])
    words: dict[str, list[list[_Sought]]] = {}
    for sought in phrases:
        for word in min(sought.anchors, key=lambda piece: (_share(piece, usual), sorted(piece)[0])):
            shelves = words.setdefault(word, [[] for _ in _SHELVES])
            for speaker in sought.speakers:
                shelves[_SHELVES[speaker]].append(sought)
    return Automaton({word: tuple(map(tuple, shelves)) for word, shelves in words.items()})


def _usual_grams(phrases: Sequence[Sequence[Piece]]) -> Mapping[str, float]:
    """Share of phrases with a character or a pair of them: phrases are made of what people say, so in calls, too."""
    counts: Counter[str] = Counter()
    for pieces in phrases:
        counts.update({gram for piece in pieces for anchor in piece for gram in (*anchor, *_pairs(anchor))})
    return {gram: count / len(phrases) for gram, count in counts.items()}


def _share(piece: Piece, usual: Mapping[str, float]) -> float:
    """The share of texts that a piece is thought to be met in. A text has more characters than a phrase, so also more."""
    return sum(min((usual[pair] for pair in _pairs(anchor)), default=3 * usual[anchor[0]]) for anchor in piece)


def _pairs(anchor: str) -> list[str]:
    return [anchor[i : i + 2] for i in range(len(anchor) - 1)]


def _without_overlap(hits: Sequence[Hit]) -> Sequence[Hit]:
    hits = sorted(hits)
    if all(one.end <= other.start for one, other in pairwise(hits)):
        return hits
    kept: list[Hit] = []
    for hit in sorted(set(hits), key=lambda h: (h.match != MatchKind.EXACT, h.start - h.end, h.start, h.phrase)):
        place = bisect_left(kept, (hit.start,))
        before, after = kept[place - 1 : place], kept[place : place + 1]
        if (not before or before[0].end <= hit.start) and (not after or hit.end <= after[0].start):
            kept.insert(place, hit)
    return kept
