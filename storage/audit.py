"""The audit log in the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import DataError

from models.audit import AuditEntry, AuditEvent, AuditFilter, AuditHead, seal
from models.errors import IntegrityError
from storage.column_types import storable
from storage.keeping_tables import audit_log
from storage.transaction import Transaction

_BATCH = 1000
"""Entries read at once."""
_LOCK = int.from_bytes(b"audit")
_SEAL = (audit_log.c.number, audit_log.c.previous, audit_log.c.digest)
_UNREADABLE = AuditEvent(datetime(1, 1, 1, tzinfo=UTC), "", "unreadable", "")


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
            select(*_SEAL).where(audit_log.c.number > last).order_by(audit_log.c.number).limit(_BATCH)
        ):
            yield from self._read(rows)
            last = rows[-1].number

    def newest(self, which: AuditFilter, most: int, before: int | None = None) -> Sequence[AuditEntry]:
        wanted = select(*_SEAL).order_by(audit_log.c.number.desc()).limit(most)
        if which.action is not None:
            wanted = wanted.where(audit_log.c.action == which.action)
        if which.actor is not None:
            wanted = wanted.where(audit_log.c.actor == which.actor)
        if before is not None:
            wanted = wanted.where(audit_log.c.number < before)
        seals = self._transaction.rows(wanted)[::-1]
        return list(self._read(seals))[::-1] if seals else []

    def since(self, moment: datetime) -> Iterator[AuditEntry]:
        """As in the port. Backwards in batches: the log is in order of time, and only numbers are indexed."""
        query = select(*_SEAL).order_by(audit_log.c.number.desc()).limit(_BATCH)
        rows = self._transaction.rows(query)
        while rows:
            for entry in reversed(list(self._read(rows[::-1]))):
                if entry.event.at < moment:
                    return
                yield entry
            rows = self._transaction.rows(query.where(audit_log.c.number < rows[-1].number))

    def _read(self, seals: Sequence[Row[Any]]) -> Iterator[AuditEntry]:
        """The entries with these seals; where the content is none any more, an entry that does not fit its seal."""
        numbers = audit_log.c.number.in_([row.number for row in seals])
        try:
            rows = self._transaction.rows(select(audit_log).where(numbers).order_by(audit_log.c.number))
            entries = [_from_row(row) for row in rows]
        except (ValueError, TypeError, DataError):
            if len(seals) == 1:
                yield AuditEntry(seals[0].number, _UNREADABLE, seals[0].previous, seals[0].digest)
            else:
                half = len(seals) // 2
                yield from self._read(seals[:half])
                yield from self._read(seals[half:])
        else:
            yield from entries

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
    event = AuditEvent(row.at, row.actor, row.action, row.subject, dict(row.details))
    return AuditEntry(row.number, event, row.previous, row.digest)
