"""Does a found phrase mean what it says? Negation, quotation, hypothesis and the like, as rules of the standard.

The design follows the ConText algorithm (Harkema, Dowling, Thornblade and Chapman, 2009): cues with a direction and a
reach, terminators that end the reach, and look-alikes that hold a cue's words without being one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scoring.lexicon import Heard, Hit
from scoring.normalise import ASK, MARKS, STRONG
from scoring.standard import ContextLists, FamilyLists, ServiceStandard

_BARRIERS = {"clause": MARKS, "sentence": STRONG + ASK, "utterance": ""}

QUOTED = "quoted"
"""Pseudo rule: the words stand between quotation marks."""


def excuse(standard: ServiceStandard, said: Heard, span: Hit, rules: Sequence[str]) -> str | None:
    """Id of the first of `rules` that takes the sense of the span away, or None. `QUOTED` if it is in quotes."""
    if rules and said.reading.quoted:
        if any(start <= span.start and span.end <= end for start, end in said.reading.quoted):
            return QUOTED
    names = said.names
    for rule_id in rules:
        cues = standard.context[rule_id]
        if cues.phrases in names and _applies(standard, cues, said, span):
            return rule_id
    return None


def overlaps_any(span: Hit, others: Iterable[Hit]) -> bool:
    """Whether the span shares a character with one of the others."""
    for other in others:
        if other.start < span.end and span.start < other.end:
            return True
    return False


def living_hits(standard: ServiceStandard, said: Heard, own: FamilyLists, rules: tuple[str, ...]) -> list[Hit]:
    """Hits of one prohibited family that neither a look-alike nor the context excuses."""
    hits = said.found(own.phrases)
    if not hits:
        return []
    family = own.family
    asked = [rule for rule in (*rules, *family.excused_by) if rule not in family.immune]
    look_alikes = said.found(own.look_alikes)
    return [
        hit for hit in hits if not overlaps_any(hit, look_alikes) and excuse(standard, said, hit, asked) is None
    ]


def _applies(standard: ServiceStandard, cues: ContextLists, said: Heard, span: Hit) -> bool:
    rule = cues.rule
    look_alikes = said.found(cues.look_alikes)
    stops = said.found(cues.stops)
    for cue in said.found(cues.phrases):
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
        if _length(words, standard.language != "zh") > rule.reach:
            continue
        if any(between[0] <= stop.start and stop.end <= between[1] for stop in stops):
            continue
        return True
    return False


def _length(words: str, spaced: bool) -> int:
    for mark in MARKS:
        words = words.replace(mark, " ")
    return len(words.split()) if spaced else len(words.replace(" ", ""))
