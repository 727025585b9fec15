"""Telling the promise ledger what became of promises: from tickets, from later calls, and from people."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from callqa.tickets import TicketTable
from models.audit import AuditAction, By, deed, name_of
from models.call import CallMeta
from models.errors import InputError, StateError, origin_of
from models.ledger import LedgerEntry, StatusEvent, StatusSource
from models.person import EVERYBODY, Scope
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.review import NoteMask
from models.run import StoredCall
from models.scorecard import PromiseStatus
from models.transcript import Transcript
from scoring import ServiceStandard
from scoring.later_calls import WITHIN, from_later_call
from scoring.ledger import standing
from scoring.tickets import BadRow, Decision, TicketState, decide
from scoring.view import view

log = logging.getLogger(__name__)

MOST_TICKET_CHARACTERS = 64

StandardOf = Callable[[CallMeta], ServiceStandard | None]


@dataclass(frozen=True, slots=True)
class SettleResult:
    """What a ticket export changed. `settled` are the rows that told something new, `unchanged` counts those that told
    what was known, `still_open` those of tickets that are open; `bad` are rows that settle nothing, by line.
    """

    settled: tuple[Decision, ...]
    unchanged: int
    still_open: int
    bad: tuple[BadRow, ...]


def settle(
    table: TicketTable,
    actions: Mapping[str, str],
    by: By,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
    scope: Scope = EVERYBODY,
) -> SettleResult:
    """Record what the tickets say of promises of the scope, all in one transaction; the same table again: no change.

    `actions` are ids of actions by name, to which those of the ledger are added. `by` is who brings the tickets.
    """
    with new_unit_of_work() as uow:
        entries = uow.ledger.entries(scope=scope)
        names = {entry.promise.action.casefold(): entry.promise.action for entry in entries} | dict(actions)
        decisions, bad = decide(table.tickets, entries, names, name_of(by), now)
        # Every promise of a decision is told, also where the first one knows it already.
        told = [(d, [uow.ledger.record(entry, d.event) for entry in d.entries]) for d in decisions]
        settled = tuple(decision for decision, news in told if any(news))
        if settled:
            ids = sorted({entry.id for decision in settled for entry in decision.entries})
            uow.audit.record(deed(now, by, AuditAction.TICKETS_IMPORTED, "", {"promises": ids}))
        uow.commit()
    rows = sorted([*table.bad, *bad], key=lambda row: row.line)
    still_open = {t.line for t in table.tickets if t.state is TicketState.OPEN} - {row.line for row in bad}
    return SettleResult(settled, len(decisions) - len(settled), len(still_open), tuple(rows))


@dataclass(frozen=True, slots=True)
class FollowUpResult:
    """`customers` with more than one call were looked at; `failed` are calls that the rules could not digest.

    `kept` and `claimed` count promises of which something new was found.
    """

    customers: int
    kept: int
    claimed: int
    failed: int


def follow_up(
    standard_of: StandardOf,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
    customers: Collection[str] | None = None,
) -> FollowUpResult:
    """Look in customers' later calls for what became of promises, one transaction per customer.

    Those customers', or all: with all calls of each, so that the order in which calls come in does not matter.
    `standard_of` says by which standard a call is read. Again: nothing new is found.
    """
    with new_unit_of_work() as uow:
        if customers is None:
            customers = {entry.meta.customer_ref for entry in uow.ledger.entries() if entry.meta.customer_ref}
        of_customer: defaultdict[str | None, list[StoredCall]] = defaultdict(list)
        for call in uow.calls.of_customers(customers):
            of_customer[call.meta.customer_ref].append(call)
    kept = claimed = failed = 0
    repeated = [calls for calls in of_customer.values() if len(calls) > 1]
    for calls in repeated:
        with new_unit_of_work() as uow:
            events, wrong = _found_in(calls, standard_of, now, uow)
            news = [event for entry, event in events if uow.ledger.record(entry, event)]
            uow.commit()
        kept += sum(not event.claimed for event in news)
        claimed += sum(event.claimed for event in news)
        failed += wrong
    return FollowUpResult(len(repeated), kept, claimed, failed)


def _found_in(
    calls: Collection[StoredCall], standard_of: StandardOf, now: datetime, uow: UnitOfWork
) -> tuple[list[tuple[LedgerEntry, StatusEvent]], int]:
    """What the calls of one customer say of each other's promises, and how many could not be read."""
    entries = uow.ledger.entries([call.recording.id for call in calls])
    later = [call.recording.id for call in calls if any(_comes_after(call.meta, entry) for entry in entries)]
    found: list[tuple[LedgerEntry, StatusEvent]] = []
    failed = 0
    for call, transcript in uow.transcripts.of(later):
        try:
            found += _read(call.meta, transcript, standard_of, entries, now)
        except Exception as error:  # noqa: BLE001 - one call that the rules cannot digest must not cost the rest
            # Its message may quote the call, so only its origin is told.
            log.error("following up failed for recording %s: %s", call.recording.id, origin_of(error))
            failed += 1
    return found, failed


def _read(
    meta: CallMeta, transcript: Transcript, standard_of: StandardOf, entries: Collection[LedgerEntry], now: datetime
) -> list[tuple[LedgerEntry, StatusEvent]]:
    standard = standard_of(meta)
    return [] if standard is None else from_later_call(view(transcript, meta, standard), list(entries), now)


def _comes_after(meta: CallMeta, entry: LedgerEntry) -> bool:
    """Whether the call may say something of the promise; most calls need not be read."""
    made, due, began = entry.meta.started_at, entry.promise.due_at, meta.started_at
    return made is not None and due is not None and began is not None and made < began <= due + WITHIN


@dataclass(frozen=True, slots=True)
class Place:
    """Where a promise is looked for: in the calls of a scope, and only in one recording where that is known."""

    scope: Scope = EVERYBODY
    recording_id: str | None = None


ANYWHERE = Place()


def mark(
    promise_id: str,
    status: PromiseStatus,
    by: By,
    note: str,
    now: datetime,
    new_unit_of_work: UnitOfWorkFactory,
    place: Place = ANYWHERE,
    *,
    mask: NoteMask,
) -> bool:
    """Record a person's word on one promise, its note masked; False when they said exactly that before.

    Raises InputError when no promise of that place has this id.
    """
    with new_unit_of_work() as uow:
        found = _at(place, promise_id, uow)
        event = StatusEvent(status, StatusSource.PERSON, "", None, now, name_of(by), mask(note))
        told = [uow.ledger.record(entry, event) for entry in found]
        if any(told):
            # Not the note, which may say who the customer is.
            details = {"recording": found[0].recording_id, "status": status.value}
            uow.audit.record(deed(now, by, AuditAction.PROMISE_MARKED, promise_id, details))
        uow.commit()
    return any(told)


def link(
    promise_id: str, ticket: str, by: By, now: datetime, new_unit_of_work: UnitOfWorkFactory, place: Place = ANYWHERE
) -> bool:
    """Note that a ticket is open for a promise, so that ticket exports find it by the number alone.

    False when it was noted before. Raises InputError for an empty number and for no such promise, StateError for a
    promise that is settled: an open ticket would open it again.
    """
    number = ticket.strip()
    if not 0 < len(number) <= MOST_TICKET_CHARACTERS:
        raise InputError(f"a ticket's number has 1 to {MOST_TICKET_CHARACTERS} characters")
    with new_unit_of_work() as uow:
        found = _at(place, promise_id, uow)
        if all(standing(entry.promise, entry.events, now).settled for entry in found):
            raise StateError(f"promise {promise_id!r} is settled; mark it open before a ticket is opened for it")
        event = StatusEvent(PromiseStatus.OPEN, StatusSource.TICKET, number, None, now, name_of(by))
        told = [uow.ledger.record(entry, event) for entry in found if not _knows(entry, number)]
        if any(told):
            # Not the number, which people write as they like.
            details = {"recording": found[0].recording_id}
            uow.audit.record(deed(now, by, AuditAction.PROMISE_LINKED, promise_id, details))
        uow.commit()
    return any(told)


def _at(place: Place, promise_id: str, uow: UnitOfWork) -> list[LedgerEntry]:
    recording_ids = None if place.recording_id is None else [place.recording_id]
    found = [entry for entry in uow.ledger.entries(recording_ids, place.scope) if entry.id == promise_id]
    if not found:
        raise InputError(f"no promise {promise_id!r} in the ledger; `callqa promises` lists their ids")
    return found


def _knows(entry: LedgerEntry, number: str) -> bool:
    return any(event.source is StatusSource.TICKET and event.reference == number for event in entry.events)
