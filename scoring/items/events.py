"""What happens in a call that generic checks ask about: words that were said and waits, each at its place and time.

Every answer is three-valued. An event is `sure`, or only possible: an unknown speaker may be the one who is asked
about, and where times are missing nobody can say whether something was soon enough.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from models.scorecard import Evidence
from models.transcript import Role
from scoring.context import excuse, overlaps_any
from scoring.criteria.hold import waits
from scoring.items.forms import After, Party, PhraseForm, Position, Step
from scoring.view import CallView, Said

AFTER_WORDS = 1 << 30
"""Stands for a place in an utterance behind all its words, where a wait begins."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something at `at` = (place of the utterance, character of its reading); times are None when unknown."""

    at: tuple[int, int]
    start_s: float | None
    end_s: float | None
    sure: bool
    evidence: Evidence | None


@dataclass(frozen=True)
class Ground:
    """A call, and the lookups that checks share."""

    call: CallView

    def speakers(self, role: Party) -> tuple[Said, ...]:
        """What was surely said by this party."""
        return self.call.agent if role == "agent" else self.call.customer

    @cached_property
    def timed(self) -> bool:
        """Whether every utterance has its times."""
        return all(s.utterance.start_s is not None and s.utterance.end_s is not None for s in self.call.said)

    @cached_property
    def answered_s(self) -> float | None:
        """When the call was answered: as the transcript says, else when the first person spoke."""
        if self.call.transcript.answered_at_s is not None:
            return self.call.transcript.answered_at_s
        speaking = (*self.call.agent, *self.call.customer, *self.call.unknown)
        starts = [said.utterance.start_s for said in speaking]
        return min((s for s in starts if s is not None), default=None) if None not in starts else None

    @cached_property
    def end_s(self) -> float | None:
        """When the call ended: as the transcript says, else with the last words."""
        if self.call.transcript.duration_s is not None:
            return self.call.transcript.duration_s
        ends = [said.utterance.end_s for said in self.call.said]
        return max((e for e in ends if e is not None), default=None) if None not in ends else None

    @cached_property
    def _turns(self) -> dict[Role, list[tuple[int, int]]]:
        """First and last place of each turn, by role."""
        speaking = sorted((*self.call.agent, *self.call.customer, *self.call.unknown), key=lambda s: s.place)
        turns: dict[Role, list[tuple[int, int]]] = {Role.AGENT: [], Role.CUSTOMER: [], Role.UNKNOWN: []}
        for role, group in groupby(speaking, key=lambda s: s.utterance.role):
            places = [said.place for said in group]
            turns[role].append((places[0], places[-1]))
        return turns

    def turns(self, role: Party) -> list[tuple[int, int]]:
        """First and last place of each turn of a party, in order."""
        return self._turns[Role(role)]

    def timeline(self, role: Party | None) -> list[tuple[float, Said]]:
        """What was said by a party, or by anybody, with when it began, in order of time; the undated is left out."""
        return self._timelines[role]

    @cached_property
    def _timelines(self) -> dict[Party | None, list[tuple[float, Said]]]:
        agent, customer, unknown = self.call.agent, self.call.customer, self.call.unknown
        return {
            "agent": _by_time(agent),
            "customer": _by_time(customer),
            None: _by_time((*agent, *customer, *unknown)),
        }

    def turn_number(self, role: Party, place: int) -> int:
        """How many turns of the party have begun at this place."""
        return bisect.bisect_right(self.turns(role), place, key=lambda turn: turn[0])

    def words(self, name: str, asked: PhraseForm | After | Step, kind: str) -> list[Event]:
        """Where the phrases of a list were said in earnest, in order."""
        out = []
        for sure, role in ((True, Role(asked.role)), (False, Role.UNKNOWN)):
            for said in self.call.holding(role, f"{name}.phrases"):
                look_alikes = said.found(f"{name}.look_alikes")
                for hit in said.found(f"{name}.phrases"):
                    if overlaps_any(hit, look_alikes):
                        continue
                    if excuse(self.call.standard, said, hit, asked.excused_by) is not None:
                        continue
                    proof = said.evidence(hit.start, hit.end, kind, hit.match)
                    out.append(Event((said.place, hit.start), proof.start_s, proof.end_s, sure, proof))
        return sorted(out, key=lambda event: event.at)

    def waits(self, at_least_s: float, kind: str) -> list[Event] | None:
        """Waits of the customer from this length on, in order; None when utterances lack times."""
        if not self.timed:
            return None
        return [
            Event(
                # Several may follow the same words: their beginnings tell them apart.
                (wait.before.place, AFTER_WORDS + round(1000 * wait.start_s)),
                wait.start_s,
                wait.start_s + wait.length_s,
                True,
                wait.before.whole(kind),
            )
            for wait in waits(self.call)
            if wait.length_s >= at_least_s
        ]

    def near(self, role: Party, limits: After | Step, earlier: Event, later: Event) -> bool | None:
        """Whether `later` follows within the limits; turns are those of `role`. None when times are missing."""
        if limits.within_turns is not None:
            between = self.turn_number(role, later.at[0]) - self.turn_number(role, earlier.at[0])
            if between > limits.within_turns:
                return False
        if limits.within_s is not None:
            if earlier.end_s is None or later.start_s is None:
                return None
            return later.start_s - earlier.end_s <= limits.within_s
        return True

    def placed(self, position: Position | None, role: Party, event: Event) -> bool | None:
        """Whether the event lies where the position wants it; None when times are missing."""
        if position is None:
            return True
        turns = self.turns(role)
        if position.first_turns is not None and turns and event.at[0] > turns[: position.first_turns][-1][1]:
            return False
        if position.last_turns is not None and turns and event.at[0] < turns[-position.last_turns :][0][0]:
            return False
        inside: list[bool | None] = []
        if position.first_s is not None:
            late = _difference(event.start_s, self.answered_s)
            inside.append(None if late is None else late <= position.first_s)
        if position.last_s is not None:
            left = _difference(self.end_s, event.end_s)
            inside.append(None if left is None else left <= position.last_s)
        return both(inside)


@dataclass(frozen=True, slots=True)
class Triggered:
    """Where a trigger was found, each list in order."""

    trigger: After
    sure: tuple[Event, ...]
    possible: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a call counts: all of it, or what follows the triggers of the check and of those around it."""

    ground: Ground
    triggers: tuple[Triggered, ...] = ()

    def after(self, trigger: After, name: str, title: str) -> Scope | None:
        """The narrower scope behind a trigger; None when times are missing to see it."""
        if trigger.wait_s is not None:
            found = self.ground.waits(trigger.wait_s, title)
            if found is None:
                return None
        else:
            found = self.ground.words(name, trigger, title)
        found = self.admitted(found, trigger.role)
        sure, possible = (tuple(e for e in found if e.sure is wanted) for wanted in (True, False))
        return replace(self, triggers=(*self.triggers, Triggered(trigger, sure, possible)))

    def admitted(self, events: Iterable[Event], role: Party, position: Position | None = None) -> list[Event]:
        """The events that count, those of which it is not certain marked so."""
        out = []
        for event in events:
            counts = both([self.ground.placed(position, role, event), *self._follows(event, role)])
            if counts is not False:
                out.append(event if counts else replace(event, sure=False))
        return out

    def _follows(self, event: Event, role: Party) -> Iterable[bool | None]:
        """Whether the event follows each trigger, soon enough after the nearest one: no earlier one is nearer."""
        for found in self.triggers:
            sure, possible = (last_before(events, event.at) for events in (found.sure, found.possible))
            follows = sure is not None and self.ground.near(role, found.trigger, sure, event)
            if follows is False and possible is not None:
                follows = None if self.ground.near(role, found.trigger, possible, event) is not False else False
            yield follows


def last_before(events: Sequence[Event], at: tuple[int, int]) -> Event | None:
    """The last of the events, which are in order, that begins before `at`."""
    number = bisect.bisect_left(events, at, key=lambda event: event.at)
    return events[number - 1] if number else None


def first_after(events: Sequence[Event], at: tuple[int, int]) -> Event | None:
    """The first of the events, which are in order, that begins after `at`."""
    number = bisect.bisect_right(events, at, key=lambda event: event.at)
    return events[number] if number < len(events) else None


def _by_time(said: Iterable[Said]) -> list[tuple[float, Said]]:
    timed = [(one.utterance.start_s, one) for one in said]
    return sorted(((s, one) for s, one in timed if s is not None), key=lambda pair: (pair[0], pair[1].place))


def both(answers: Sequence[bool | None]) -> bool | None:
    """False when one is, else None when one is not known."""
    if any(answer is False for answer in answers):
        return False
    return None if any(answer is None for answer in answers) else True


def _difference(later_s: float | None, earlier_s: float | None) -> float | None:
    return None if later_s is None or earlier_s is None else later_s - earlier_s
