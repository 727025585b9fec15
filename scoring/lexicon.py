"""All phrase lists of a standard in one index: a text is scanned once, at a cost that does not grow with the phrases.

Each phrase has anchors, of which one stands in every text that it matches (see `scoring.anchors`). A scan looks up the
short stretches of a text and tries only the phrases whose anchor is among them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from models.scorecard import MatchKind
from models.transcript import Role
from scoring.anchors import anchors, bare, grams
from scoring.homophone import sounds_of
from scoring.normalise import MARKS, STRONG, Reading
from scoring.phrase import Phrase

# A phrase found by sound must share at least this part of its characters with what was recognised. Recognisers
# confuse one or two characters of a phrase; a stretch with all characters different is another sentence.
_SHARED_CHARACTERS = 0.5
# Two standards that are compared have most of their phrases in common.
_PATTERNS = 16_384


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
    by_sound: bool = False
    speakers: frozenset[Role] = frozenset(Role)

    def is_part_of(self, other: PhraseList) -> bool:
        """Whether the other finds the same in what these speakers say."""
        return replace(other, speakers=self.speakers) == self and self.speakers <= other.speakers


class _Shown(NamedTuple):
    """A text, or its sounds, and whether something in it may stand twice in a row."""

    text: str
    stutters: bool


class Heard(dict[str, Sequence[Hit]]):
    """What somebody says, and what of a lexicon's lists stands in it: `heard[name]` are the hits of a list, by place.

    They are sought when first asked for; where two overlap, the longer exact one stays. `names` are the lists that may
    have a hit, in no particular order; all others have none. To ask for a list that is not searched in what this
    speaker says raises LookupError.
    """

    __slots__ = ("_not_searched", "_sought", "_sounds", "_text", "names", "reading")

    def __init__(
        self,
        reading: Reading,
        text: _Shown,
        sounds: _Shown,
        sought: dict[str, list[_Sought]],
        not_searched: frozenset[str],
    ) -> None:
        self.reading = reading
        self.names = sought.keys()
        self._text = text
        self._sounds = sounds
        self._sought = sought
        self._not_searched = not_searched

    def take_over(self, known: Heard, lists: frozenset[str]) -> None:
        """Have these lists as `known` has them: the same text, scanned by another lexicon."""
        for name in known.names & lists:
            self._sought[name] = known._sought[name]
            if name in known:
                self[name] = known[name]

    def __missing__(self, name: str) -> Sequence[Hit]:
        found: list[Hit] = []
        if name in self._sought:
            for sought in self._sought[name]:
                text, stutters = self._sounds if sought.by_sound else self._text
                match = (sought.search if stutters else sought.search_fluent)(text)
                if match is not None:
                    found += sought.hits(self.reading, match)
        elif name in self._not_searched:
            raise LookupError(f"the list {name} is not searched in what this speaker says")
        hits = self[name] = _without_overlap(found) if len(found) > 1 else found
        return hits


class Lexicon:
    """Phrase lists with names of their own.

    `known` has lists for the same language. Texts that it has scanned need not be searched again for lists that both
    have alike: see `scan`.
    """

    def __init__(self, lists: Sequence[PhraseList], spaced: bool, known: Lexicon | None = None) -> None:
        self._spaced = spaced
        self.lists = tuple(lists)
        theirs = {own.name: own for own in known.lists} if known is not None else {}
        self._alike = [own for own in lists if own.name in theirs and own.is_part_of(theirs[own.name])]

    @cached_property
    def _index(self) -> _Index:
        """Made when a text is first scanned: many who load a standard only read in it."""
        written = [(own, phrase) for own in self.lists if own not in self._alike for phrase in own.phrases]
        sounded = [(own, phrase) for own, phrase in written if own.by_sound and phrase.sound_pieces]
        shelves: dict[Role, dict[str, list[_Sought]]] = {role: {} for role in Role}
        for some, by_sound, needed in (
            (written, False, [phrase.pieces for _, phrase in written]),
            (sounded, True, [phrase.sound_pieces for _, phrase in sounded]),
        ):
            for (own, phrase), words in zip(some, anchors(needed, self._spaced), strict=True):
                sought = _Sought(own.name, phrase, by_sound, words.others)
                for speaker in own.speakers:
                    for anchor in words.rarest:
                        shelves[speaker].setdefault(anchor, []).append(sought)
        by_speaker = {
            speaker: _Shelf(
                frozenset(index),
                {anchor: tuple(sought) for anchor, sought in index.items()},
                frozenset(own.name for own in self._alike if speaker in own.speakers),
            )
            for speaker, index in shelves.items()
        }
        return _Index(by_speaker, bool(sounded))

    @cached_property
    def _not_searched(self) -> dict[Role, frozenset[str]]:
        return {speaker: frozenset(own.name for own in self.lists if speaker not in own.speakers) for speaker in Role}

    @property
    def phrases(self) -> Iterator[Phrase]:
        """All phrases, list by list."""
        return (phrase for own in self.lists for phrase in own.phrases)

    def scan(self, reading: Reading, speaker: Role, known: Heard | None = None) -> Heard:
        """What stands in `reading`, of what is searched for in the words of `speaker`.

        `known` is what the lexicon that this one was made with found in it; without one, `known` must be None.
        """
        index = self._index
        shelf = index.shelves[speaker]
        text = sounds = _Shown(reading.text, True)
        if self._spaced:
            shown = bare(reading.text, spaced=True)
        else:
            shown, text = _fluent(reading.text)
            if index.by_sound:
                shown_sounds, sounds = _fluent(sounds_of(reading.text))
                # Nothing spans the mark. What of the sounds is no sound, such as letters, does no harm in both.
                shown += STRONG + shown_sounds
        stretches = set(grams(shown, self._spaced))
        met: set[_Sought] = set()
        for anchor in shelf.anchors & stretches:
            met.update(shelf.phrases[anchor])
        by_list: defaultdict[str, list[_Sought]] = defaultdict(list)
        for sought in met:
            for others in sought.others:
                if others.isdisjoint(stretches):
                    break
            else:
                by_list[sought.name].append(sought)
        heard = Heard(reading, text, sounds, by_list, self._not_searched[speaker])
        if known is not None:
            heard.take_over(known, shelf.alike)
        return heard

    def searches(self, name: str, speaker: Role) -> bool:
        """Whether the list is searched in what `speaker` says."""
        return name not in self._not_searched[speaker]


class _Shelf(NamedTuple):
    """What is searched in the words of one speaker: phrases by their anchors.

    `alike` are lists that another lexicon searches.
    """

    anchors: frozenset[str]
    phrases: Mapping[str, Sequence[_Sought]]
    alike: frozenset[str]


class _Index(NamedTuple):
    """What each speaker's words are searched for, and whether something is searched by its sound."""

    shelves: Mapping[Role, _Shelf]
    by_sound: bool


_Search = Callable[[str], "re.Match[str] | None"]


class _Sought:
    """A phrase of a list, to be found as written or by its sound."""

    __slots__ = ("_phrase", "by_sound", "name", "others", "search", "search_fluent")

    def __init__(self, name: str, phrase: Phrase, by_sound: bool, others: tuple[frozenset[str], ...]) -> None:
        self.name = name
        self.others = others
        """Sets of stretches; a text without any of one of them does not match."""
        self.by_sound = by_sound
        self._phrase = phrase
        # Compiled when first needed: of thousands, a call needs some dozens.
        self.search: _Search = self._first_search
        """Finds the first match in a text, or in its sounds."""
        self.search_fluent: _Search = self._first_search_fluent
        """The same for a text in which nothing stands twice in a row."""

    def _first_search(self, text: str) -> re.Match[str] | None:
        self.search = self._compiled(stutter=True).search
        return self.search(text)

    def _first_search_fluent(self, text: str) -> re.Match[str] | None:
        self.search_fluent = self._compiled(stutter=False).search
        return self.search_fluent(text)

    def _compiled(self, stutter: bool) -> re.Pattern[str]:
        return _pattern((self._phrase.sound_expression if self.by_sound else self._phrase.expression)(stutter))

    def hits(self, reading: Reading, first: re.Match[str]) -> list[Hit]:
        """Of `first` and all further matches, in order of place."""
        found: list[Hit] = []
        text = reading.text
        for match in first.re.finditer(first.string, first.start()):
            start, end = match.span()
            while text[start] in MARKS:
                start += 1
            while text[end - 1] in MARKS:
                end -= 1
            if self.by_sound:
                if self._shares_enough(text[start:end]):
                    found.append(Hit(start, end, MatchKind.HOMOPHONE, self._phrase.source))
            elif reading.corrected and not reading.corrected.isdisjoint(range(start, end)):
                # A match that needed a mishearing put right was found by sound, not as written.
                found.append(Hit(start, end, MatchKind.HOMOPHONE, self._phrase.source))
            else:
                found.append(Hit(start, end, MatchKind.EXACT, self._phrase.source))
        return found

    def _shares_enough(self, heard: str) -> bool:
        words = [char for char in heard if char not in MARKS]
        shared = sum(char in self._phrase.characters for char in words)
        return shared >= _SHARED_CHARACTERS * min(len(words), self._phrase.syllables)


@lru_cache(maxsize=_PATTERNS)
def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def _fluent(text: str) -> tuple[str, _Shown]:
    """The bare text, and the text with whether it stutters: then something fell together."""
    shown = bare(text, spaced=False)
    return shown, _Shown(text, len(shown) < len(text) - sum(map(text.count, MARKS)))


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
