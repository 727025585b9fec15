"""The audit log in the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select

from models.audit import AuditEntry, AuditEvent, AuditHead, seal
from models.errors import IntegrityError
from storage.column_types import storable
from storage.keeping_tables import audit_log
from storage.transaction import Transaction

_BATCH = 1000
"""Entries read at once."""
_LOCK = int.from_bytes(b"audit")


class AuditLog:
    """`models.keeping.AuditLog` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def record(self, event: AuditEvent) -> AuditEntry:
        """As in the port. Two transactions never follow the same entry: they take turns."""
        self._transaction.take_turn(_LOCK)
        entry = seal(_as_stored(event), self.head())
        self._transaction.insert(audit_log, _to_row(entry))
        return entry

    def entries(self) -> Iterator[AuditEntry]:
        """As in the port, read in batches."""
        last = 0
        while rows := self._transaction.rows(
            select(audit_log).where(audit_log.c.number > last).order_by(audit_log.c.number).limit(_BATCH)
        ):
            yield from map(_from_row, rows)
            last = rows[-1].number

    def head(self) -> AuditHead | None:
        row = self._transaction.first(
            select(audit_log.c.number, audit_log.c.digest).order_by(audit_log.c.number.desc()).limit(1)
        )
        return None if row is None else AuditHead(row.number, row.digest)

    def adopt(self, entries: Sequence[AuditEntry]) -> None:
        self._transaction.take_turn(_LOCK)
        head = self.head()
        for entry in entries:
            if entry != seal(entry.event, head):
                raise IntegrityError(f"entry {entry.number} does not follow the audit log's entry {head or 'zero'}")
            head = entry.head
        self._transaction.insert_all(audit_log, [_to_row(entry) for entry in entries])


def _as_stored(event: AuditEvent) -> AuditEvent:
    """The event as it will be read again: the digest is of that."""
    texts = {name: storable(str(getattr(event, name))) for name in ("actor", "action", "subject")}
    return replace(event, **texts, details=storable(dict(event.details)))


def _to_row(entry: AuditEntry) -> dict[str, Any]:
    event = entry.event
    return {
        "number": entry.number,
        "at": event.at,
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "details": dict(event.details),
        "previous": entry.previous,
        "digest": entry.digest,
    }


def _from_row(row: Row[Any]) -> AuditEntry:
    event = AuditEvent(row.at, row.actor, row.action, row.subject, row.details)
    return AuditEntry(row.number, event, row.previous, row.digest)
