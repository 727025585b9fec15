"""Words that must not be said (服务禁语), by kind and severity; only the agent's own words, meant as said.

A fatal verdict needs words recognised as written and well, and an agent known to be the agent; else a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from models.scorecard import Evidence, MatchKind, Verdict
from scoring.agreement import Backing, backing
from scoring.context import families_of, living_hits
from scoring.doubts import Doubt, doubt
from scoring.lexicon import Hit
from scoring.opinions import Opinion
from scoring.outcome import Outcome, at, nobody, quote, recognition
from scoring.promises import Overpromise
from scoring.reasons import say
from scoring.schema import Family, ProhibitedItem
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
    def is_written_abuse(self) -> bool:
        """Whether it is abuse in words as written: fatal unless the classifier opposes it."""
        return self.family.kind == "abuse" and self.as_written

    @property
    def heard(self) -> tuple[str, ...]:
        """What was recognised where its words were corrected."""
        changed = corrected(self.said.utterance, self.evidence.char_start, self.evidence.char_end)
        return tuple(correction.heard for correction in changed)


def judge(
    call: CallView, item: ProhibitedItem, overpromises: Sequence[Overpromise], opinions: Sequence[Opinion]
) -> Outcome:
    """Violated with every hit named, else met. Max points are 0: what it costs is taken from the total.

    Abuse that only sounds like it is named but not charged, unless the classifier confirms it; nor is charged what the
    classifier opposes: 多半当您是骗子 is what others may think.
    """
    language = call.standard.language
    doubts = [
        doubt(language, "prohibited_unknown", at=at(call, e), quote=quote(call, e)) for e in _by_unknown(call, item)
    ]
    if not call.agent:
        nothing = nobody(call, 0)
        return replace(nothing, doubts=(*nothing.doubts, *doubts))
    found = _offences(call, item, overpromises)
    spared = [o for o in found if o.family.kind == "abuse" and not o.as_written and not _confirmed(o, opinions)]
    opposed = [o for o in found if o not in spared and _opposed(o, opinions)]
    offences = [o for o in found if o not in spared and o not in opposed]
    for offence in spared:
        doubts += _unsure(call, offence)
        doubts.append(doubt(language, "abuse_unconfirmed", quote=quote(call, offence.evidence)))
    for offence in opposed:
        doubts.append(
            doubt(
                language,
                "prohibited_opposed",
                at=at(call, offence.evidence),
                quote=quote(call, offence.evidence),
                kind=say(language, offence.family.kind),
            )
        )
    shown = tuple(o.evidence for o in found)
    if not offences:
        return Outcome(Verdict.MET, 0, 0, (say(language, "prohibited_none"),), shown, tuple(doubts))
    points, fatal, reasons = 0.0, False, []
    for offence in offences:
        family, evidence = offence.family, offence.evidence
        words = quote(call, evidence)
        doubts += _unsure(call, offence)
        if family.always_review:
            doubts.append(doubt(language, "prohibited_always", quote=words))
        if family.severity == "fatal" and _certain(call, offence, opinions):
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
    return Outcome(Verdict.VIOLATED, points, 0, tuple(reasons), shown, tuple(doubts), fatal=fatal)


def _unsure(call: CallView, offence: _Offence) -> list[Doubt]:
    """Why its words may not have been said so; empty if they are as written."""
    language, where, words = call.standard.language, at(call, offence.evidence), quote(call, offence.evidence)
    if offence.heard:
        heard = say(language, "and").join(say(language, "quote", q=h) for h in offence.heard)
        return [doubt(language, "prohibited_corrected", at=where, quote=words, heard=heard)]
    if not offence.as_written:
        return [doubt(language, "prohibited_unsure", at=where, quote=words, phrase=offence.hit.phrase)]
    return []


def _confirmed(offence: _Offence, opinions: Sequence[Opinion]) -> bool:
    return backing(opinions, "prohibited", offence.evidence) is Backing.CONFIRMED


def _opposed(offence: _Offence, opinions: Sequence[Opinion]) -> bool:
    return backing(opinions, "prohibited", offence.evidence) is Backing.OPPOSED


def _certain(call: CallView, offence: _Offence, opinions: Sequence[Opinion]) -> bool:
    rules = call.standard.document.review
    heard = recognition(call, offence.evidence)
    return (
        offence.as_written
        and not offence.family.always_review
        and (offence.is_written_abuse or backing(opinions, "prohibited", offence.evidence) is not Backing.UNDECIDED)
        and call.transcript.role_confidence >= rules.role_confidence_below
        and (heard is None or heard >= rules.recognition_below)
    )


def _offences(call: CallView, item: ProhibitedItem, overpromises: Sequence[Overpromise]) -> list[_Offence]:
    """One offence per utterance and kind, the gravest: a stutter or a repeated word is not charged twice."""
    found = [
        _Offence(family, said, hit, said.evidence(hit.start, hit.end, family.kind, hit.match))
        for said, family, hit in _living(call, item, call.agent)
    ]
    # 绝对不可能再掉线 assures; it refuses nothing.
    found = [f for f in found if not any(o.said is f.said and _within(f.hit, o.hit) for o in overpromises)]
    found += [
        _Offence(o.family, o.said, o.hit, o.said.evidence(o.hit.start, o.hit.end, o.family.kind, o.hit.match))
        for o in overpromises
    ]
    found.sort(key=lambda o: (o.said.place, not o.as_written, -_WEIGHT[o.family.severity], o.hit.start, o.family.id))
    kept: list[_Offence] = []
    beside: list[_Offence] = []
    for offence in found:
        # Ordered by place: those kept of this utterance are the last ones.
        beside = [k for k in beside if k.said.place == offence.said.place]
        if any(k.family.kind == offence.family.kind for k in beside):
            continue
        if any(k.hit.start < offence.hit.end and offence.hit.start < k.hit.end for k in beside):
            continue
        kept.append(offence)
        beside.append(offence)
    return kept


def _within(inner: Hit, outer: Hit) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _by_unknown(call: CallView, item: ProhibitedItem) -> list[Evidence]:
    return [
        said.evidence(hit.start, hit.end, family.kind, hit.match)
        for said, family, hit in _living(call, item, call.unknown)
    ]


def _living(call: CallView, item: ProhibitedItem, speakers: Sequence[Said]) -> Iterator[tuple[Said, Family, Hit]]:
    """What is prohibited and meant so, in order of the call, then of the families."""
    families = call.standard.prohibited_lists[item.id]
    for said in speakers:
        for lists in families_of(said, families):
            for hit in living_hits(call.standard, said, lists, item.excused_by):
                yield said, lists.family, hit
