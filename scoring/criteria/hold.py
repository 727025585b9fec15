"""Waits (等待): announced before, thanked for after."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from models.scorecard import Evidence, Verdict
from models.transcript import Role
from scoring.outcome import Outcome, at, nobody
from scoring.reasons import say
from scoring.schema import HoldItem
from scoring.view import ANNOUNCEMENTS, CallView, Said


@dataclass(frozen=True, slots=True)
class Wait:
    """`length_s` seconds in which nobody spoke, after the agent's turn `before`; `after` is the agent's next turn."""

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

    A stretch that the customer breaks (喂，还在吗) is two waits; one that the customer fills by trying something out,
    customer before and after, is none of the agent's.
    """
    # All of them, those too who only hummed: a hum ends a silence.
    parties = (Role.AGENT, Role.CUSTOMER)
    speaking = [s for s in call.said if s.utterance.role in parties and (s.party is not Role.SYSTEM or _hums(s))]
    places = [said.place for said in call.agent]
    for before, after in pairwise(speaking):
        start, end = before.utterance.end_s, after.utterance.start_s
        if before.utterance.role is not Role.AGENT or start is None or end is None or end <= start:
            continue
        later = bisect_right(places, before.place)
        yield Wait(end - start, before, call.agent[later] if later < len(places) else None)


def _hums(said: Said) -> bool:
    """Whether somebody makes himself heard without a word: 嗯."""
    return bool(said.utterance.text.strip()) and not said.found(ANNOUNCEMENTS)


def _first(said: Said | None, name: str, kind: str) -> Evidence | None:
    if said is None or not said.found(name):
        return None
    hit = said.found(name)[0]
    return said.evidence(hit.start, hit.end, kind, hit.match)
