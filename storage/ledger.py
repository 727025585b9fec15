"""The promise ledger: the promises of the newest scorecards, and what was said of them since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from models.call import RecordingState
from models.ledger import History, LedgerEntry, PlacedPromise, StatusEvent, StatusSource, entries_of
from models.person import EVERYBODY, Scope
from models.scorecard import PromiseStatus, StandardRef
from storage.calls import locked_state
from storage.column_types import storable
from storage.mapping import (
    event_from_row,
    ledger_event_to_row,
    ledger_promise_to_row,
    promise_from_row,
    standard_to_row,
    stored_call_from_row,
)
from storage.scopes import in_scope
from storage.sealed_columns import open_row, seal_row
from storage.tables import (
    ledger_events,
    ledger_promises,
    promises,
    recordings,
    scorecards,
    standards,
    transcripts,
)
from storage.transaction import Transaction

_BATCH = 1000
"""Recordings looked at in one query: a bounded number of parameters."""


class Ledger:
    """`models.ports.Ledger` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def entries(
        self,
        recording_ids: Collection[str] | None = None,
        scope: Scope = EVERYBODY,
        begun_since: datetime | None = None,
    ) -> Sequence[LedgerEntry]:
        """As in the port, without calls of quarantined recordings."""
        which = in_scope(recordings.c, scope)
        if begun_since is not None:
            which.append(or_(recordings.c.started_at >= begun_since, recordings.c.started_at.is_(None)))
        wanted = sorted(self._with_promises(which) if recording_ids is None else set(recording_ids))
        found: list[LedgerEntry] = []
        rest = iter(wanted)
        while batch := list(islice(rest, _BATCH)):
            found += self._read(batch, which)
        return sorted(found, key=lambda e: (e.meta.call_id, e.recording_id, e.promise.utterance, e.promise.char_start))

    def recordings(self, scope: Scope, after: str, most: int) -> Sequence[str]:
        which = in_scope(recordings.c, scope)
        made, told = self._sources()
        rows = self._transaction.rows(
            select(recordings.c.id)
            .where(recordings.c.id > after, or_(recordings.c.id.in_(made), recordings.c.id.in_(told)), *which)
            .order_by(recordings.c.id)
            .limit(most)
        )
        return [row.id for row in rows]

    def record(self, entry: LedgerEntry, event: StatusEvent) -> bool:
        """As in the port. Raises StateError when the recording is unknown."""
        locked_state(self._transaction, entry.recording_id)
        history_ids = entry.history_ids or (self._begin_history(entry),)
        # Read under the lock: another process may have said the same since the entry was read.
        said = select(ledger_events).where(ledger_events.c.promise_id.in_(history_ids))
        if event.source is not StatusSource.PERSON:
            said = said.where(ledger_events.c.source == event.source, ledger_events.c.reference == event.reference)
        last = self._transaction.first(said.order_by(ledger_events.c.id.desc()).limit(1))
        stored = replace(event, reference=str(storable(event.reference)), note=str(storable(event.note)))
        sealer = self._transaction.sealer
        if last is not None:
            opened = open_row(sealer, ledger_events, last, entry.recording_id)
            if stored.says_the_same(event_from_row(opened)):
                return False
        row = ledger_event_to_row(event, history_ids[0])
        self._transaction.insert(ledger_events, seal_row(sealer, ledger_events, row, entry.recording_id))
        return True

    def _begin_history(self, entry: LedgerEntry) -> int:
        self._transaction.insert_new(standards, standard_to_row(entry.standard))
        row = ledger_promise_to_row(entry)
        self._transaction.insert_new(
            ledger_promises, seal_row(self._transaction.sealer, ledger_promises, row, entry.recording_id)
        )
        key = ("recording_id", "engine_digest", "utterance", "char_start", "char_end", "action")
        found = self._transaction.first(select(ledger_promises.c.id).filter_by(**{name: row[name] for name in key}))
        assert found is not None
        return int(found.id)

    def _sources(self) -> tuple[Select[Any], Select[Any]]:
        """Recordings with a promise in any of their scorecards, and those with a history."""
        made = (
            select(transcripts.c.recording_id)
            .join(scorecards, scorecards.c.transcript_id == transcripts.c.id)
            .join(promises, promises.c.scorecard_id == scorecards.c.id)
            .distinct()
        )
        return made, select(ledger_promises.c.recording_id).distinct()

    def _with_promises(self, which: Sequence[ColumnElement[bool]]) -> set[str]:
        sources: Sequence[Select[Any]] = self._sources()
        if which:
            sources = [
                source.join(recordings, recordings.c.id == source.selected_columns.recording_id).where(*which)
                for source in sources
            ]
        return {row.recording_id for source in sources for row in self._transaction.rows(source)}

    def _read(self, wanted: Sequence[str], which: Sequence[ColumnElement[bool]]) -> list[LedgerEntry]:
        calls = self._transaction.rows(
            select(recordings).where(
                recordings.c.id.in_(wanted), recordings.c.state != RecordingState.QUARANTINED, *which
            )
        )
        recording_ids = [row.id for row in calls]
        made: defaultdict[str, list[tuple[StandardRef, PlacedPromise]]] = defaultdict(list)
        for row in self._transaction.rows(_newest_promises(recording_ids)):
            opened = open_row(self._transaction.sealer, promises, row, row.recording_id)
            made[row.recording_id].append(
                (_standard(row), PlacedPromise(row.engine_digest, promise_from_row(opened, row.status)))
            )
        told = histories_of(self._transaction, recording_ids)
        return [
            entry
            for call in map(stored_call_from_row, calls)
            for entry in entries_of(call.recording.id, call.meta, made[call.recording.id], told[call.recording.id])
        ]


_STANDARD = (standards.c.id.label("standard_id"), standards.c.version.label("standard_version"))


def histories_of(transaction: Transaction, recording_ids: Sequence[str]) -> defaultdict[str, list[History]]:
    """What was said of promises, by recording, the oldest first; of quarantined recordings too."""
    heads = transaction.rows(
        _with_standard(select(ledger_promises, *_STANDARD), ledger_promises.c.standard_digest)
        .where(ledger_promises.c.recording_id.in_(recording_ids))
        .order_by(ledger_promises.c.id)
    )
    events: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in transaction.rows(
        select(ledger_events, ledger_promises.c.recording_id)
        .join(ledger_promises, ledger_promises.c.id == ledger_events.c.promise_id)
        .where(ledger_promises.c.recording_id.in_(recording_ids))
        .order_by(ledger_events.c.id)
    ):
        events[row.promise_id].append(open_row(transaction.sealer, ledger_events, row, row.recording_id))
    histories: defaultdict[str, list[History]] = defaultdict(list)
    for head in heads:
        opened = open_row(transaction.sealer, ledger_promises, head, head.recording_id)
        placed = PlacedPromise(head.engine_digest, promise_from_row(opened, PromiseStatus.OPEN))
        told = tuple(event_from_row(event) for event in events[head.id])
        histories[head.recording_id].append(History(head.id, placed, _standard(head), told))
    return histories


def _with_standard(statement: Select[Any], digest: Any) -> Select[Any]:
    return statement.join(standards, standards.c.digest == digest)


def _standard(row: Row[Any]) -> StandardRef:
    return StandardRef(row.standard_id, row.standard_version, row.standard_digest)


def _newest_promises(recording_ids: Sequence[str]) -> Select[Any]:
    """The promises of the newest scorecard of each recording, in their order."""
    newest = (
        select(func.max(scorecards.c.id))
        .join(transcripts, transcripts.c.id == scorecards.c.transcript_id)
        .where(transcripts.c.recording_id.in_(recording_ids))
        .group_by(transcripts.c.recording_id)
    )
    statement = (
        select(
            promises,
            transcripts.c.recording_id,
            transcripts.c.engine_digest,
            scorecards.c.standard_digest,
            *_STANDARD,
        )
        .join(scorecards, scorecards.c.id == promises.c.scorecard_id)
        .join(transcripts, transcripts.c.id == scorecards.c.transcript_id)
        .where(promises.c.scorecard_id.in_(newest))
        .order_by(promises.c.scorecard_id, promises.c.position)
    )
    return _with_standard(statement, scorecards.c.standard_digest)
