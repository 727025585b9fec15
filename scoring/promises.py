"""What the agent promised: actor, action and time, how firm, and by when.

A deadline alone is no promise (24小时为您服务), nor is one that binds the customer (24小时内把材料发过来), was given
earlier (上次说48小时), or is denied (24小时内恐怕没法答复). The rules are the standard's `promises`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models.scorecard import MatchKind, Promise, Specificity
from scoring import deadline_en, deadline_zh
from scoring.context import excuse, families_of, living_hits, overlaps_any
from scoring.deadline import Deadline, OfficeTime, resolve
from scoring.lexicon import Hit
from scoring.normalise import MARKS
from scoring.promise_actions import (
    action_at_start,
    action_near,
    any_act,
    binds_customer,
    customers_time,
    is_attribute,
    may_act,
    nearest,
    ours,
    ours_unnamed,
)
from scoring.schema import Family
from scoring.standard import ServiceStandard
from scoring.view import CallView, Said
from scoring.workdays import CALENDARS, is_announced

_FIND_DEADLINES = {"zh": deadline_zh.find_deadlines, "en": deadline_en.find_deadlines}
# A time at the very end of one utterance and its action at the start of the next are one sentence cut in two.
_TAIL = 2
_COMPLETION = 10


@dataclass(frozen=True, slots=True)
class Overpromise:
    """A prohibited assurance, found once and used by two criteria."""

    said: Said
    hit: Hit
    family: Family


@dataclass(frozen=True, slots=True)
class Made:
    """A promise and what it rests on.

    `guessed_days`: its working days lie beyond the announced holidays. `unnamed`: it does not say who acts.
    """

    promise: Promise
    said: Said
    hit: Hit
    guessed_days: bool = False
    unnamed: bool = False


def find_overpromises(call: CallView) -> tuple[Overpromise, ...]:
    """Assurances of results that are not the agent's to give, in order."""
    rules = call.standard.document.promises
    return tuple(
        Overpromise(said, hit, lists.family)
        for said in call.agent
        for lists in families_of(said, call.standard.overpromise_lists)
        for hit in living_hits(call.standard, said, lists, rules.excused_by)
    )


def find_promises(call: CallView, overpromises: Sequence[Overpromise]) -> tuple[Made, ...]:
    """All promises of the agent in order of the call; empty when none were made."""
    office = _office(call.standard)
    made: list[Made] = []
    for turn in call.agent_turns:
        for number, said in enumerate(turn):
            after = turn[number + 1] if number + 1 < len(turn) else None
            over = [o.hit for o in overpromises if o.said.place == said.place]
            firm = _firm(call, said, after, over, office)
            made += firm
            taken = [m.hit for m in firm]
            made += _overpromised(call, said, over, taken)
            made += _vague(call, said, [*taken, *over])
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Bound:
    """A time, the action that it limits, and the stretch that holds both. `action_id` is the action's key.

    `named`: words tell that the company acts; otherwise only that the customer does not.
    """

    deadline: Deadline
    when: Hit
    action_id: str
    action: Hit
    span: Hit
    named: bool

    @property
    def distance(self) -> int:
        return max(self.action.start - self.when.end, self.when.start - self.action.end, 0)


def _firm(call: CallView, said: Said, after: Said | None, over: Sequence[Hit], office: OfficeTime) -> list[Made]:
    rules = call.standard.document.promises
    made: list[Made] = []
    for bound in _bound(call.standard, said, after):
        sentence = Hit(*said.reading.sentence(bound.span.start), MatchKind.EXACT, "")
        firmness = Specificity.OVERPROMISE if overlaps_any(sentence, over) else Specificity.CONCRETE
        if firmness is Specificity.CONCRETE and _is_hedged(said, bound):
            hit = _to_clause_end(said, bound.span)
            made.append(Made(_promise(said, hit, bound.action_id, Specificity.VAGUE), said, hit))
            continue
        due = None
        if call.meta.started_at is not None:
            offset = timedelta(seconds=said.utterance.start_s or 0.0)
            due = resolve(bound.deadline, call.meta.started_at + offset, office)
        guessed = (
            bound.deadline.workdays is not None
            and due is not None
            and rules.working_days == "china"
            and not is_announced(due.date())
        )
        words = said.evidence(bound.when.start, bound.when.end, "").quote
        hit = _to_clause_end(said, bound.span)
        made.append(
            Made(_promise(said, hit, bound.action_id, firmness, due, words), said, hit, guessed, not bound.named)
        )
    return made


def _is_hedged(said: Said, bound: _Bound) -> bool:
    """Whether the time is only hoped for: 争取明天给您换上."""
    start, _ = said.reading.clause(bound.span.start)
    return any(start <= hedge.start and hedge.end <= bound.span.end for hedge in said.found("promises.hedges"))


def _bound(standard: ServiceStandard, said: Said, after: Said | None) -> list[_Bound]:
    """Every time in the utterance that limits an action of ours, each action with the time nearest to it."""
    rules, text = standard.document.promises, said.reading.text
    found: list[_Bound] = []
    if not (may_act(standard, said) or (after is not None and may_act(standard, after))):
        return found
    for deadline in _FIND_DEADLINES[standard.language](text):
        when = _when(said, deadline)
        look_alikes = said.found("promises.not_a_deadline_look_alikes")
        if overlaps_any(when, said.found("promises.not_a_deadline")) and not overlaps_any(when, look_alikes):
            continue
        if is_attribute(said, deadline) or customers_time(said, when):
            continue
        near = action_near(standard, said, deadline)
        if near is not None:
            action_id, action = near
            match = action.match if when.match is MatchKind.EXACT else when.match
            span = Hit(min(when.start, action.start), max(when.end, action.end), match, "")
            named = ours(said, span, action)
            if not named and (standard.language != "zh" or not ours_unnamed(said, when, action)):
                continue
        elif after is not None and len(text.rstrip(MARKS)) - deadline.end <= _TAIL:
            begun = action_at_start(standard, after)
            if begun is None:
                continue
            action_id, action, span, named = begun, when, when, True
        else:
            continue
        # Asked of all three: 24小时内恐怕没法答复 is denied between the time and the action.
        if any(excuse(standard, said, end, rules.excused_by) for end in (span, action, when)):
            continue
        found.append(_Bound(deadline, when, action_id, action, span, named))
    return [b for b in found if all(b.distance <= o.distance for o in found if overlaps_any(b.action, [o.action]))]


def _when(said: Said, deadline: Deadline) -> Hit:
    """The deadline's place; by sound if it holds a word that was misheard."""
    mended = deadline.misheard or not said.reading.corrected.isdisjoint(range(deadline.start, deadline.end))
    return Hit(deadline.start, deadline.end, MatchKind.HOMOPHONE if mended else MatchKind.EXACT, "")


def _promise(
    said: Said, hit: Hit, action: str, specificity: Specificity, due: datetime | None = None, words: str | None = None
) -> Promise:
    evidence = said.evidence(hit.start, hit.end, specificity.value, hit.match)
    return Promise(
        utterance=evidence.utterance,
        char_start=evidence.char_start,
        char_end=evidence.char_end,
        start_s=evidence.start_s,
        end_s=evidence.end_s,
        quote=evidence.quote,
        action=action,
        specificity=specificity,
        due_at=due,
        deadline=words,
    )


def _overpromised(call: CallView, said: Said, over: Sequence[Hit], taken: Sequence[Hit]) -> list[Made]:
    """Assurances without a deadline of their own."""
    return [
        _undated(call, said, hit, Specificity.OVERPROMISE)
        for hit in over
        if not overlaps_any(Hit(*said.reading.sentence(hit.start), MatchKind.EXACT, ""), taken)
    ]


def _vague(call: CallView, said: Said, firmer: Sequence[Hit]) -> list[Made]:
    rules = call.standard.document.promises
    made: list[Made] = []
    for hit in (*said.found("promises.vague"), *_cued(call.standard, said)):
        if made and overlaps_any(hit, [made[-1].hit]):
            continue
        sentence = Hit(*said.reading.sentence(hit.start), MatchKind.EXACT, "")
        if overlaps_any(sentence, firmer) or overlaps_any(hit, said.found("promises.vague_look_alikes")):
            continue
        action = nearest(call.standard, said, hit.start, hit.end, hit.start, hit.end)
        ends = (hit, action[1]) if action else (hit,)
        if any(excuse(call.standard, said, end, rules.excused_by) for end in ends) or binds_customer(said, hit):
            continue
        made.append(_undated(call, said, hit, Specificity.VAGUE))
    return made


def _cued(standard: ServiceStandard, said: Said) -> list[Hit]:
    """Stretches from a cue (尽快, 回头, 有消息了) to the action of ours that it puts off."""
    found = []
    for cue in said.found("promises.vague_cues"):
        last = said.reading.sentence(cue.start)[1]
        near = nearest(
            standard, said, cue.start, cue.end, cue.end, last, standard.document.promises.vague_reach
        ) or any_act(standard, said, cue.end)  # fmt: skip
        if near is not None:
            span = Hit(cue.start, near[1].end, near[1].match, cue.phrase)
            if ours(said, span, near[1]):
                found.append(span)
    return found


def _undated(call: CallView, said: Said, hit: Hit, specificity: Specificity) -> Made:
    near = nearest(call.standard, said, hit.start, hit.end, *said.reading.sentence(hit.start))
    action = near[0] if near else call.standard.actions[-1].id
    hit = _to_clause_end(said, hit)
    return Made(_promise(said, hit, action, specificity), said, hit)


def _to_clause_end(said: Said, hit: Hit) -> Hit:
    """The hit with the few words that complete its clause, so that a quote does not break off."""
    end = said.reading.clause(hit.end)[1] if hit.end < len(said.reading.text) else hit.end
    return hit._replace(end=end) if hit.end < end <= hit.end + _COMPLETION else hit


def _office(standard: ServiceStandard) -> OfficeTime:
    rules = standard.document.promises
    hour, minute = map(int, rules.business_closes.split(":"))
    is_workday = standard.company_days.over(CALENDARS[rules.working_days])
    return OfficeTime(standard.zone, time(hour, minute), is_workday)
