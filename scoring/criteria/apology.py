"""An apology where one is owed (致歉): needed only after a trigger, and only a sincere one counts in full.

Politeness before a request (不好意思，请您再说一遍), softened refusals (很抱歉，这项业务还没有开办), denied and quoted
apologies, and the customer's own are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from models.scorecard import Evidence, Verdict
from models.transcript import Role
from scoring.context import excuse, overlaps_any
from scoring.criteria.hold import waits
from scoring.heard import once_per_text
from scoring.lexicon import Heard, Hit
from scoring.outcome import CERTAIN, Outcome, at, nobody, quote
from scoring.reasons import say
from scoring.schema import ApologyItem, Trigger
from scoring.standard import ServiceStandard
from scoring.view import CallView, Said

# How far, in characters or words, a courtesy, a softener or a reproach may follow the apology it belongs to.
_NEAR = 14
_DOUBTFUL = 0.6
# What is no longer than this (喂，你好。是客服吗？) says nothing yet about why somebody calls.
_HELLO = 8


class _Sense(Enum):
    SINCERE = "apology"
    BLAME = "apology_then_blame"
    SARCASM = "sarcastic_apology"
    COURTESY = "courtesy"


@dataclass(frozen=True, slots=True)
class _Apology:
    sense: _Sense
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Need:
    """What speaks for an apology. `possible` also counts the words of those whom nobody could name."""

    weight: float
    possible: float
    signs: tuple[tuple[Trigger, Evidence], ...]
    waived: tuple[tuple[Evidence, Evidence], ...]
    long_hold_s: float


def judge(call: CallView, item: ApologyItem) -> Outcome:
    """Met, partial (insincere) or missed where an apology was owed; not applicable otherwise.

    Words of unknown speakers count where they settle by themselves who speaks: 给您带来不便 is the agent's.
    """
    if not call.agent and not call.unknown:
        return nobody(call, item.points)
    language = call.standard.language
    need = _need(call, item)
    apologies = _apologies(call, item, Role.AGENT)
    unnamed = _apologies(call, item, Role.UNKNOWN)
    apologies += [a for a in unnamed if _settled(call, item, a)]
    held = need.long_hold_s >= item.long_hold_s
    if need.weight < item.needed_from and not held:
        return _not_needed(call, item, need, apologies)
    facts: dict[str, object] = {"length": need.long_hold_s}
    which = "_hold"
    if need.signs:
        strongest = max(need.signs, key=lambda sign: sign[0].weight)
        facts |= {"trigger": strongest[0].title, "trigger_quote": quote(call, strongest[1])}
        which = ""
    signs = tuple(e for _, e in need.signs)
    for sense, verdict, key in (
        (_Sense.SINCERE, Verdict.MET, f"apology_met{which}"),
        (_Sense.BLAME, Verdict.PARTIAL, "apology_insincere_blame"),
        (_Sense.SARCASM, Verdict.PARTIAL, "apology_insincere_sarcasm"),
    ):
        found = [a.evidence for a in apologies if a.sense is sense]
        if found:
            share = 1.0 if verdict is Verdict.MET else item.insincere_share
            reason = say(language, key, at=at(call, found[0]), quote=quote(call, found[0]), **facts)
            return Outcome(verdict, item.points * share, item.points, (reason,), (*found, *signs))
    reasons = [say(language, f"apology_missed{which}", **facts)]
    courtesy = [a.evidence for a in apologies]
    if courtesy:
        reasons.append(
            say(language, "apology_courtesy", quote=quote(call, courtesy[0]), at=at(call, courtesy[0]))
        )  # fmt: skip
    doubtful = need.weight <= item.needed_from and not held
    doubts = (say(language, "apology_doubtful"),) if doubtful else ()
    return Outcome(
        Verdict.MISSED, 0, item.points, tuple(reasons), (*signs, *courtesy), doubts,
        certainty=_DOUBTFUL if doubtful else CERTAIN,
        whoever_spoke=all(a.sense is _Sense.COURTESY for a in unnamed),
    )  # fmt: skip


def _not_needed(call: CallView, item: ApologyItem, need: _Need, apologies: list[_Apology]) -> Outcome:
    if not call.agent:
        return nobody(call, item.points)
    language = call.standard.language
    if need.waived:
        reported, waiver = need.waived[0]
        reasons = [say(language, "apology_waived", quote=quote(call, reported), waiver=quote(call, waiver))]
    else:
        reasons = [say(language, "apology_not_needed")]
    if apologies:
        reasons.append(say(language, "apology_courtesy_anyway", quote=quote(call, apologies[0].evidence)))
    evidence = (*(e for _, e in need.signs), *(e for pair in need.waived for e in pair))
    return Outcome(
        Verdict.NOT_APPLICABLE, 0, item.points, tuple(reasons), evidence,
        whoever_spoke=need.possible < item.needed_from,
    )  # fmt: skip


def _need(call: CallView, item: ApologyItem) -> _Need:
    """What speaks for an apology. What the customer says after the agent's last word could not be answered."""
    last = max(said.place for said in (*call.agent, *call.unknown))
    signs: list[tuple[Trigger, Evidence]] = []
    waived: list[tuple[Evidence, Evidence]] = []
    possible = 0.0
    for trigger in item.triggers:
        found = _signs(call, item, trigger, last)
        own = next((e for certain, e in found if certain), None)
        waiver = _waiver(call, item, trigger) if found else None
        if waiver is not None:
            waived += [(own, waiver)] if own is not None else []
        elif found:
            possible += trigger.weight
            signs += [(trigger, own)] if own is not None else []
    longest = max((wait.length_s for wait in waits(call)), default=0.0)
    return _Need(sum(t.weight for t, _ in signs), possible, tuple(signs), tuple(waived), longest)


def _signs(call: CallView, item: ApologyItem, trigger: Trigger, last: int) -> list[tuple[bool, Evidence]]:
    """Where the trigger was said before place `last`, each with whether it was surely the one of whom it asks.

    What comes after the first that is certain is left out.
    """
    name = f"items.{item.id}.triggers.{trigger.id}"
    asked, mine, theirs = (
        (Role.CUSTOMER, "customer_wording", "agent_wording")
        if trigger.said_by == "customer"
        else (Role.AGENT, "agent_wording", "customer_wording")
    )
    spoken = [*call.holding(asked, f"{name}.phrases")]
    if trigger.first_turns is None:
        spoken += call.holding(Role.UNKNOWN, f"{name}.phrases")
    elif spoken:
        speaker = call.customer if asked is Role.CUSTOMER else call.agent
        first = [said.place for said in speaker if len(said.reading.text) > _HELLO][: trigger.first_turns]
        spoken = [said for said in spoken if said.place in first]
    out = []
    for said in spoken:
        if trigger.said_by == "customer" and said.place > last:
            continue
        hit = _meant(call.standard, said.heard, name, trigger.excused_by)
        if hit is None:
            continue
        certain = said.party is asked or bool(
            said.found(f"items.{item.id}.{mine}") and not said.found(f"items.{item.id}.{theirs}")
        )
        out.append((certain, said.evidence(hit.start, hit.end, trigger.id, hit.match)))
        if certain:
            break
    return out


@once_per_text
def _meant(standard: ServiceStandard, said: Heard, name: str, excused_by: tuple[str, ...]) -> Hit | None:
    """The first hit of a trigger that neither a look-alike nor the context takes the sense from."""
    look_alikes = said.found(f"{name}.look_alikes")
    for hit in said.found(f"{name}.phrases"):
        if not overlaps_any(hit, look_alikes) and excuse(standard, said, hit, excused_by) is None:
            return hit
    return None


def _waiver(call: CallView, item: ApologyItem, trigger: Trigger) -> Evidence | None:
    """The words that lift the trigger, or None."""
    for waiver in item.waivers:
        if trigger.id not in waiver.lifts:
            continue
        name = f"items.{item.id}.waivers.{waiver.id}"
        for said in call.holding(Role(waiver.said_by), f"{name}.phrases"):
            look_alikes = said.found(f"{name}.look_alikes")
            for hit in said.found(f"{name}.phrases"):
                if not overlaps_any(hit, look_alikes):
                    return said.evidence(hit.start, hit.end, waiver.id, hit.match)
    return None


def _settled(call: CallView, item: ApologyItem, apology: _Apology) -> bool:
    """Whether the words of an apology leave no doubt that it was the agent's: a sneering one always is."""
    said = call.of(apology.evidence)
    name = f"items.{item.id}"
    if said.found(f"{name}.customer_wording"):
        return False
    return apology.sense in (_Sense.BLAME, _Sense.SARCASM) or bool(said.found(f"{name}.agent_wording"))


def _apologies(call: CallView, item: ApologyItem, party: Role) -> list[_Apology]:
    out = []
    lists = (call.holding(party, f"items.{item.id}.{name}") for name in ("phrases", "sarcasm"))
    for said in sorted({said.place: said for spoken in lists for said in spoken}.values()):
        look_alikes = said.found(f"items.{item.id}.look_alikes")
        for hit in said.found(f"items.{item.id}.phrases"):
            if overlaps_any(hit, look_alikes) or excuse(call.standard, said.heard, hit, item.excused_by) is not None:
                continue
            sense, span = _sense(call, said, hit, item)
            out.append(_Apology(sense, said.evidence(span.start, span.end, sense.value, span.match)))
        # A sarcastic apology need not contain a regular one: 行了吧，算我错了.
        out += [
            _Apology(_Sense.SARCASM, said.evidence(hit.start, hit.end, _Sense.SARCASM.value, hit.match))
            for hit in said.found(f"items.{item.id}.sarcasm")
            if excuse(call.standard, said.heard, hit, item.excused_by) is None
        ]
    return out


def _sense(call: CallView, said: Said, hit: Hit, item: ApologyItem) -> tuple[_Sense, Hit]:
    name = f"items.{item.id}"
    for sense, cues in ((_Sense.SARCASM, "sarcasm"), (_Sense.BLAME, "blame")):
        for cue in said.found(f"{name}.{cues}"):
            # Across sentences: 真的很抱歉。但是您自己没看清楚.
            if cue.end > hit.start and cue.start - hit.end <= 2 * _NEAR:
                return sense, Hit(min(hit.start, cue.start), max(hit.end, cue.end), hit.match, hit.phrase)
    after = [s for s in _following(call, said) if s.found(f"{name}.blame")]
    if after and after[0].found(f"{name}.blame")[0].start <= _NEAR and len(said.reading.text) - hit.end <= _NEAR:
        return _Sense.BLAME, hit
    if _near_fault(said, hit, f"{name}.fault_near"):
        return _Sense.SINCERE, hit
    for cues in ("courtesy_after", "softener_after"):
        for cue in said.found(f"{name}.{cues}"):
            if hit.start <= cue.start <= hit.end + _NEAR:
                return _Sense.COURTESY, hit
    return _Sense.SINCERE, hit


def _near_fault(said: Said, hit: Hit, name: str) -> bool:
    start, end = said.reading.sentence(hit.start)
    # The sentence after, too: 实在对不起。是我们没做好.
    end = said.reading.sentence(min(end + 1, len(said.reading.text)))[1]
    return any(start <= cue.start < end and cue.start - hit.end <= 2 * _NEAR for cue in said.found(name))


def _following(call: CallView, said: Said) -> list[Said]:
    place = said.place + 1
    while place < len(call.said) and call.said[place].party is Role.SYSTEM:
        place += 1
    after = call.said[place : place + 1]
    return [s for s in after if said.party is Role.AGENT and s.party is Role.AGENT]
