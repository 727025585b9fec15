"""What a later call of the same customer says of a promise made in an earlier one.

============================================================  ======================  ================================
the later call                                                the promise             what is recorded
============================================================  ======================  ================================
ours to the customer, who spoke, begun by the due time        to call (kept_by_call)  kept
the same, begun later                                         to call                 nothing: another may have come
                                                                                      in time; it is overdue as it is
ours, but the customer was not heard                          to call                 nothing: nobody was reached
the customer says that something was not done, naming it      that, already due       broken, claimed
the same, naming nothing                                      the only one due        broken, claimed
the same, naming nothing                                      one of several due      nothing: which is not known
the customer says so                                          not yet due             nothing
any                                                           without a due time      nothing
any                                                           cancelled, or settled   nothing
                                                              by a person since then
begun before the promise was given, or more than `WITHIN`     any                     nothing
after its due time, or either call without a date
============================================================  ======================  ================================

The words for "not done" are the standard's (`promises.broken_by`), those for what was promised are
`promises.actions.*.asked_after`. Words of speakers nobody could name are left out. A claim is the customer's word: a
person has yet to look (`scoring.ledger`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.call import Direction
from models.ledger import LedgerEntry, StatusEvent, StatusSource
from models.scorecard import PromiseStatus
from scoring.criteria.apology import trigger_hit
from scoring.ledger import standing
from scoring.lexicon import Hit
from scoring.schema import ApologyItem
from scoring.view import CallView, Said

WITHIN = timedelta(days=30)
"""What is said longer after a promise fell due is hardly about it."""

BY = "callqa"
"""Who records it."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """The customer says that something was not done: the words, when they were said, and what they name.

    `actions` are ids of actions, none where the words name none.
    """

    quote: str
    said_at: datetime
    actions: frozenset[str]


def from_later_call(
    call: CallView, entries: Sequence[LedgerEntry], now: datetime
) -> list[tuple[LedgerEntry, StatusEvent]]:
    """What the call says of promises given to the same customer; `entries` may hold those of any of their calls.

    At most one event for each promise, in the order of `entries`.
    """
    began = call.meta.started_at
    if began is None:
        return []
    known = [e for e in entries if _may_be_meant(e, began) and e.meta.call_id != call.meta.call_id]
    said: dict[str, StatusEvent] = {}
    if call.meta.direction is Direction.OUTBOUND and call.customer:
        calls = {action.id for action in call.standard.actions if action.kept_by_call}
        for entry in known:
            if entry.promise.action in calls and entry.promise.due_at is not None and began <= entry.promise.due_at:
                said[entry.id] = _event(call, PromiseStatus.KEPT, began, now, "", claimed=False)
    for complaint in complaints(call):
        for entry in _meant(complaint, known, now):
            event = _event(call, PromiseStatus.BROKEN, complaint.said_at, now, complaint.quote, claimed=True)
            said.setdefault(entry.id, event)
    return [(entry, said[entry.id]) for entry in known if entry.id in said]


def complaints(call: CallView) -> list[Complaint]:
    """Where the customer says that a promise was not kept, in order; the call must have a date."""
    found = []
    for item in call.standard.items:
        if not isinstance(item, ApologyItem):
            continue
        triggers = [trigger for trigger in item.triggers if trigger.id in call.standard.document.promises.broken_by]
        for place, said in enumerate(call.customer):
            hits = [hit for t in triggers if (hit := trigger_hit(call.standard, item, t, said)) is not None]
            if hits and call.meta.started_at is not None:
                sentence = said.evidence(*said.reading.sentence(hits[0].start), "")
                said_at = call.meta.started_at + timedelta(seconds=said.utterance.start_s or 0.0)
                before = call.customer[place - 1] if place else None
                found.append(Complaint(sentence.quote, said_at, _named(call, said, before, hits[0])))
    return found


def _may_be_meant(entry: LedgerEntry, began: datetime) -> bool:
    made, due = entry.meta.started_at, entry.promise.due_at
    return entry.found and made is not None and due is not None and made < began <= due + WITHIN


def _meant(complaint: Complaint, entries: Sequence[LedgerEntry], now: datetime) -> Iterator[LedgerEntry]:
    """The promises complained of: those of each action named that fell due last, or the only ones due."""
    due = [entry for entry in entries if _is_open_to(complaint, entry, now)]
    if complaint.actions:
        for action in sorted(complaint.actions):
            own = [entry for entry in due if entry.promise.action == action]
            if own:
                last = max(own, key=_due_at)
                yield from (entry for entry in own if entry.recording_id == last.recording_id)
    elif len({(entry.recording_id, entry.promise.action) for entry in due}) == 1:
        yield from due


def _is_open_to(complaint: Complaint, entry: LedgerEntry, now: datetime) -> bool:
    if _due_at(entry) >= complaint.said_at:
        return False
    stands = standing(entry.promise, entry.events, now)
    if stands.status is PromiseStatus.CANCELLED:
        return False
    return not any(
        event.source is StatusSource.PERSON and event.recorded_at >= complaint.said_at for event in entry.events
    )


def _due_at(entry: LedgerEntry) -> datetime:
    assert entry.promise.due_at is not None
    return entry.promise.due_at


def _named(call: CallView, said: Said, before: Said | None, hit: Hit) -> frozenset[str]:
    """What the words name: within the complaint itself, else nearest to it, else in what the customer said before."""
    named = _asked_after(call, said)
    inside = frozenset(action for action, word in named if word.start < hit.end and hit.start < word.end)
    if inside:
        return inside
    if named:
        return frozenset({min(named, key=lambda pair: _distance(pair[1], hit))[0]})
    if before is None or before.place != said.place - 1:
        return frozenset()
    # 你们说今天回电的。/ 到现在也没有: what stands last is meant.
    earlier = _asked_after(call, before)
    return frozenset({max(earlier, key=lambda pair: pair[1].end)[0]}) if earlier else frozenset()


def _asked_after(call: CallView, said: Said) -> list[tuple[str, Hit]]:
    return [
        (action.id, word)
        for action in call.standard.actions
        for word in said.found(f"promises.actions.{action.id}.asked_after")
    ]


def _distance(word: Hit, hit: Hit) -> int:
    return max(word.start - hit.end, hit.start - word.end)


def _event(
    call: CallView, status: PromiseStatus, happened_at: datetime, now: datetime, note: str, *, claimed: bool
) -> StatusEvent:
    return StatusEvent(
        status, StatusSource.LATER_CALL, call.meta.call_id, happened_at, now, BY, note, claimed=claimed
    )  # fmt: skip
