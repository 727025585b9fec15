"""The promise ledger: what became of each promise, and who says so.

A scorecard says what was promised; it is made anew whenever standard, classifier or rules change. What tickets, later
calls and people say of a promise is kept apart, as events that are only ever added, each with the promise as it stood
then. `assign` finds these events again for the promises of a newer scorecard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.call import CallMeta
from models.scorecard import Promise, PromiseStatus, StandardRef

_SLACK_S = 1.0
"""By so much two engines may place the same words apart."""


_LETTERS = str.maketrans("0123456789", "ghjkmnpqrs")
"""Ids of letters alone are never taken for a number, which would be masked."""


class StatusSource(StrEnum):
    """Where it is known from what became of a promise."""

    TICKET = "ticket"
    LATER_CALL = "later_call"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One word on what became of a promise.

    `claimed`: only the customer says so, and a person has yet to look. `reference` is the ticket's number or the later
    call's id, "" without one. `happened_at` is when it was done, given up or said, None when unknown; `recorded_at`
    when callqa learnt of it and `recorded_by` from whom. Both are aware. `note` is the quote or the reason.
    """

    status: PromiseStatus
    source: StatusSource
    reference: str
    happened_at: datetime | None
    recorded_at: datetime
    recorded_by: str
    note: str = ""
    claimed: bool = False

    def says_the_same(self, other: StatusEvent) -> bool:
        """Whether it adds nothing to the other one: the same source says the same again."""
        own, theirs = (
            (e.status, e.source, e.reference, e.happened_at, e.note, e.claimed) for e in (self, other)
        )  # fmt: skip
        return own == theirs


@dataclass(frozen=True, slots=True)
class PlacedPromise:
    """A promise in the transcript of one engine: its place means something only there."""

    engine_digest: str
    promise: Promise


@dataclass(frozen=True, slots=True)
class History:
    """What was said of one promise, oldest first, with the promise as it stood when the first word came in."""

    id: int
    placed: PlacedPromise
    standard: StandardRef
    events: tuple[StatusEvent, ...]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A promise, the call it was made in, and all that is known of what became of it, oldest first.

    `id` is short and for people; it stays when the call is scored again.
    `found`: the newest scorecard of the call still holds it; otherwise it is shown as it last stood, because somebody
    has said what became of it. `history_ids` are the stored histories behind `events`.
    """

    id: str
    recording_id: str
    meta: CallMeta
    standard: StandardRef
    placed: PlacedPromise
    history_ids: tuple[int, ...] = ()
    events: tuple[StatusEvent, ...] = ()
    found: bool = True

    @property
    def promise(self) -> Promise:
        """What was promised."""
        return self.placed.promise


def entries_of(
    recording_id: str,
    meta: CallMeta,
    made: Sequence[tuple[StandardRef, PlacedPromise]],
    histories: Sequence[History],
) -> list[LedgerEntry]:
    """The ledger of one call: its promises, each with its standard, in order; then those only histories still know.

    An entry's id stays with its first history, whatever a newer scorecard makes of the place.
    """
    owner = assign(histories, [placed for _, placed in made])
    entries = []
    for place, (standard, placed) in enumerate(made):
        own = [history for history in histories if owner[history.id] == place]
        ids, stood = tuple(history.id for history in own), own[0].placed if own else placed
        entry_id = _entry_id(recording_id, stood)
        entries.append(LedgerEntry(entry_id, recording_id, meta, standard, placed, ids, _events(own)))
    for history in histories:
        if owner[history.id] is None:
            entry_id = _entry_id(recording_id, history.placed)
            entries.append(
                LedgerEntry(
                    entry_id,
                    recording_id,
                    meta,
                    history.standard,
                    history.placed,
                    (history.id,),
                    history.events,
                    found=False,
                )
            )
    return entries


def events_of(promises: Sequence[PlacedPromise], entries: Sequence[LedgerEntry]) -> list[tuple[StatusEvent, ...]]:
    """For each promise of any scorecard of a call what the call's ledger knows of it, oldest first."""
    owner = assign([History(n, e.placed, e.standard, e.events) for n, e in enumerate(entries)], promises)
    known = [[entry.events for n, entry in enumerate(entries) if owner[n] == place] for place in range(len(promises))]
    return [tuple(sorted((e for events in own for e in events), key=lambda e: e.recorded_at)) for own in known]


def assign(histories: Sequence[History], promises: Sequence[PlacedPromise]) -> dict[int, int | None]:
    """For each history's id the place in `promises` of the promise that it is about, or None when there is none.

    The same words are the same promise: in one engine's transcript those that overlap, those of the same action
    first; in another's those heard at the same time for the same action.
    """
    owner: dict[int, int | None] = {}
    for history in histories:
        scored = [(_likeness(history.placed, placed), -place) for place, placed in enumerate(promises)]
        best = max(scored, default=(0.0, 0))
        owner[history.id] = -best[1] if best[0] > 0 else None
    return owner


def _likeness(stood: PlacedPromise, now: PlacedPromise) -> float:
    """0 for different promises, above 1 for the same action, else the larger the more they overlap."""
    a, b = stood.promise, now.promise
    same_action = a.action == b.action
    if stood.engine_digest == now.engine_digest:
        shared = _overlap(a.char_start, a.char_end, b.char_start, b.char_end) if a.utterance == b.utterance else 0.0
        return shared + (1.0 if same_action and shared > 0 else 0.0)
    times = (a.start_s, a.end_s, b.start_s, b.end_s)
    if not same_action or None in times:
        return 0.0
    start_a, end_a, start_b, end_b = (time or 0.0 for time in times)
    return _overlap(start_a - _SLACK_S, end_a + _SLACK_S, start_b, end_b)


def _overlap(start_a: float, end_a: float, start_b: float, end_b: float) -> float:
    """The shared part of what both cover together, 0 to 1; equal places share all, however short."""
    if (start_a, end_a) == (start_b, end_b):
        return 1.0
    whole = max(end_a, end_b) - min(start_a, start_b)
    return max(0.0, min(end_a, end_b) - max(start_a, start_b)) / whole if whole > 0 else 0.0


def _events(histories: Sequence[History]) -> tuple[StatusEvent, ...]:
    events = [event for history in histories for event in history.events]
    # Stable: of one moment they stay in the order in which they were stored.
    return tuple(sorted(events, key=lambda event: event.recorded_at))


def _entry_id(recording_id: str, placed: PlacedPromise) -> str:
    promise = placed.promise
    place = f"{recording_id} {placed.engine_digest} {promise.utterance} {promise.char_start} {promise.action}"
    return hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()[:10].translate(_LETTERS)
