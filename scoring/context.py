"""Does a found phrase mean what it says? Negation, quotation, hypothesis and the like, as rules of the standard.

The design follows the ConText algorithm (Harkema, Dowling, Thornblade and Chapman, 2009): cues with a direction and a
reach, terminators that end the reach, and look-alikes that hold a cue's words without being one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from scoring.lexicon import Hit
from scoring.normalise import ASK, MARKS, STRONG
from scoring.standard import ContextLists, FamilyLists, ServiceStandard
from scoring.view import Said

_BARRIERS = {"clause": MARKS, "sentence": STRONG + ASK, "utterance": ""}

QUOTED = "quoted"
"""Pseudo rule: the words stand between quotation marks."""


def excuse(standard: ServiceStandard, said: Said, span: Hit, rules: Sequence[str]) -> str | None:
    """Id of the first of `rules` that takes the sense of the span away, or None. `QUOTED` if it is in quotes."""
    if rules and any(start <= span.start and span.end <= end for start, end in said.reading.quoted):
        return QUOTED
    names = said.heard.names
    for rule_id in rules:
        lists = standard.context[rule_id]
        if lists.phrases in names and _applies(lists, said, span, standard.language != "zh"):
            return rule_id
    return None


def overlaps_any(span: Hit, others: Iterable[Hit]) -> bool:
    """Whether the span shares a character with one of the others."""
    start, end = span.start, span.end
    for other in others:  # noqa: SIM110 - asked so often that the generator of any() costs more than the answer
        if other.start < end and start < other.end:
            return True
    return False


def living_hits(standard: ServiceStandard, said: Said, lists: FamilyLists, rules: tuple[str, ...]) -> list[Hit]:
    """Hits of one prohibited family that neither a look-alike nor the context excuses."""
    hits = said.found(lists.phrases)
    if not hits:
        return []
    family = lists.family
    asked = [rule for rule in (*rules, *family.excused_by) if rule not in family.immune]
    look_alikes = said.found(lists.look_alikes)
    return [hit for hit in hits if not overlaps_any(hit, look_alikes) and excuse(standard, said, hit, asked) is None]


def families_of(said: Said, lists: Mapping[str, FamilyLists]) -> list[FamilyLists]:
    """Those of the families that may have been said, in their order."""
    return sorted([lists[name] for name in said.heard.names & lists.keys()], key=_order)


_order = attrgetter("order")


def _applies(lists: ContextLists, said: Said, span: Hit, spaced: bool) -> bool:
    rule = lists.rule
    look_alikes = said.found(lists.look_alikes)
    stops = said.found(lists.stops)
    for cue in said.found(lists.phrases):
        if overlaps_any(cue, look_alikes):
            continue
        if cue.end <= span.start and rule.direction != "backward":
            between = (cue.end, span.start)
        elif cue.start >= span.end and rule.direction != "forward":
            between = (span.end, cue.start)
        else:
            continue
        words = said.reading.text[slice(*between)]
        if any(mark in words for mark in _BARRIERS[rule.within]):
            continue
        if _length(words, spaced) > rule.reach:
            continue
        if any(between[0] <= stop.start and stop.end <= between[1] for stop in stops):
            continue
        return True
    return False


def _length(words: str, spaced: bool) -> int:
    for mark in MARKS:
        words = words.replace(mark, " ")
    return len(words.split()) if spaced else len(words.replace(" ", ""))
