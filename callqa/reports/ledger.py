"""The promise ledger as a list: chosen, ordered, counted, and written as rows for people and programs.

Customers' references are masked (`shown_customer`): a ledger is passed around more freely than a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from callqa.reports.code_words import CODE_WORDS
from callqa.reports.export import ExportFormat
from callqa.reports.table_files import columns_of, write_csv, write_jsonl, write_parquet, write_xlsx
from callqa.reports.vcon import shown_customer
from callqa.reports.words import LANGUAGES, Words
from models.ledger import LedgerEntry, StatusEvent
from models.scorecard import PromiseStatus
from scoring.ledger import Standing, standing

_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry and how it stands."""

    entry: LedgerEntry
    standing: Standing


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """What to list: all that is given must hold. `due` are the first and the last day, in the zone of the list.

    Without `statuses` what is left to be done or looked at is listed: open, claimed and disputed promises.
    """

    statuses: frozenset[PromiseStatus] = frozenset()
    overdue: bool = False
    due: tuple[date, date] | None = None
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """Promises by how they stand. `broken` does not count what is merely `claimed`, and `open` not what is overdue.

    `due` are those of which it can be asked whether they were kept: kept, broken, claimed and overdue ones.
    """

    promises: int
    open: int
    overdue: int
    kept: int
    broken: int
    claimed: int
    disputed: int
    cancelled: int
    due: int


def action_ids() -> dict[str, str]:
    """Ids of the actions that have words, by those words in lower case, in every language."""
    keys = [key for key in CODE_WORDS if key.startswith("action.")]
    return {words(key).casefold(): key.removeprefix("action.") for words in map(Words, LANGUAGES) for key in keys}


def ledger_lines(entries: Iterable[LedgerEntry], now: datetime) -> list[LedgerLine]:
    """Every entry as it stands now: overdue first, then what is to come, the earliest first, then what is settled."""
    lines = [LedgerLine(entry, standing(entry.promise, entry.events, now)) for entry in entries]
    return sorted(lines, key=_order)


def chosen(lines: Iterable[LedgerLine], query: LedgerQuery, zone: ZoneInfo) -> list[LedgerLine]:
    """The lines that the query asks for, in their order."""
    return [line for line in lines if _is_asked_for(line, query, zone)]


def count(lines: Sequence[LedgerLine]) -> LedgerCounts:
    """How many promises stand how."""
    stands = [line.standing for line in lines]
    plain = [s.status for s in stands if not s.claimed]
    late = sum(s.overdue and not s.claimed for s in stands)
    claimed = sum(s.claimed for s in stands)
    kept, broken = plain.count(PromiseStatus.KEPT), plain.count(PromiseStatus.BROKEN)
    return LedgerCounts(
        promises=len(stands),
        open=plain.count(PromiseStatus.OPEN) - late,
        overdue=late,
        kept=kept,
        broken=broken,
        claimed=claimed,
        disputed=sum(s.dispute is not None for s in stands),
        cancelled=plain.count(PromiseStatus.CANCELLED),
        due=kept + broken + claimed + late,
    )


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise of the ledger; the columns of csv, xlsx and parquet, in this order.

    promise_id: short, stays when the call is scored again. call_id ... customer: the call; long numbers in `customer`
      are masked. `started_at` is empty when unknown.
    action ... due_at: what was promised. `specificity` is concrete, vague or overpromise; `start_s` is seconds into the
      recording; `due_at` is empty where nothing definite was said, or the call has no date.
    status: open, kept, broken or cancelled; `claimed`: so says only the customer; `disputed`: the customer says
      otherwise; `overdue`: its time has passed and it is open or claimed.
    source ... note: what the status rests on: ticket, later_call or person, its number or call, when it happened, when
      and by whom it was recorded. Empty where nobody has said anything. `claim` are the customer's words against it.
    in_newest_scorecard: false for one that only an earlier scorecard holds. standard_id, standard_version: of its
      scorecard.
    """

    promise_id: str
    call_id: str = field(metadata={"width": 20})
    agent_id: str
    agent_name: str | None
    team: str | None
    customer: str | None
    started_at: datetime | None = field(metadata={"width": 20})
    action: str
    specificity: str
    quote: str = field(metadata={"width": 36})
    start_s: float | None
    deadline: str | None
    due_at: datetime | None = field(metadata={"width": 20})
    status: str
    claimed: bool
    disputed: bool
    overdue: bool
    source: str | None
    reference: str | None
    happened_at: datetime | None = field(metadata={"width": 20})
    recorded_at: datetime | None = field(metadata={"width": 20})
    recorded_by: str | None
    note: str | None = field(metadata={"width": 36})
    claim: str | None = field(metadata={"width": 36})
    in_newest_scorecard: bool
    standard_id: str = field(metadata={"width": 20})
    standard_version: str


def promise_row(line: LedgerLine, zone: ZoneInfo) -> PromiseRow:
    """The row of one promise; moments of events in `zone`, those of the call on its own clock."""
    entry, stands = line.entry, line.standing
    meta, promise, basis, claim = entry.meta, entry.promise, stands.basis, claim_of(stands)
    return PromiseRow(
        promise_id=entry.id,
        call_id=meta.call_id,
        agent_id=meta.agent_id,
        agent_name=meta.agent_name,
        team=meta.team,
        customer=shown_customer(meta.customer_ref) if meta.customer_ref else None,
        started_at=meta.started_at,
        action=promise.action,
        specificity=promise.specificity.value,
        quote=promise.quote,
        start_s=promise.start_s,
        deadline=promise.deadline,
        due_at=promise.due_at,
        status=stands.status.value,
        claimed=stands.claimed,
        disputed=stands.dispute is not None,
        overdue=stands.overdue,
        source=basis.source.value if basis else None,
        reference=basis.reference if basis else None,
        happened_at=basis.happened_at.astimezone(zone) if basis and basis.happened_at else None,
        recorded_at=basis.recorded_at.astimezone(zone) if basis else None,
        recorded_by=basis.recorded_by if basis else None,
        note=basis.note if basis else None,
        claim=claim.note if claim else None,
        in_newest_scorecard=entry.found,
        standard_id=entry.standard.id,
        standard_version=entry.standard.version,
    )


def promise_to_json(line: LedgerLine, zone: ZoneInfo) -> dict[str, Any]:
    """The row as JSON, with the whole history."""
    row = promise_row(line, zone)
    values = {name: getattr(row, name) for name in PromiseRow.__dataclass_fields__}
    return {name: _plain(value) for name, value in values.items()} | {
        "history": [_event_to_json(event, zone) for event in line.entry.events]
    }


def export_promises(lines: Iterable[LedgerLine], path: Path, format: ExportFormat, zone: ZoneInfo) -> int:
    """Write the ledger to a file, which appears complete or not at all; returns the number of promises.

    csv, xlsx and parquet have one row per promise (`PromiseRow`); jsonl also holds the history of each. Raises
    InputError when the file cannot be written.
    """
    if format is ExportFormat.JSONL:
        return write_jsonl((promise_to_json(line, zone) for line in lines), path)
    write = {ExportFormat.CSV: write_csv, ExportFormat.XLSX: write_xlsx, ExportFormat.PARQUET: write_parquet}[format]
    return write(columns_of(PromiseRow), (astuple(promise_row(line, zone)) for line in lines), path)


def claim_of(stands: Standing) -> StatusEvent | None:
    """The customer's word that a person has yet to look at, or None."""
    return stands.basis if stands.claimed else stands.dispute


def _order(line: LedgerLine) -> tuple[bool, bool, datetime, str, int, int]:
    promise = line.entry.promise
    return (
        line.standing.settled,
        not line.standing.overdue,
        promise.due_at or _LATEST,
        line.entry.meta.call_id,
        promise.utterance,
        promise.char_start,
    )


def _is_asked_for(line: LedgerLine, query: LedgerQuery, zone: ZoneInfo) -> bool:
    stands, due_at = line.standing, line.entry.promise.due_at
    if query.agent_id is not None and line.entry.meta.agent_id != query.agent_id:
        return False
    if query.overdue and not stands.overdue:
        return False
    if query.due is not None and (due_at is None or not query.due[0] <= due_at.astimezone(zone).date() <= query.due[1]):
        return False
    return stands.status in query.statuses if query.statuses else not stands.settled


def _event_to_json(event: StatusEvent, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "status": event.status.value,
        "claimed": event.claimed,
        "source": event.source.value,
        "reference": event.reference,
        "happened_at": _plain(event.happened_at.astimezone(zone) if event.happened_at else None),
        "recorded_at": _plain(event.recorded_at.astimezone(zone)),
        "recorded_by": event.recorded_by,
        "note": event.note,
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
