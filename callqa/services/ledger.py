"""Telling the promise ledger what became of promises: from tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from callqa.tickets import TicketTable
from models.ports import UnitOfWorkFactory
from scoring.tickets import BadRow, Decision, TicketState, decide


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
    table: TicketTable, actions: Mapping[str, str], by: str, now: datetime, new_unit_of_work: UnitOfWorkFactory
) -> SettleResult:
    """Record what the tickets say, all in one transaction; the same table again changes nothing.

    `actions` are ids of actions by name, to which those of the ledger are added. `by` is who brings the tickets.
    """
    with new_unit_of_work() as uow:
        entries = uow.ledger.entries()
        names = {entry.promise.action.casefold(): entry.promise.action for entry in entries} | dict(actions)
        decisions, bad = decide(table.tickets, entries, names, by, now)
        # Every promise of a decision is told, also where the first one knows it already.
        told = [(d, [uow.ledger.record(entry, d.event) for entry in d.entries]) for d in decisions]
        uow.commit()
    settled = tuple(decision for decision, news in told if any(news))
    rows = sorted([*table.bad, *bad], key=lambda row: row.line)
    still_open = {t.line for t in table.tickets if t.state is TicketState.OPEN} - {row.line for row in bad}
    return SettleResult(settled, len(decisions) - len(settled), len(still_open), tuple(rows))
