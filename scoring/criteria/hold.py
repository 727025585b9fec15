"""Waits (等待): announced before, thanked for after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from models.scorecard import Evidence, Verdict
from models.transcript import Role
from scoring.outcome import Outcome, at, nobody
from scoring.reasons import say
from scoring.schema import HoldItem
from scoring.view import CallView, Said, is_announcement


@dataclass(frozen=True, slots=True)
class Wait:
    """`length_s` seconds from `start_s` on in which nobody spoke.

    `before` and `after` are what the agent said last before and first after it.
    """

    start_s: float
    length_s: float
    before: Said
    after: Said | None


def judge(call: CallView, item: HoldItem) -> Outcome:
    """Not applicable without a wait; partial for a wait announced but not thanked for."""
    if not call.agent:
        return nobody(call, item.points)
    language = call.standard.language
    if any(said.utterance.start_s is None or said.utterance.end_s is None for said in call.said):
        return Outcome(Verdict.NOT_EVALUATED, 0, item.points, (say(language, "hold_no_times"),))
    long = [wait for wait in waits(call) if wait.length_s >= item.silence_s]
    if not long:
        return Outcome(Verdict.NOT_APPLICABLE, 0, item.points, (say(language, "hold_none", limit=item.silence_s),))
    proof: list[Evidence] = []
    worst: tuple[float, str, Wait] | None = None
    for wait in long:
        announced = _first(wait.before, f"items.{item.id}.announce", "hold_notice")
        thanked = _first(wait.after, f"items.{item.id}.thanks", "hold_thanks") if wait.after else None
        proof += [e for e in (announced, thanked) if e]
        if announced is None:
            fault = (0.0, "hold_announce_missing", wait)
        # Without a later turn of the agent (the customer hung up waiting) there was nobody to thank.
        elif thanked is None and wait.after is not None:
            fault = (item.announced_share, "hold_thanks_missing", wait)
        else:
            continue
        if worst is None or fault[0] < worst[0]:
            worst = fault
    if worst is None:
        longest = max(wait.length_s for wait in long)
        reason = say(language, "hold_met", n=len(long), length=longest)
        return Outcome(Verdict.MET, item.points, item.points, (reason,), tuple(proof))
    share, key, wait = worst
    last = wait.before.whole("before_wait")
    reason = say(language, key, length=wait.length_s, at=at(call, last))
    verdict = Verdict.PARTIAL if share > 0 else Verdict.MISSED
    return Outcome(verdict, item.points * share, item.points, (reason,), (last, *proof))


def waits(call: CallView) -> Iterator[Wait]:
    """Every stretch of silence or music that the agent let the customer wait; empty when there are no times.

    Who says 好的 to 请您稍等 waits as well. A stretch that the customer breaks (喂，还在吗) is two waits; one that the
    customer fills by trying something out, customer before and after, is none of the agent's.
    """
    # All of them, those too who only hummed: a hum ends a silence.
    parties = (Role.AGENT, Role.CUSTOMER)
    speaking = [
        s for s in call.said if s.utterance.role in parties and s.utterance.text.strip() and not is_announcement(s)
    ]
    agent = iter(call.agent)
    ahead = next(agent, None)
    behind: Said | None = None
    for before, after in pairwise(speaking):
        while ahead is not None and ahead.place <= before.place:
            behind, ahead = ahead, next(agent, None)
        own = before if before.utterance.role is Role.AGENT else behind
        start, end = before.utterance.end_s, after.utterance.start_s
        if own is None or start is None or end is None or end <= start:
            continue
        if Role.AGENT in (before.utterance.role, after.utterance.role):
            yield Wait(start, end - start, own, ahead)


def _first(said: Said | None, name: str, kind: str) -> Evidence | None:
    if said is None or not said.found(name):
        return None
    hit = said.found(name)[0]
    return said.evidence(hit.start, hit.end, kind, hit.match)
