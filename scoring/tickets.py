"""What a row of a ticket export says of the promises: which one it is about, and whether that was kept.

Which promise: that of the call it names; else the one that the ticket's number settled before; else one of a call of
its customer, to which the ticket was opened from `EARLY` before to `LATE` after the call began. The action, where the
row names one, must agree. A promise that an agent repeated in a call is one: same action, due within `REPEATED`. A
row that fits more than one promise, or contradicts another row, is a problem for a person and settles nothing.

===================  ====================  ===========================
the ticket           the promise           it is then
===================  ====================  ===========================
done                 has no due time       kept
done by then         is due then           kept
done later           was due before        broken
closed undone        any                   broken
cancelled            any                   cancelled
still open           any                   as before
===================  ====================  ===========================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from models.customer import customer_key
from models.ledger import LedgerEntry, StatusEvent, StatusSource
from models.scorecard import PromiseStatus

EARLY, LATE = timedelta(minutes=10), timedelta(hours=24)
"""Clocks of two systems differ a little, and tickets are written during the call or in the hours after it."""
REPEATED = timedelta(hours=1)
"""24小时内, said twice in a call, names two moments some minutes apart."""


class TicketState(StrEnum):
    """How a ticket stands. UNDONE: closed without what was promised."""

    DONE = "done"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    OPEN = "open"


class RowProblem(StrEnum):
    """Why a row settles nothing."""

    BAD_STATUS = "bad_status"
    BAD_TIME = "bad_time"
    UNKNOWN_ACTION = "unknown_action"
    NOTHING_TO_GO_BY = "nothing_to_go_by"
    NO_PROMISE = "no_promise"
    AMBIGUOUS = "ambiguous"
    NO_DONE_TIME = "no_done_time"
    DAY_ONLY = "day_only"
    BEFORE_CALL = "before_call"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A row of an export; `line` is where it begins. Absent facts are None.

    `closed` are the first and the last moment at which it may have been closed: a day without a time of day leaves
    room. `said` is the status as written.
    """

    line: int
    call_id: str | None
    number: str | None
    customer: str | None
    action: str | None
    opened_at: datetime | None
    state: TicketState
    closed: tuple[datetime, datetime] | None
    said: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that settles nothing. `detail` is the value at fault, or the ids of the promises it may mean."""

    line: int
    problem: RowProblem
    detail: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a row says of these promises, which are one that was repeated, or only one."""

    ticket: Ticket
    entries: tuple[LedgerEntry, ...]
    event: StatusEvent


def decide(
    tickets: Sequence[Ticket], entries: Iterable[LedgerEntry], actions: Mapping[str, str], by: str, now: datetime
) -> tuple[list[Decision], list[BadRow]]:
    """What the rows say, and those that say nothing that could be used, in their order; open tickets give neither.

    `actions` are ids of actions by name (names in lower case). Nobody's promise is settled by two rows that differ.
    """
    known = _Known(entries)
    decisions: list[Decision] = []
    bad: list[BadRow] = []
    for ticket in tickets:
        found = known.meant(ticket, actions)
        if isinstance(found, BadRow):
            bad.append(found)
            continue
        status = _status(ticket, found)
        if isinstance(status, RowProblem):
            bad.append(BadRow(ticket.line, status, ticket.said))
        elif status is not None:
            happened_at = ticket.closed[0] if ticket.closed else None
            number = ticket.number or ""
            event = StatusEvent(status, StatusSource.TICKET, number, happened_at, now, by, ticket.said)
            decisions.append(Decision(ticket, found, event))
    return _without_contradictions(decisions, bad)


class _Known:
    """The ledger, by what a ticket may name."""

    def __init__(self, entries: Iterable[LedgerEntry]) -> None:
        self._by_call: defaultdict[str, list[LedgerEntry]] = defaultdict(list)
        self._by_number: defaultdict[str, list[LedgerEntry]] = defaultdict(list)
        self._by_customer: defaultdict[str, list[LedgerEntry]] = defaultdict(list)
        for entry in entries:
            self._by_call[entry.meta.call_id].append(entry)
            if entry.meta.customer_ref:
                self._by_customer[customer_key(entry.meta.customer_ref)].append(entry)
            for number in {e.reference for e in entry.events if e.source is StatusSource.TICKET and e.reference}:
                self._by_number[number].append(entry)

    def meant(self, ticket: Ticket, actions: Mapping[str, str]) -> tuple[LedgerEntry, ...] | BadRow:
        """The promise that the row is about, with its repetitions."""
        pool = self._pool(ticket)
        if pool is None:
            return BadRow(ticket.line, RowProblem.NOTHING_TO_GO_BY, ticket.number or ticket.customer or "")
        if ticket.action is not None:
            action = actions.get(ticket.action.casefold(), ticket.action)
            if action not in actions.values():
                return BadRow(ticket.line, RowProblem.UNKNOWN_ACTION, ticket.action)
            pool = [entry for entry in pool if entry.promise.action == action]
        if not pool:
            return BadRow(ticket.line, RowProblem.NO_PROMISE, ticket.call_id or ticket.number or ticket.customer or "")
        kinds = {(entry.recording_id, entry.promise.action) for entry in pool}
        due = [entry.promise.due_at for entry in pool if entry.promise.due_at is not None]
        if len(kinds) > 1 or (due and max(due) - min(due) > REPEATED):
            return BadRow(ticket.line, RowProblem.AMBIGUOUS, ", ".join(entry.id for entry in pool))
        return tuple(pool)

    def _pool(self, ticket: Ticket) -> list[LedgerEntry] | None:
        """Promises that the row may be about; None when it names too little to look for them."""
        if ticket.call_id is not None:
            return self._by_call.get(ticket.call_id, [])
        if ticket.number is not None and ticket.number in self._by_number:
            return self._by_number[ticket.number]
        if ticket.customer is None or ticket.opened_at is None:
            return None
        opened_at = ticket.opened_at
        return [
            entry
            for entry in self._by_customer.get(customer_key(ticket.customer), [])
            if entry.meta.started_at is not None
            and entry.meta.started_at - EARLY <= opened_at <= entry.meta.started_at + LATE
        ]


def _status(ticket: Ticket, entries: tuple[LedgerEntry, ...]) -> PromiseStatus | RowProblem | None:
    """What the ticket makes of the promise; None while it is open."""
    started_at = entries[0].meta.started_at
    if ticket.closed is not None and started_at is not None and ticket.closed[1] < started_at:
        return RowProblem.BEFORE_CALL
    match ticket.state:
        case TicketState.OPEN:
            return None
        case TicketState.UNDONE:
            return PromiseStatus.BROKEN
        case TicketState.CANCELLED:
            return PromiseStatus.CANCELLED
        case TicketState.DONE:
            # Of a promise that was repeated the most generous time counts.
            due = max((e.promise.due_at for e in entries if e.promise.due_at is not None), default=None)
            return _kept(ticket, due)


def _kept(ticket: Ticket, due: datetime | None) -> PromiseStatus | RowProblem:
    if due is None:
        return PromiseStatus.KEPT
    if ticket.closed is None:
        return RowProblem.NO_DONE_TIME
    first, last = ticket.closed
    if last <= due:
        return PromiseStatus.KEPT
    return PromiseStatus.BROKEN if first > due else RowProblem.DAY_ONLY


def _without_contradictions(decisions: list[Decision], bad: list[BadRow]) -> tuple[list[Decision], list[BadRow]]:
    said: defaultdict[str, set[PromiseStatus]] = defaultdict(set)
    for decision in decisions:
        for entry in decision.entries:
            said[entry.id].add(decision.event.status)
    disputed = {entry_id for entry_id, statuses in said.items() if len(statuses) > 1}
    agreed, refused = [], list(bad)
    for decision in decisions:
        if disputed.isdisjoint(entry.id for entry in decision.entries):
            agreed.append(decision)
        else:
            ids = ", ".join(entry.id for entry in decision.entries)
            refused.append(BadRow(decision.ticket.line, RowProblem.DISAGREE, ids))
    return _last_of_each_ticket(agreed), sorted(refused, key=lambda row: row.line)


def _last_of_each_ticket(decisions: list[Decision]) -> list[Decision]:
    """Of several rows of one ticket about the same promise only the last: the same table must end in the same words."""
    last = {(entry.id, d.event.reference): place for place, d in enumerate(decisions) for entry in d.entries}
    kept = []
    for place, decision in enumerate(decisions):
        own = tuple(entry for entry in decision.entries if last[entry.id, decision.event.reference] == place)
        if own:
            kept.append(replace(decision, entries=own))
    return kept
