"""An apology where one is owed (致歉): after a trigger it may not be missing, and only a sincere one counts in full.

Politeness before a request (不好意思，请您再说一遍), softened refusals (很抱歉，这项业务还没有开办), denied and quoted
apologies, and the customer's own are none. An agent who apologises in words that mean nothing else had cause, also
where no trigger was recognised; where the cause is not named either, a person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from models.scorecard import Evidence, Verdict
from models.transcript import Role
from scoring.agreement import CONFIRMS, ONLY_CLASSIFIER, SURE
from scoring.context import excuse, overlaps_any
from scoring.criteria.hold import waits
from scoring.doubts import Doubt, doubt
from scoring.lexicon import Hit
from scoring.normalise import ASK, MARKS
from scoring.opinions import Opinion
from scoring.outcome import CERTAIN, Outcome, at, nobody, quote
from scoring.reasons import say
from scoring.schema import ApologyItem, Trigger
from scoring.standard import ServiceStandard
from scoring.view import CallView, Said

# How far, in characters or words, a courtesy, a softener or a reproach may follow the apology it belongs to.
_NEAR = 14
_DOUBTFUL = 0.6
# A missing apology is charged without a question only if the classifier is as sure as this of the customer's grievance;
# chosen on the whole calls of one author (z in benchmarks/outside.py).
_PLAINLY_GRIEVED = 0.88
# One sign that alone weighs just enough is enough only if the classifier is as sure as this; else a person decides.
# Chosen on calls of ten outside authors: below it 8 of 12 such calls were owed no apology, from it on none of 7.
_ONE_SIGN_ENOUGH = 0.93
# The classifier's name for what an apology is owed for.
_GRIEVANCE = "complaint"
# What may trail an apology: 抱歉哈, 对不起了, 不好意思先生.
_PARTICLES = "哈了的呢吧嘛咯先生女士大哥姐"
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
    caused: bool
    """Whether its cause is named beside it: 让您白等了, 是我们算错了."""
    ambiguous: bool
    """Whether its words may as well be politeness, and nothing beside them says which."""


@dataclass(frozen=True, slots=True)
class _Need:
    """What speaks for an apology. `possible` also counts the words of those whom nobody could name."""

    weight: float
    possible: float
    signs: tuple[tuple[Trigger, Evidence], ...]
    waived: tuple[tuple[Evidence, Evidence], ...]
    long_hold_s: float


def judge(call: CallView, item: ApologyItem, grievances: Sequence[Opinion]) -> Outcome:
    """Met or partial (insincere) by the best apology given, missed where one was owed, else not applicable.

    Words of unknown speakers count where they settle by themselves who speaks: 给您带来不便 is the agent's.
    `grievances` are the classifier's opinions of the customer's words: where the rules saw no trigger, they tell an
    apology from politeness, and ask a person whether one was owed; by themselves they never cost a point.
    """
    if not call.agent:
        return nobody(call, item.points)
    language = call.standard.language
    need = _need(call, item)
    apologies = _apologies(call, item, call.agent)
    unnamed = _apologies(call, item, call.unknown)
    apologies += [a for a in unnamed if _settled(call, item, a)]
    held = need.long_hold_s >= item.long_hold_s
    owed = held or need.weight >= item.needed_from
    felt = _felt(call, grievances) if not need.possible and not held else None
    if not need.possible and not held and (felt is None or felt.of(_GRIEVANCE) < CONFIRMS):
        # Nothing speaks for a grievance: 真的不好意思，这已经是最低的了 is politeness.
        apologies = [replace(a, sense=_Sense.COURTESY) if a.ambiguous else a for a in apologies]
    given = _given(call, item, need, apologies, owed)
    if given is not None:
        return given
    if not owed:
        return _not_needed(call, item, need, apologies, felt)
    felt_need = _felt_need(need, grievances)
    surest = max((_grief(evidence, grievances) for _, evidence in felt_need.signs), default=1.0)
    if not held and felt_need.weight < item.needed_from:
        return _doubted(call, item, need, apologies, "classifier_doubts")
    if not held and felt_need.weight <= item.needed_from and surest < _ONE_SIGN_ENOUGH:
        return _doubted(call, item, felt_need, apologies, "apology_one_sign")
    signs = tuple(e for _, e in need.signs)
    which, facts = _occasion(call, felt_need)
    reasons = [say(language, f"apology_missed{which}", **facts)]
    courtesy = [a.evidence for a in apologies]
    if courtesy:
        reasons.append(
            say(language, "apology_courtesy", quote=quote(call, courtesy[0]), at=at(call, courtesy[0]))
        )  # fmt: skip
    doubtful = (need.weight <= item.needed_from or surest < _PLAINLY_GRIEVED) and not held
    doubts = (doubt(language, "apology_doubtful"),) if doubtful else ()
    return Outcome(
        Verdict.MISSED, 0, item.points, tuple(reasons), (*signs, *courtesy), doubts,
        certainty=_DOUBTFUL if doubtful else CERTAIN,
        whoever_spoke=all(a.sense is _Sense.COURTESY for a in unnamed),
    )  # fmt: skip


def _given(call: CallView, item: ApologyItem, need: _Need, apologies: list[_Apology], owed: bool) -> Outcome | None:
    """The outcome of the best apology that is more than courtesy, or None."""
    language = call.standard.language
    which, facts = _occasion(call, need) if owed else ("_unasked", {})
    signs = tuple(e for _, e in need.signs)
    for sense, verdict, key in (
        (_Sense.SINCERE, Verdict.MET, f"apology_met{which}"),
        (_Sense.BLAME, Verdict.PARTIAL, "apology_insincere_blame"),
        (_Sense.SARCASM, Verdict.PARTIAL, "apology_insincere_sarcasm"),
    ):
        # One whose cause is named goes before a bare one: it is the better quote.
        found = sorted((a for a in apologies if a.sense is sense), key=lambda a: not a.caused)
        if not found:
            continue
        share = 1.0 if verdict is Verdict.MET else item.insincere_share
        best = found[0]
        reason = say(language, key, at=at(call, best.evidence), quote=quote(call, best.evidence), **facts)
        sure = owed or best.caused
        doubts = () if sure else (doubt(language, "apology_occasion"),)
        evidence = (*(a.evidence for a in found), *signs)
        certainty = CERTAIN if sure else _DOUBTFUL
        return Outcome(verdict, item.points * share, item.points, (reason,), evidence, doubts, certainty=certainty)
    return None


def _occasion(call: CallView, need: _Need) -> tuple[str, dict[str, object]]:
    """Which sentences tell why an apology was owed, and their facts."""
    facts: dict[str, object] = {"length": need.long_hold_s}
    if not need.signs:
        return "_hold", facts
    trigger, evidence = max(need.signs, key=lambda sign: sign[0].weight)
    return f"_{trigger.said_by}", facts | {"trigger": trigger.title, "trigger_quote": quote(call, evidence)}


def _not_needed(
    call: CallView, item: ApologyItem, need: _Need, apologies: list[_Apology], felt: Opinion | None
) -> Outcome:
    language = call.standard.language
    doubts: tuple[Doubt, ...] = ()
    suspected: tuple[Evidence, ...] = ()
    if felt is not None and felt.of(_GRIEVANCE) >= SURE:
        proof = felt.evidence(_GRIEVANCE)
        name, likely = say(language, f"likely_{_GRIEVANCE}"), felt.of(_GRIEVANCE)
        doubts = (
            doubt(language, "classifier_alone", at=at(call, proof), quote=quote(call, proof), name=name, p=likely),
        )  # fmt: skip
        suspected = (proof,)
    if need.waived:
        reported, waiver = need.waived[0]
        reasons = [say(language, "apology_waived", quote=quote(call, reported), waiver=quote(call, waiver))]
    else:
        reasons = [say(language, "apology_not_needed")]
    if apologies:
        reasons.append(say(language, "apology_courtesy_anyway", quote=quote(call, apologies[0].evidence)))
    evidence = (*(e for _, e in need.signs), *(e for pair in need.waived for e in pair), *suspected)
    return Outcome(
        Verdict.NOT_APPLICABLE, 0, item.points, tuple(reasons), evidence, doubts,
        certainty=ONLY_CLASSIFIER if doubts else CERTAIN, whoever_spoke=need.possible < item.needed_from,
    )  # fmt: skip


def _felt_need(need: _Need, grievances: Sequence[Opinion]) -> _Need:
    """The need without what the classifier takes for no complaint: in a long call somebody says 骗子 of others."""
    signs = tuple((t, e) for t, e in need.signs if _grief(e, grievances) >= CONFIRMS)
    return replace(need, weight=sum(t.weight for t, _ in signs), signs=signs)


def _grief(evidence: Evidence, grievances: Sequence[Opinion]) -> float:
    """How likely the words are a complaint, in the classifier's eyes; certain when it did not hear them."""
    heard = [opinion.of(_GRIEVANCE) for opinion in grievances if opinion.covers(evidence)]
    return max(heard, default=1.0)


def _doubted(call: CallView, item: ApologyItem, need: _Need, apologies: list[_Apology], why: str) -> Outcome:
    """Not applicable, with the words that may be a grievance, for a person to look at; `why` is the doubt's key."""
    language = call.standard.language
    calm = _not_needed(call, item, need, apologies, None)
    _, sign = max(need.signs, key=lambda one: one[0].weight)
    name = say(language, f"likely_{_GRIEVANCE}")
    unsure = doubt(language, why, at=at(call, sign), quote=quote(call, sign), name=name)
    return replace(calm, doubts=(unsure, *calm.doubts), certainty=ONLY_CLASSIFIER)


def _felt(call: CallView, grievances: Sequence[Opinion]) -> Opinion | None:
    """What the classifier most likely takes for a complaint, of what the agent could still answer; None of nothing."""
    last = call.agent[-1].place
    return max((o for o in grievances if o.said.place < last), key=lambda o: o.of(_GRIEVANCE), default=None)


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
    """Where the trigger was said before place `last`, each with whether it was surely the one of whom it asks."""
    asked, mine, theirs = (
        (Role.CUSTOMER, "customer_wording", "agent_wording")
        if trigger.said_by == "customer"
        else (Role.AGENT, "agent_wording", "customer_wording")
    )
    name = f"items.{item.id}.triggers.{trigger.id}.phrases"
    holding = [*call.holding(asked, name)]
    surely = {said.place for said in holding}
    if trigger.first_turns is None:
        holding += call.holding(Role.UNKNOWN, name)
    elif holding:
        spoken = call.customer if asked is Role.CUSTOMER else call.agent
        surely = {said.place for said in [s for s in spoken if len(s.reading.text) > _HELLO][: trigger.first_turns]}
        holding = [said for said in holding if said.place in surely]
    out = []
    for said in holding:
        if trigger.said_by == "customer" and said.place > last:
            continue
        hit = trigger_hit(call.standard, item, trigger, said)
        if hit is not None:
            certain = said.place in surely or bool(
                said.found(f"items.{item.id}.{mine}") and not said.found(f"items.{item.id}.{theirs}")
            )
            out.append((certain, said.evidence(hit.start, hit.end, trigger.id, hit.match)))
    return out


def trigger_hit(standard: ServiceStandard, item: ApologyItem, trigger: Trigger, said: Said) -> Hit | None:
    """The first words of the utterance that are the trigger's, neither look-alikes nor excused by their context."""
    name = f"items.{item.id}.triggers.{trigger.id}"
    look_alikes = said.found(f"{name}.look_alikes")
    nothing = said.found(f"items.{item.id}.never_triggers")
    for hit in said.found(f"{name}.phrases"):
        if any(n.start <= hit.start and hit.end <= n.end for n in nothing) or overlaps_any(hit, look_alikes):
            continue
        if excuse(standard, said, hit, trigger.excused_by) is None:
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
    said = next(s for s in call.unknown if s.utterance.index == apology.evidence.utterance)
    name = f"items.{item.id}"
    if said.found(f"{name}.customer_wording"):
        return False
    return apology.sense in (_Sense.BLAME, _Sense.SARCASM) or bool(said.found(f"{name}.agent_wording"))


def _apologies(call: CallView, item: ApologyItem, speakers: Sequence[Said]) -> list[_Apology]:
    out = []
    for said in speakers:
        look_alikes = said.found(f"items.{item.id}.look_alikes")
        for hit in said.found(f"items.{item.id}.phrases"):
            if overlaps_any(hit, look_alikes) or excuse(call.standard, said, hit, item.excused_by) is not None:
                continue
            polite = overlaps_any(hit, said.found(f"items.{item.id}.also_polite"))
            sense, span, caused = _sense(call, said, hit, item, polite)
            evidence = said.evidence(span.start, span.end, sense.value, span.match)
            out.append(_Apology(sense, evidence, caused, ambiguous=polite and not caused))
        # A sarcastic apology need not contain a regular one: 行了吧，算我错了.
        out += [
            _Apology(_Sense.SARCASM, said.evidence(hit.start, hit.end, _Sense.SARCASM.value, hit.match), True, False)
            for hit in said.found(f"items.{item.id}.sarcasm")
            if excuse(call.standard, said, hit, item.excused_by) is None
        ]
    return out


def _sense(call: CallView, said: Said, hit: Hit, item: ApologyItem, polite_too: bool) -> tuple[_Sense, Hit, bool]:
    """How the words are meant, the stretch that shows it, and whether their cause is named."""
    name = f"items.{item.id}"
    for sense, cues in ((_Sense.SARCASM, "sarcasm"), (_Sense.BLAME, "blame")):
        for cue in said.found(f"{name}.{cues}"):
            # Across sentences: 真的很抱歉。但是您自己没看清楚. Mockery may come before: 行行行，算我错了，给您赔罪.
            behind = cue.end > hit.start or (sense is _Sense.SARCASM and hit.start - cue.end <= _NEAR)
            if behind and cue.start - hit.end <= 2 * _NEAR:
                return sense, Hit(min(hit.start, cue.start), max(hit.end, cue.end), hit.match, hit.phrase), True
    after = [s for s in _following(call, said) if s.found(f"{name}.blame")]
    if after and after[0].found(f"{name}.blame")[0].start <= _NEAR and len(said.reading.text) - hit.end <= _NEAR:
        return _Sense.BLAME, hit, True
    start, end = said.reading.sentence(hit.start)
    asks = said.reading.text[end : end + 1] == ASK
    # The sentence after, too: 实在对不起。是我们没做好.
    next_end = said.reading.sentence(min(end + 1, len(said.reading.text)))[1]
    faults = [cue.start - hit.end for cue in said.found(f"{name}.fault_near") if start <= cue.start < next_end]
    if any(distance < 0 for distance in faults):
        return _Sense.SINCERE, hit, True
    polite = (*said.found(f"{name}.courtesy_near"), *said.found(f"{name}.softener_near"))
    first = min((cue.start - hit.end for cue in polite if 0 <= cue.start - hit.end <= _NEAR), default=None)
    fault = min((distance for distance in faults if distance <= 2 * _NEAR), default=None)
    if fault is not None and (first is None or fault <= first):
        return _Sense.SINCERE, hit, True
    before = any(start <= cue.start and 0 <= hit.start - cue.end <= _NEAR for cue in polite)
    turns = polite_too and _turns_to_customer(said, hit, f"{name}.customer_next")
    if first is not None or asks or before or turns:
        return _Sense.COURTESY, hit, False
    return _Sense.SINCERE, hit, False


def _turns_to_customer(said: Said, hit: Hit, name: str) -> bool:
    """Whether the next clause is about the customer: 抱歉，您的卡号是多少."""
    rest = said.reading.text[hit.end :]
    gap = len(rest) - len(rest.lstrip(MARKS + _PARTICLES))
    return any(cue.start == hit.end + gap for cue in said.found(name))


def _following(call: CallView, said: Said) -> list[Said]:
    turn = next((turn for turn in call.agent_turns if said in turn), ())
    place = turn.index(said) if turn else 0
    return list(turn[place + 1 : place + 2])
