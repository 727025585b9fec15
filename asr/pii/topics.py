"""What the words around a number say that it is: a topic that leads to it, or a question for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from asr.pii.figures import Figure, digits, trimmed
from asr.pii.tables import END, Tables, Topic
from models.transcript import Utterance

TOPIC_UTTERANCES = 4
"""What was asked for is looked for in so many utterances before the number,"""
TOPIC_S = 45.0
"""and no longer ago than this."""
PUBLIC_UTTERANCES = 1
"""A public number must have been asked for right before."""
LEAST_DIGITS = 3
"""Fewer are no number: the words before them may still be about the next one."""
SHORT_DIGITS = 6
"""A short public number (the last four, a postcode) has no more."""

NOBODYS = frozenset((Topic.ORDER, Topic.PUBLIC, Topic.SHORT))
"""Topics of numbers that tell nothing about a person."""


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a number: topics of the nearest phrase about one, and whether it leads right to the number."""

    topics: frozenset[Topic] = frozenset()
    nearest: Topic | None = None
    bound: bool = False
    asked: bool = False

    @property
    def personal(self) -> bool:
        """Whether a personal number is named or was asked for."""
        return self.nearest is not None and self.nearest not in NOBODYS and (self.bound or self.asked)

    def names(self, spoken: str) -> bool:
        """Whether a number that is nobody's is named or was asked for, and these digits may be one."""
        named = self.nearest in NOBODYS and (self.bound or self.asked)
        return named and (self.nearest is not Topic.SHORT or len(spoken) <= SHORT_DIGITS)


@dataclass(frozen=True, slots=True)
class Around:
    """One transcript, whose words around numbers are asked for.

    `texts` are those of the utterances in lower case; `ends` is where numbers end in each utterance that has any.
    """

    utterances: Sequence[Utterance]
    texts: Sequence[str]
    tables: Tables
    ends: Mapping[int, Sequence[int]]

    def about(self, number: Sequence[Figure]) -> About:
        """What the words before the number say it is."""
        first = number[0]
        here = self._topics(first.utterance, first.start, consumed=True)
        if here is not None and (here.bound or not here.topics <= NOBODYS):
            return here
        opens = self._opens(first)
        for back in range(1, TOPIC_UTTERANCES + 1):
            index = first.utterance - back
            if index < 0 or self._long_ago(index, first.utterance):
                break
            own = self.utterances[index].role is self.utterances[first.utterance].role
            found = self._topics(index, None, consumed=own)
            if found is None:
                continue
            if Topic.CODE in found.topics:
                # 验证码发到您尾号8026的手机上: the number named last is not the one that is asked for.
                return About(frozenset((Topic.CODE,)), Topic.CODE, asked=True)
            if found.nearest in NOBODYS and not (opens and back <= PUBLIC_UTTERANCES):
                break
            return replace(found, bound=False, asked=True)
        return About()

    def _topics(self, index: int, end: int | None, *, consumed: bool) -> About | None:
        """Topics in an utterance up to `end`, where a number begins, or in all of it; None when there are none.

        With `consumed`, only what comes after the last number counts: the topics before it are that one's.
        """
        text = self.texts[index]
        if end is None:
            text += END
            end = len(text)
        start = max((place for place in self.ends.get(index, ()) if place <= end), default=0) if consumed else 0
        found = list(self.tables.topics.finditer(text, start, end))
        if not found:
            return None
        topics = frozenset(Topic(match.lastgroup) for match in found if match.lastgroup)
        bound = self.tables.bound.fullmatch(text, found[-1].end(), end) is not None
        return About(topics, Topic(found[-1].lastgroup or ""), bound)

    def _opens(self, first: Figure) -> bool:
        before = self.texts[first.utterance][: first.start]
        return self.tables.figures.sub("", before).strip() == "" or self.tables.assent.fullmatch(before) is not None

    def _long_ago(self, index: int, now: int) -> bool:
        end_s, start_s = self.utterances[index].end_s, self.utterances[now].start_s
        return end_s is not None and start_s is not None and start_s - end_s > TOPIC_S


def ends_of(said: Sequence[Sequence[Figure]]) -> Mapping[int, Sequence[int]]:
    """Where numbers end in each utterance; those too short ever to be looked at are left out."""
    ends: dict[int, list[int]] = {}
    for number in said:
        if len(digits(trimmed(number))) >= LEAST_DIGITS:
            ends.setdefault(number[-1].utterance, []).append(number[-1].end)
    return ends
