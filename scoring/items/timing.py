"""What is measured: ringing, speed, shares of talking, silences, waits, interruptions. Not measured is not known.

Silence, speed, shares and interruptions come from the speech detector (`scoring.activity`), never from where the
recogniser ends its text; waits are the stretches between an agent's words and the next ones.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from models.scorecard import Evidence
from models.transcript import Role
from scoring.activity import dead_air, interruptions, speech_rate, spoken_length, talk_time
from scoring.items.events import AFTER_WORDS, Event, Ground, Scope
from scoring.items.forms import VALUES, Party, TimingForm
from scoring.items.phrase import behind, limits, unsure
from scoring.items.result import MOST_EVIDENCE, Result, Truth, counted
from scoring.reasons import say
from scoring.view import Said

_SHORTEST_SAMPLE = 10
"""Characters of an utterance whose speed is worth showing: shorter ones are too quick to measure."""

_TOLERANCE_S = 0.3
"""Speech detector and recogniser agree about where speech begins to within this."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Something that lasted, and the event of its beginning."""

    length_s: float
    event: Event


def check(scope: Scope, form: TimingForm, name: str, title: str) -> Result:
    """Whether the measure is within its limits."""
    narrowed = behind(scope, form.trigger, name, title)
    if isinstance(narrowed, Result):
        return narrowed
    if form.measure in VALUES:
        return _value(scope.ground, form, title)
    return _stretches(narrowed, form, name, title)


def _value(ground: Ground, form: TimingForm, title: str) -> Result:
    language = ground.call.standard.language
    measured = _measured(ground, form)
    if measured is None:
        key = "g_not_measured_ring" if form.measure == "ring" else "g_not_measured"
        return Result(Truth.UNKNOWN, (say(language, key, title=title),))
    low, high = form.at_least, form.at_most
    holds = (low is None or measured >= low) and (high is None or measured <= high)
    shown = [None if limit is None else _limit(form, limit) for limit in (low, high)]
    reason = say(language, f"g_{form.measure}", value=measured, limits=limits(language, *shown),
                 who=say(language, f"g_{form.role}"))  # fmt: skip
    proof = _fastest(ground, form.role, title) if form.measure == "speech_rate" else ()
    return Result(
        Truth.YES if holds else Truth.NO, (reason,), proof, float(holds), whoever_spoke=form.measure == "ring"
    )


def _measured(ground: Ground, form: TimingForm) -> float | None:
    transcript = ground.call.transcript
    if form.measure == "ring":
        return ground.call.meta.ring_s
    if form.measure == "talk_share":
        talked = talk_time(transcript)
        both_s = sum(talked.values()) if talked is not None else 0.0
        return talked[Role(form.role)] / both_s if talked is not None and both_s > 0 else None
    said = (one.utterance.text for one in ground.speakers(form.role))
    return speech_rate(transcript, Role(form.role), said, ground.call.standard.language)


def _stretches(scope: Scope, form: TimingForm, name: str, title: str) -> Result:
    ground, language = scope.ground, scope.ground.call.standard.language
    found = _found(ground, form, title)
    if found is None:
        key = "g_no_times" if form.measure == "wait" else "g_not_measured"
        return Result(Truth.UNKNOWN, (say(language, key, title=title),))
    excused = _excused(ground, f"{name}.excused_after")
    lengths = {stretch.event.at: stretch.length_s for stretch in found}
    events = [stretch.event for stretch in found if stretch.event.at[0] not in excused]
    admitted = scope.admitted(events, form.role, form.position)
    sure = [event for event in admitted if event.sure]
    truth = counted(form.count, len(sure), len(admitted) - len(sure))
    if truth is Truth.UNKNOWN:
        return unsure(ground.call, next(event for event in admitted if not event.sure), title)
    what = say(language, f"g_{form.measure}", who=say(language, f"g_{form.role}"))
    whoever = form.measure == "dead_air"
    if not sure:
        key = "g_none_unannounced" if found and not events else "g_none"
        reason = say(language, key, over=form.over_s, what=what, n=len(found))
        return Result(truth, (reason,), (), float(truth is Truth.YES), by_absence=True, whoever_spoke=whoever)
    longest = max(sure, key=lambda event: (lengths[event.at], event.at))
    where = say(language, "second", s=longest.start_s or 0.0)
    reason = say(language, "g_some", over=form.over_s, what=what, n=len(sure), at=where, longest=lengths[longest.at],
                 limits=limits(language, form.count.at_least, form.count.at_most))  # fmt: skip
    proof = [event.evidence for event in [longest, *sure] if event.evidence is not None]
    kept = tuple(dict.fromkeys(proof))[:MOST_EVIDENCE]
    return Result(truth, (reason,), kept, float(truth is Truth.YES), whoever_spoke=whoever)


def _found(ground: Ground, form: TimingForm, title: str) -> list[_Stretch] | None:
    """Every stretch from `over_s` on; None when this transcript cannot show them."""
    over_s = form.over_s or 0.0
    transcript = ground.call.transcript
    if form.measure == "wait":
        waited = ground.waits(over_s, title)
        return None if waited is None else [_Stretch((e.end_s or 0.0) - (e.start_s or 0.0), e) for e in waited]
    if form.measure == "dead_air":
        silent = dead_air(transcript, over_s)
        if silent is None:
            return None
        return [_Stretch(s.length_s, _event(_last_said(ground, s.start_s), s.start_s, s.end_s, title)) for s in silent]
    cut_in = interruptions(transcript, over_s)
    if cut_in is None:
        return None
    return [
        _Stretch(
            i.overlap_s, _event(_last_said(ground, i.start_s, form.role), i.start_s, i.start_s + i.overlap_s, title)
        )
        for i in cut_in
        if i.by is Role(form.role)
    ]


def _event(said: Said | None, start_s: float, end_s: float, title: str) -> Event:
    place = said.place if said is not None else -1
    proof: Evidence | None = said.whole(title) if said is not None else None
    return Event((place, AFTER_WORDS + round(1000 * start_s)), start_s, end_s, True, proof)


def _last_said(ground: Ground, moment_s: float, role: Party | None = None) -> Said | None:
    """What was being said then, or last before; None when nothing was, or utterances have no times."""
    timed = ground.timeline(role)
    number = bisect.bisect_right(timed, moment_s + _TOLERANCE_S, key=lambda pair: pair[0])
    return timed[number - 1][1] if number else None


def _excused(ground: Ground, name: str) -> frozenset[int]:
    """Places of utterances that come after a turn of the agent with these words, before the agent's next turn."""
    turns = ground.turns("agent")
    held = {ground.turn_number("agent", said.place) for said in ground.call.agent if said.found(name)}
    return frozenset(s.place for s in ground.call.said if turns and ground.turn_number("agent", s.place) in held)


def _length(ground: Ground, said: Said) -> int:
    return spoken_length(said.utterance.text, ground.call.standard.language)


def _fastest(ground: Ground, role: Party, title: str) -> tuple[Evidence, ...]:
    """The utterance that was spoken fastest, by the times of its words."""
    best: tuple[float, Said] | None = None
    for said in ground.speakers(role):
        words = said.utterance.words
        if len(words) < 2 or len(said.utterance.text) < _SHORTEST_SAMPLE:
            continue
        lasted_s = words[-1].end_s - words[0].start_s
        if lasted_s > 0 and (best is None or _length(ground, said) / lasted_s > best[0]):
            best = (_length(ground, said) / lasted_s, said)
    return (best[1].whole(title),) if best is not None else ()


def _limit(form: TimingForm, value: float) -> str:
    return f"{value:.0%}" if form.measure == "talk_share" else f"{value:g}"
