"""What words promise: actor, action and time, how firm. It depends on the text alone, not on who says it when.

A deadline alone is no promise (24小时为您服务), nor is one that binds the customer (24小时内把材料发过来), was given
earlier (上次说48小时), or is denied (24小时内恐怕没法答复). The rules are the standard's `promises`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.scorecard import MatchKind, Specificity
from scoring import deadline_en, deadline_zh
from scoring.context import excuse, living_hits, overlaps_any
from scoring.deadline import Deadline
from scoring.heard import once_per_text
from scoring.lexicon import Heard, Hit
from scoring.normalise import MARKS
from scoring.schema import Family
from scoring.standard import ServiceStandard

_FIND_DEADLINES = {"zh": deadline_zh.find_deadlines, "en": deadline_en.find_deadlines}
# A time at the very end of one utterance and its action at the start of the next are one sentence cut in two.
_TAIL = 2
_HEAD = 12
_COMPLETION = 10
# 三天，我们把它移走: an act that is not in the list of actions must stand close by.
_ANY_ACT_REACH = 6
_ADDRESSEES = ("您", "你", "您们", "你们")
_GIVEN_TO = tuple("给帮为跟和与向替把找回打对让请")
# 三天修好: without 内 or 之后 the action must follow at once.
_BARE_REACH = {"zh": 3, "en": 2}


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise in a text: `hit` is its place, `action` the key of what is promised.

    A concrete one has its `deadline`, and `when` is the place of the time; so may an over-promise.
    """

    hit: Hit
    action: str
    specificity: Specificity
    deadline: Deadline | None = None
    when: Hit | None = None


@once_per_text
def assurances(standard: ServiceStandard, said: Heard) -> tuple[tuple[Family, Hit], ...]:
    """Assurances of results that are not the agent's to give, by family and place."""
    lists = standard.overpromise_lists
    own = sorted((lists[name] for name in said.names if name in lists), key=lambda lists: lists.order)
    excused_by = standard.document.promises.excused_by
    return tuple((one.family, hit) for one in own for hit in living_hits(standard, said, one, excused_by))


@once_per_text
def pledges(standard: ServiceStandard, said: Heard, after: Heard | None) -> tuple[Pledge, ...]:
    """All promises in what an agent says; `after` is what he says next in the same turn."""
    over = [hit for _, hit in assurances(standard, said)]
    firm = [_firm(said, bound, over) for bound in _bound(standard, said, after)]
    taken = [pledge.hit for pledge in firm]
    assured = [
        _undated(standard, said, hit, Specificity.OVERPROMISE)
        for hit in over
        if not overlaps_any(_sentence(said, hit), taken)
    ]
    return (*firm, *assured, *_vague(standard, said, [*taken, *over]))


@dataclass(frozen=True, slots=True)
class _Bound:
    """A time, the action that it limits, and the stretch that holds both. `action_id` is the action's key."""

    deadline: Deadline
    when: Hit
    action_id: str
    action: Hit
    span: Hit

    @property
    def distance(self) -> int:
        return max(self.action.start - self.when.end, self.when.start - self.action.end, 0)


def _firm(said: Heard, bound: _Bound, over: Sequence[Hit]) -> Pledge:
    firmness = (
        Specificity.OVERPROMISE if overlaps_any(_sentence(said, bound.span), over) else Specificity.CONCRETE
    )
    return Pledge(_to_clause_end(said, bound.span), bound.action_id, firmness, bound.deadline, bound.when)


def _bound(standard: ServiceStandard, said: Heard, after: Heard | None) -> list[_Bound]:
    """Every time in the utterance that limits an action of ours, each action with the time nearest to it."""
    rules, text = standard.document.promises, said.reading.text
    found: list[_Bound] = []
    if not (_acts(standard, said) or (after is not None and _acts(standard, after))):
        return found
    for deadline in _FIND_DEADLINES[standard.language](text):
        when = _when(said, deadline)
        look_alikes = said.found("promises.not_a_deadline_look_alikes")
        if overlaps_any(when, said.found("promises.not_a_deadline")) and not overlaps_any(when, look_alikes):
            continue
        near = _action_near(standard, said, deadline)
        if near is not None:
            action_id, action = near
            match = action.match if when.match is MatchKind.EXACT else when.match
            span = Hit(min(when.start, action.start), max(when.end, action.end), match, "")
            if not _ours(said, span, action):
                continue
        elif after is not None and len(text.rstrip(MARKS)) - deadline.end <= _TAIL:
            begun = _action_at_start(standard, after)
            if begun is None:
                continue
            action_id, action, span = begun, when, when
        else:
            continue
        # Asked of all three: 24小时内恐怕没法答复 is denied between the time and the action.
        if any(excuse(standard, said, end, rules.excused_by) for end in (span, action, when)):
            continue
        found.append(_Bound(deadline, when, action_id, action, span))
    return [b for b in found if all(b.distance <= o.distance for o in found if overlaps_any(b.action, [o.action]))]


def _acts(standard: ServiceStandard, said: Heard) -> bool:
    """Whether there is anything that a time can limit: most utterances need no closer look."""
    names = said.names
    return bool("promises.any_act" in names and said.found("promises.any_act")) or any(
        name in names and said.found(name) for name in standard.action_lists
    )


def _when(said: Heard, deadline: Deadline) -> Hit:
    """The deadline's place; by sound if it holds a word that was misheard."""
    mended = deadline.misheard or not said.reading.corrected.isdisjoint(range(deadline.start, deadline.end))
    return Hit(deadline.start, deadline.end, MatchKind.HOMOPHONE if mended else MatchKind.EXACT, "")


def _vague(standard: ServiceStandard, said: Heard, firmer: Sequence[Hit]) -> list[Pledge]:
    rules = standard.document.promises
    made: list[Pledge] = []
    for hit in (*said.found("promises.vague"), *_cued(standard, said)):
        if made and overlaps_any(hit, [made[-1].hit]):
            continue
        if overlaps_any(_sentence(said, hit), firmer) or overlaps_any(hit, said.found("promises.vague_look_alikes")):
            continue
        action = _nearest(standard, said, hit.start, hit.end, hit.start, hit.end)
        ends = (hit, action[1]) if action else (hit,)
        if any(excuse(standard, said, end, rules.excused_by) for end in ends) or _binds_customer(said, hit):
            continue
        made.append(_undated(standard, said, hit, Specificity.VAGUE))
    return made


def _cued(standard: ServiceStandard, said: Heard) -> list[Hit]:
    """Stretches from a cue (尽快, 回头, 有消息了) to the action of ours that it puts off."""
    found = []
    for cue in said.found("promises.vague_cues"):
        last = said.reading.sentence(cue.start)[1]
        near = _nearest(
            standard, said, cue.start, cue.end, cue.end, last, standard.document.promises.vague_reach
        ) or _any_act(standard, said, cue.end)  # fmt: skip
        if near is not None:
            span = Hit(cue.start, near[1].end, near[1].match, cue.phrase)
            if _ours(said, span, near[1]):
                found.append(span)
    return found


def _undated(standard: ServiceStandard, said: Heard, hit: Hit, specificity: Specificity) -> Pledge:
    near = _nearest(standard, said, hit.start, hit.end, *said.reading.sentence(hit.start))
    return Pledge(_to_clause_end(said, hit), near[0] if near else standard.actions[-1].id, specificity)


def _sentence(said: Heard, hit: Hit) -> Hit:
    return Hit(*said.reading.sentence(hit.start), MatchKind.EXACT, "")


def _to_clause_end(said: Heard, hit: Hit) -> Hit:
    """The hit with the few words that complete its clause, so that a quote does not break off."""
    end = said.reading.clause(hit.end)[1] if hit.end < len(said.reading.text) else hit.end
    return hit._replace(end=end) if hit.end < end <= hit.end + _COMPLETION else hit


def _action_near(standard: ServiceStandard, said: Heard, deadline: Deadline) -> tuple[str, Hit] | None:
    start, end = said.reading.sentence(deadline.start)
    if deadline.bare:
        return _nearest(
            standard, said, deadline.start, deadline.end, deadline.end, end, _BARE_REACH[standard.language]
        )  # fmt: skip
    return _nearest(standard, said, deadline.start, deadline.end, start, end) or _any_act(standard, said, deadline.end)


def _any_act(standard: ServiceStandard, said: Heard, place: int) -> tuple[str, Hit] | None:
    """An act of ours, whatever it is, right after `place`; it goes under the last action."""
    last = said.reading.sentence(place)[1] if place < len(said.reading.text) else place
    for hit in said.found("promises.any_act"):
        if place <= hit.start <= place + _ANY_ACT_REACH and hit.end <= last and not _is_done(said, hit):
            return standard.actions[-1].id, hit
    return None


def _nearest(
    standard: ServiceStandard, said: Heard, start: int, end: int, first: int, last: int, reach: int | None = None
) -> tuple[str, Hit] | None:
    """The action nearest to `start:end` within `first:last`; what comes after the time goes before what precedes it."""
    best: tuple[int, int, str, Hit] | None = None
    limit = standard.document.promises.reach if reach is None else reach
    names = said.names
    for order, (name, action) in enumerate(standard.action_lists.items()):
        for hit in said.found(name) if name in names else ():
            if hit.start < first or hit.end > last or _is_done(said, hit):
                continue
            follows = hit.start >= start
            between = said.reading.text[end : hit.start] if follows else said.reading.text[hit.end : start]
            distance = len(between.split()) if standard.language != "zh" else len(between)
            if distance > limit:
                continue
            rank = (distance if follows else distance + limit, order, action.id, hit)
            if best is None or rank[:2] < best[:2]:
                best = rank
    return (best[2], best[3]) if best else None


def _is_done(said: Heard, action: Hit) -> bool:
    """Whether the words say that the action lies behind: 帮您取消了, 您反映的问题."""
    look_alikes = said.found("promises.done_look_alikes")
    return any(
        not overlaps_any(done, look_alikes) for done in said.found("promises.done") if overlaps_any(action, [done])
    )


def _action_at_start(standard: ServiceStandard, said: Heard) -> str | None:
    found = _nearest(standard, said, 0, 0, 0, min(said.reading.sentence(0)[1], _HEAD * 2))
    return found[0] if found and found[1].start <= _HEAD else None


def _ours(said: Heard, span: Hit, action: Hit) -> bool:
    """Whether the company is bound: its actor stands in the sentence, or only it can bring the outcome about."""
    if _binds_customer(said, action, span):
        return False
    before = said.reading.text[: span.start]
    if before.endswith(_ADDRESSEES) and before.rstrip("您你们")[-1:] not in _GIVEN_TO:
        between = [h for h in said.found("promises.our_side") if span.start <= h.start < action.end]
        if not between:
            return False
    start, end = said.reading.sentence(span.start)
    if any(start <= hit.start and hit.end <= end for hit in said.found("promises.our_side")):
        return True
    return any(hit.start < span.end and span.start < hit.end for hit in said.found("promises.outcome"))


def _binds_customer(said: Heard, action: Hit, span: Hit | None = None) -> bool:
    """Whether the customer is told to act and nobody of ours stands between that and the action."""
    start, _ = said.reading.clause((span or action).start)
    for cue in said.found("promises.customer_acts"):
        if not start <= cue.start < action.start:
            continue
        if not any(cue.end <= ours.start < action.end for ours in said.found("promises.our_side")):
            return True
    return False
