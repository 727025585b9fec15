"""Words that must not be said (服务禁语), by kind and severity; only the agent's own words, meant as said.

A fatal verdict needs words recognised as written and well, and an agent known to be the agent; else a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from models.scorecard import Evidence, MatchKind, Verdict
from models.transcript import Role
from scoring.context import living_hits
from scoring.heard import once_per_text
from scoring.lexicon import Heard, Hit
from scoring.outcome import Outcome, at, nobody, quote, recognition
from scoring.promises import Overpromise
from scoring.reasons import say
from scoring.schema import Family, ProhibitedItem
from scoring.standard import ServiceStandard
from scoring.view import CallView, Said, corrected

_WEIGHT = {"soft": 0, "hard": 1, "fatal": 2}


@dataclass(frozen=True, slots=True)
class _Offence:
    family: Family
    said: Said
    hit: Hit
    evidence: Evidence

    @property
    def as_written(self) -> bool:
        return self.evidence.match is not MatchKind.HOMOPHONE

    @property
    def heard(self) -> tuple[str, ...]:
        """What was recognised where its words were corrected."""
        changed = corrected(self.said.utterance, self.evidence.char_start, self.evidence.char_end)
        return tuple(correction.heard for correction in changed)


def judge(call: CallView, item: ProhibitedItem, overpromises: Sequence[Overpromise]) -> Outcome:
    """Violated with every hit named, else met. Max points are 0: what it costs is taken from the total."""
    language = call.standard.language
    doubts = [
        say(language, "prohibited_unknown", at=at(call, e), quote=quote(call, e)) for e in _by_unknown(call, item)
    ]
    if not call.agent:
        nothing = nobody(call, 0)
        return replace(nothing, doubts=(*nothing.doubts, *doubts))
    offences = _offences(call, item, overpromises)
    if not offences:
        return Outcome(Verdict.MET, 0, 0, (say(language, "prohibited_none"),), (), tuple(doubts))
    points, fatal, reasons = 0.0, False, []
    for offence in offences:
        family, evidence = offence.family, offence.evidence
        words = quote(call, evidence)
        if offence.heard:
            heard = say(language, "and").join(say(language, "quote", q=h) for h in offence.heard)
            doubts.append(say(language, "prohibited_corrected", at=at(call, evidence), quote=words, heard=heard))
        elif not offence.as_written:
            doubts.append(
                say(language, "prohibited_unsure", at=at(call, evidence), quote=words, phrase=offence.hit.phrase)
            )
        if family.always_review:
            doubts.append(say(language, "prohibited_always", quote=words))
        if family.severity == "fatal" and _certain(call, offence):
            fatal = True
            effect = say(language, "to_zero")
        else:
            # A fatal word that is not certain costs what a hard one costs until a person has decided.
            cost = item.soft if family.severity == "soft" else item.hard
            points += cost
            effect = say(language, "deduct", points=-cost)
        reasons.append(
            say(
                language,
                "prohibited_hit",
                at=at(call, evidence),
                quote=words,
                severity=say(language, family.severity),
                kind=say(language, family.kind),
                effect=effect,
            )
        )
    return Outcome(
        Verdict.VIOLATED, points, 0, tuple(reasons), tuple(o.evidence for o in offences), tuple(doubts), fatal=fatal
    )  # fmt: skip


def _certain(call: CallView, offence: _Offence) -> bool:
    rules = call.standard.document.review
    heard = recognition(call, offence.evidence)
    return (
        offence.as_written
        and not offence.family.always_review
        and call.transcript.role_confidence >= rules.role_confidence_below
        and (heard is None or heard >= rules.recognition_below)
    )


def _offences(call: CallView, item: ProhibitedItem, overpromises: Sequence[Overpromise]) -> list[_Offence]:
    """One offence per utterance and kind, the gravest: a stutter or a repeated word is not charged twice."""
    assured: dict[int, list[Hit]] = {}
    for one in overpromises:
        assured.setdefault(one.said.place, []).append(one.hit)
    found = [
        _Offence(family, said, hit, said.evidence(hit.start, hit.end, family.kind, hit.match))
        for family, said, hit in _living(call, item, Role.AGENT)
        # 绝对不可能再掉线 assures; it refuses nothing.
        if not any(_within(hit, other) for other in assured.get(said.place, ()))
    ]
    found += [
        _Offence(o.family, o.said, o.hit, o.said.evidence(o.hit.start, o.hit.end, o.family.kind, o.hit.match))
        for o in overpromises
    ]
    found.sort(key=lambda o: (o.said.place, not o.as_written, -_WEIGHT[o.family.severity], o.hit.start, o.family.id))
    kept: list[_Offence] = []
    for _, said_there in groupby(found, lambda offence: offence.said.place):
        beside: list[_Offence] = []
        for offence in said_there:
            if any(k.family.kind == offence.family.kind or _touch(k.hit, offence.hit) for k in beside):
                continue
            beside.append(offence)
        kept += beside
    return kept


def _living(call: CallView, item: ProhibitedItem, party: Role) -> list[tuple[Family, Said, Hit]]:
    """What the party said and meant so, in order of the call, then of the families."""
    return [
        (family, said, hit)
        for said in (call.agent if party is Role.AGENT else call.unknown)
        for family, hit in _meant(call.standard, said.heard, item.excused_by)
    ]


@once_per_text
def _meant(standard: ServiceStandard, said: Heard, excused_by: tuple[str, ...]) -> tuple[tuple[Family, Hit], ...]:
    """What is prohibited in a text and meant so, by family and place."""
    lists = standard.prohibited_lists
    own = sorted((lists[name] for name in said.names if name in lists), key=lambda lists: lists.order)
    return tuple((one.family, hit) for one in own for hit in living_hits(standard, said, one, excused_by))


def _within(inner: Hit, outer: Hit) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _touch(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _by_unknown(call: CallView, item: ProhibitedItem) -> list[Evidence]:
    return [
        said.evidence(hit.start, hit.end, family.kind, hit.match)
        for family, said, hit in _living(call, item, Role.UNKNOWN)
    ]
