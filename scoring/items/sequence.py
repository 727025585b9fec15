"""Steps that must be taken in their order: once or more often, or around every occurrence of their anchor.

All limits bind the way from one step to the next, so of several events that could come before another the nearest
is always the best choice; that is what makes one pass per step enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.scorecard import Evidence
from scoring.items.events import Event, Ground, Scope, first_after, last_before
from scoring.items.forms import SequenceForm, Step
from scoring.items.phrase import behind, nobody_there, unsure
from scoring.items.result import MOST_EVIDENCE, Result, Truth, counted
from scoring.outcome import at, listed, quote
from scoring.reasons import say

Near = Callable[[Step, Event, Event], bool]


@dataclass(frozen=True, slots=True)
class _Run:
    """Events of consecutive steps, None where a step is missing."""

    events: tuple[Event | None, ...]

    @property
    def whole(self) -> bool:
        return None not in self.events

    @property
    def share(self) -> float:
        return sum(event is not None for event in self.events) / len(self.events)


def check(scope: Scope, form: SequenceForm, name: str, title: str) -> Result:
    """Whether the steps were taken as asked."""
    ground, language = scope.ground, scope.ground.call.standard.language
    narrowed = behind(scope, form.trigger, name, title)
    if isinstance(narrowed, Result):
        return narrowed
    found: list[list[Event]] = []
    for step in form.steps:
        events = (
            ground.waits(step.wait_s, step.title)
            if step.wait_s is not None
            else ground.words(f"{name}.steps.{step.id}", step, step.title)
        )
        if events is None:
            return Result(Truth.UNKNOWN, (say(language, "g_no_times", title=title),))
        found.append(narrowed.admitted(events, step.role, form.position))
    for step in form.steps:
        if step.wait_s is None and not ground.speakers(step.role) and not ground.call.unknown:
            return nobody_there(ground.call, step.role, title)
    anchor = next((i for i, step in enumerate(form.steps) if step.anchor), None)
    if anchor is None:
        return _free(ground, form, found, title)
    return _anchored(ground, form, found, anchor, title)


def _free(ground: Ground, form: SequenceForm, found: Sequence[Sequence[Event]], title: str) -> Result:
    language = ground.call.standard.language
    sure = _runs(form.steps, [_sure(events) for events in found], _near(ground, lenient=False))
    possible = _runs(form.steps, found, _near(ground, lenient=True))
    truth = counted(form.count, len(sure), max(0, len(possible) - len(sure)))
    if truth is Truth.UNKNOWN:
        return Result(Truth.UNKNOWN, (say(language, "g_steps_unsure", title=title),), ask=True)
    if sure:
        key = "g_steps_done" if len(sure) == 1 else "g_steps_done_n"
        reason = say(language, key, title=title, n=len(sure), steps=_told(ground, form.steps, sure[0]))
        return Result(truth, (reason,), _proof(sure), float(truth is Truth.YES))
    begun = _Run(tuple(_nearest_on(form.steps, [_sure(e) for e in found], None, _near(ground, lenient=False))))
    reason = say(language, "g_steps_none", title=title, steps=_missing(ground, form.steps, begun))
    share = 1.0 if truth is Truth.YES else begun.share
    return Result(truth, (reason,), _proof([begun]), share, by_absence=True)


def _anchored(ground: Ground, form: SequenceForm, found: list[list[Event]], anchor: int, title: str) -> Result:
    language, steps = ground.call.standard.language, form.steps
    if not found[anchor]:
        return Result(Truth.INAPPLICABLE, (say(language, "g_no_anchor", title=title, step=steps[anchor].title),))
    around_surely = _around(steps, [_sure(events) for events in found], anchor, _near(ground, lenient=False))
    around_possibly = _around(steps, found, anchor, _near(ground, lenient=True))
    whole: list[_Run] = []
    worst: _Run | None = None
    unsettled: Event | None = None
    for event in found[anchor]:
        run = around_surely(event)
        if run.whole:
            whole += [run] if event.sure else []
        elif event.sure and not around_possibly(event).whole:
            worst = run if worst is None or run.share < worst.share else worst
        else:
            unsettled = unsettled or event
    if worst is not None:
        place = worst.events[anchor]
        where = at(ground.call, place.evidence) if place is not None and place.evidence is not None else ""
        reason = say(language, "g_steps_missing", title=title, at=where, steps=_missing(ground, steps, worst))
        others = len(steps) - 1
        share = (worst.share * len(steps) - 1) / others
        return Result(Truth.NO, (reason,), _proof([worst]), share, by_absence=True)
    if unsettled is not None or not whole:
        return unsure(ground.call, unsettled or found[anchor][0], title)
    key = "g_steps_done" if len(whole) == 1 else "g_steps_done_n"
    reason = say(language, key, title=title, n=len(whole), steps=_told(ground, steps, whole[0]))
    return Result(Truth.YES, (reason,), _proof(whole), 1.0)


def _runs(steps: Sequence[Step], found: Sequence[Sequence[Event]], near: Near) -> list[_Run]:
    """As many whole runs as fit one after the other."""
    ways = _ways_to(steps, found, near)
    runs: list[_Run] = []
    end = (-1, -1)
    for event in ways[-1]:
        run = _Run((*_back(ways[:-1], event), event))
        if event.at > end and all(step is not None and step.at > end for step in run.events):
            runs.append(run)
            end = event.at
    return runs


def _around(
    steps: Sequence[Step], found: Sequence[Sequence[Event]], anchor: int, near: Near
) -> Callable[[Event], _Run]:
    """A function from an occurrence of the anchor to the run around it."""
    to = _ways_to(steps[: anchor + 1], found[: anchor + 1], near)
    onwards = _ways_from(steps[anchor:], found[anchor:], near)
    reached, leading = ({event.at for event in ways} for ways in (to[-1], onwards[0]))

    def run(event: Event) -> _Run:
        before: Sequence[Event | None]
        if event.at in reached:
            before = _back(to[:-1], event)
        else:
            before = _nearest_back(steps[: anchor + 1], found[:anchor], event, near)
        after: Sequence[Event | None]
        if event.at in leading:
            after = _on(onwards[1:], event)
        else:
            after = _nearest_on(steps[anchor:], found[anchor + 1 :], event, near)
        return _Run((*before, event, *after))

    return run


def _ways_to(steps: Sequence[Step], found: Sequence[Sequence[Event]], near: Near) -> list[list[Event]]:
    """For each step the events that can end a run of all steps up to it."""
    ways = [list(found[0])]
    for step, events in zip(steps[1:], found[1:], strict=True):
        before = ((last_before(ways[-1], event.at), event) for event in events)
        ways.append([event for earlier, event in before if earlier is not None and near(step, earlier, event)])
    return ways


def _ways_from(steps: Sequence[Step], found: Sequence[Sequence[Event]], near: Near) -> list[list[Event]]:
    """For each step the events that can begin a run of all steps from it on."""
    ways = [list(found[-1])]
    for following, events in zip(reversed(steps[1:]), reversed(found[:-1]), strict=True):
        after = ((event, first_after(ways[0], event.at)) for event in events)
        ways.insert(0, [event for event, later in after if later is not None and near(following, event, later)])
    return ways


def _back(ways: Sequence[Sequence[Event]], event: Event) -> list[Event]:
    """The events that lead to `event`, first step first."""
    chain: list[Event] = []
    for events in reversed(ways):
        before = last_before(events, (chain[0] if chain else event).at)
        if before is not None:
            chain.insert(0, before)
    return chain


def _on(ways: Sequence[Sequence[Event]], event: Event) -> list[Event]:
    """The events that `event` leads to."""
    chain: list[Event] = []
    for events in ways:
        later = first_after(events, (chain[-1] if chain else event).at)
        if later is not None:
            chain.append(later)
    return chain


def _nearest_back(
    steps: Sequence[Step], found: Sequence[Sequence[Event]], event: Event, near: Near
) -> list[Event | None]:
    """Before an anchor that lacks a step: of each step the nearest event, within its limits where they can be told."""
    out: list[Event | None] = []
    edge, neighbour = event, True
    for following, events in zip(reversed(steps[1:]), reversed(found), strict=True):
        before = last_before(events, edge.at)
        fits = before is not None and (not neighbour or near(following, before, edge))
        out.insert(0, before if fits else None)
        edge, neighbour = (before, True) if fits and before is not None else (edge, False)
    return out


def _nearest_on(
    steps: Sequence[Step], found: Sequence[Sequence[Event]], event: Event | None, near: Near
) -> list[Event | None]:
    """The same after an anchor, or from the beginning when there is none."""
    out: list[Event | None] = []
    edge, neighbour = event, event is not None
    for step, events in zip(steps[1:] if event is not None else steps, found, strict=True):
        later = first_after(events, edge.at if edge is not None else (-1, -1))
        fits = later is not None and (not neighbour or edge is None or near(step, edge, later))
        out.append(later if fits else None)
        edge, neighbour = (later, True) if fits else (edge, False)
    return out


def _near(ground: Ground, lenient: bool) -> Near:
    """What is not known for want of times counts as near enough or not."""

    def near(step: Step, earlier: Event, later: Event) -> bool:
        answer = ground.near(step.role, step, earlier, later)
        return lenient if answer is None else answer

    return near


def _sure(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.sure]


def _proof(runs: Sequence[_Run]) -> tuple[Evidence, ...]:
    found = (event.evidence for run in runs for event in run.events if event is not None)
    return tuple(evidence for evidence in found if evidence is not None)[:MOST_EVIDENCE]


def _told(ground: Ground, steps: Sequence[Step], run: _Run) -> str:
    """The steps with what was said."""
    language = ground.call.standard.language
    out = []
    for step, event in zip(steps, run.events, strict=True):
        words = event is not None and event.evidence is not None and step.wait_s is None
        quoted = quote(ground.call, event.evidence) if words and event is not None and event.evidence else ""
        out.append(say(language, "g_step", title=step.title, quote=quoted).strip())
    return listed(ground.call, out)


def _missing(ground: Ground, steps: Sequence[Step], run: _Run) -> str:
    names = [step.title for step, event in zip(steps, run.events, strict=True) if event is None]
    return listed(ground.call, names)
