"""Finding everything that is held of calls, and letting it go."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Select, and_, delete, exists, func, or_, select, update

from models.keeping import Forgotten, ForgottenPart, HeldCall, Removed
from models.run import StoredCall
from storage.appeal_tables import appeals
from storage.appeals import Appeals
from storage.calibration_tables import calibration_judgements
from storage.calibrations import Calibrations
from storage.column_types import storable
from storage.desk import Desk
from storage.desk_tables import assignments
from storage.hanging import hanging_on
from storage.keeping_tables import forgotten_recordings, text_is_kept
from storage.ledger import histories_of
from storage.mapping import stored_call_from_row
from storage.reviews import review_from_row
from storage.scorecards import read_scorecards
from storage.search import drop_texts
from storage.standing import withdraw
from storage.tables import (
    ledger_promises,
    promises,
    recordings,
    reviews,
    run_files,
    runs,
    scorecards,
    transcripts,
)
from storage.transaction import Transaction
from storage.transcripts import read_transcript

_BATCH = 1000
"""Recordings or customers in one statement: a bounded number of parameters."""
_ERASED_SOURCE = "erased:"
"""Stands for the source of a run that was one file, whose name may be that of a customer."""


class Keeping:
    """`models.keeping.Keeping` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def customer_refs(self) -> Sequence[str]:
        rows = self._transaction.rows(
            select(recordings.c.customer_ref).where(recordings.c.customer_ref.is_not(None)).distinct()
        )
        return sorted(row.customer_ref for row in rows)

    def of_customers(self, customer_refs: Collection[str]) -> Sequence[StoredCall]:
        found: list[StoredCall] = []
        for batch in _batches({str(storable(ref)) for ref in customer_refs}):
            rows = self._transaction.rows(select(recordings).where(recordings.c.customer_ref.in_(batch)))
            found += map(stored_call_from_row, rows)
        return sorted(found, key=lambda call: (call.meta.call_id, call.recording.id))

    def held(self, recording_id: str) -> HeldCall | None:
        row = self._transaction.first(select(recordings).where(recordings.c.id == recording_id))
        if row is None:
            return None
        stored = stored_call_from_row(row)
        heard = self._transaction.rows(
            select(transcripts).where(transcripts.c.recording_id == recording_id).order_by(transcripts.c.id)
        )
        cards = self._transaction.rows(
            select(scorecards.c.id).where(scorecards.c.transcript_id.in_([row.id for row in heard]))
        )
        said = self._transaction.rows(select(reviews).where(reviews.c.recording_id == recording_id))
        own = [review_from_row(self._transaction.sealer, row, stored.meta.call_id) for row in said]
        read = read_scorecards(self._transaction, sorted(row.id for row in cards))
        return HeldCall(
            stored,
            self.addresses(recording_id),
            tuple(filter(None, (read_transcript(self._transaction, row) for row in heard))),
            tuple(read[card_id] for card_id in sorted(read)),
            tuple(sorted(own, key=lambda r: (r.reviewed_at, r.item_id, r.reviewer))),
            tuple(histories_of(self._transaction, [recording_id])[recording_id]),
            tuple(Appeals(self._transaction).of_held(recording_id)),
            Desk(self._transaction).assignment_of(recording_id),
            tuple(Calibrations(self._transaction).judgements_on(recording_id)),
        )

    def addresses(self, recording_id: str) -> tuple[str, ...]:
        rows = self._transaction.rows(
            select(run_files.c.uri).where(run_files.c.recording_id == recording_id).distinct()
        )
        return tuple(sorted(row.uri for row in rows))

    def older_than(self, moment: datetime, part: ForgottenPart, most: int) -> Sequence[str]:
        rows = self._transaction.rows(_older(moment, part, recordings.c.id).order_by(recordings.c.id).limit(most))
        return [row.id for row in rows]

    def count_older_than(self, moment: datetime, part: ForgottenPart) -> int:
        row = self._transaction.first(_older(moment, part, func.count().label("calls")))
        return 0 if row is None else int(row.calls)

    def names_older_than(self, moment: datetime) -> Collection[str]:
        rows = self._transaction.rows(_older(moment, ForgottenPart.CALL, recordings.c.call_id, recordings.c.id))
        return {str(name) for row in rows for name in row}

    def forget(self, recording_ids: Collection[str], part: ForgottenPart, now: datetime) -> Removed:
        # Read what is to be counted under the write lock, so that the record says what went.
        self._transaction.begin_writing()
        gone = Removed()
        for batch in _batches(recording_ids):
            # Whoever adds to one of them just now is waited for: otherwise its row would point at nothing.
            self._transaction.rows(
                select(recordings.c.id).where(recordings.c.id.in_(batch)).order_by(recordings.c.id).with_for_update()
            )
            removed = self._forget_calls(batch) if part is ForgottenPart.CALL else self._forget_texts(batch)
            gone += removed
            for recording_id in batch:
                self._remember(Forgotten(recording_id, part, now))
        return gone

    def forgotten(self, recording_id: str) -> ForgottenPart | None:
        row = self._transaction.first(
            select(forgotten_recordings.c.part).where(forgotten_recordings.c.recording_id == recording_id)
        )
        return None if row is None else ForgottenPart(row.part)

    def all_forgotten(self) -> Sequence[Forgotten]:
        rows = self._transaction.rows(select(forgotten_recordings))
        found = [Forgotten(row.recording_id, ForgottenPart(row.part), row.at) for row in rows]
        return sorted(found, key=lambda forgotten: forgotten.recording_id)

    def _forget_calls(self, batch: Sequence[str]) -> Removed:
        withdraw(self._transaction, batch)
        self._hide_sources(batch)
        deleted = {table.name: self._transaction.delete(delete(table).where(own)) for table, own in hanging_on(batch)}
        return Removed(
            deleted[recordings.name],
            deleted[transcripts.name],
            deleted[scorecards.name],
            deleted[promises.name] + deleted[ledger_promises.name],
            deleted[reviews.name],
            deleted[appeals.name],
            deleted[assignments.name],
            deleted[calibration_judgements.name],
        )

    def _forget_texts(self, batch: Sequence[str]) -> Removed:
        """The rows stay, for scorecards point at them."""
        there = and_(transcripts.c.recording_id.in_(batch), text_is_kept(transcripts.c.recording_id))
        row = self._transaction.first(select(func.count().label("texts")).select_from(transcripts).where(there))
        self._transaction.update(update(transcripts).where(there).values(document=JSON.NULL))
        drop_texts(self._transaction, batch)
        return Removed(transcripts=0 if row is None else int(row.texts))

    def _hide_sources(self, batch: Sequence[str]) -> None:
        """A run of single files has their addresses, with blanks between, for its source."""
        of_batch = recordings.c.id.in_(batch)
        seen = select(run_files.c.uri).where(run_files.c.recording_id.in_(batch))
        first_seen = select(recordings.c.uri).where(of_batch)
        gone = {row.uri for addresses in (seen, first_seen) for row in self._transaction.rows(addresses)}
        of_files = or_(runs.c.source.in_(seen), runs.c.source.in_(first_seen), runs.c.source.contains(" "))
        for row in self._transaction.rows(select(runs.c.id, runs.c.source).where(of_files)):
            left = " ".join(_ERASED_SOURCE if uri in gone else uri for uri in row.source.split(" "))
            if left != row.source:
                self._transaction.update(update(runs).where(runs.c.id == row.id).values(source=left))

    def _remember(self, forgotten: Forgotten) -> None:
        row = {"recording_id": forgotten.recording_id, "part": forgotten.part, "at": forgotten.at}
        if not self._transaction.insert_new(forgotten_recordings, row) and forgotten.part is ForgottenPart.CALL:
            self._transaction.update(
                update(forgotten_recordings)
                .where(
                    forgotten_recordings.c.recording_id == forgotten.recording_id,
                    forgotten_recordings.c.part != ForgottenPart.CALL,
                )
                .values(part=forgotten.part, at=forgotten.at)
            )


def _older(moment: datetime, part: ForgottenPart, *what: Any) -> Select[Any]:
    first_found = (
        select(func.min(runs.c.started_at))
        .select_from(run_files.join(runs, runs.c.id == run_files.c.run_id))
        .where(run_files.c.recording_id == recordings.c.id)
        .scalar_subquery()
    )
    old = or_(recordings.c.started_at < moment, and_(recordings.c.started_at.is_(None), first_found < moment))
    statement = select(*what).select_from(recordings).where(old)
    if part is ForgottenPart.CALL:
        return statement
    heard = exists().where(transcripts.c.recording_id == recordings.c.id)
    return statement.where(heard, text_is_kept(recordings.c.id))


def _batches(values: Collection[str]) -> Iterator[tuple[str, ...]]:
    rest = iter(sorted(set(values)))
    while batch := tuple(islice(rest, _BATCH)):
        yield batch
