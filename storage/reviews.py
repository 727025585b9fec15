"""Verdicts of people on items of calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Subquery, func, select

from models.call import RecordingState
from models.errors import StateError
from models.review import Review, ReviewSource, Sentence, in_force
from models.scorecard import Verdict
from storage.calls import Calls
from storage.column_types import storable
from storage.sealed_columns import open_row, seal_row
from storage.sealing import Sealer
from storage.tables import findings, recordings, reviews, scorecards, transcripts
from storage.transaction import Transaction

_LATEST = (
    (reviews.c.source == ReviewSource.APPEAL).desc(),
    reviews.c.reviewed_at.desc(),
    reviews.c.reviewer.desc(),
)


def in_force_reviews(*conditions: ColumnElement[bool]) -> Subquery:
    """Reviews under these conditions with their `age`: 1 for the one that holds, as `models.review.in_force` has it."""
    age = func.row_number().over(partition_by=(reviews.c.recording_id, reviews.c.item_id), order_by=_LATEST)
    return select(reviews, age.label("age")).where(*conditions).subquery()


def verdict_in_force(recording_id: ColumnElement[str], item_id: ColumnElement[str]) -> ScalarSelect[Verdict]:
    """The verdict of the review that holds for the row's item; NULL where there is none."""
    own = reviews.c.recording_id == recording_id, reviews.c.item_id == item_id
    return select(reviews.c.verdict).where(*own).order_by(*_LATEST).limit(1).scalar_subquery()


class Reviews:
    """`models.ports.Reviews` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, review: Review) -> None:
        """As in the port. It is kept with the recording that holds the call now."""
        recording_id = Calls(self._transaction).recording_of(review.call_id)
        if recording_id is None:
            raise StateError(f"call {review.call_id} is not in the database, or is set aside; nothing was reviewed")
        meant = review.sentence
        row = {
            "recording_id": recording_id,
            "item_id": review.item_id,
            "reviewer": review.reviewer,
            "reviewed_at": review.reviewed_at,
            "verdict": review.verdict,
            "comment": review.comment,
            "source": review.source,
            "utterance": meant.utterance if meant is not None else None,
            "kind": meant.kind if meant is not None else None,
            "words_digest": meant.digest if meant is not None else None,
        }
        self._transaction.insert_new(reviews, seal_row(self._transaction.sealer, reviews, row, recording_id))

    def of(self, call_ids: Collection[str]) -> Sequence[Review]:
        """As in the port, without calls of quarantined recordings."""
        rows = self._transaction.rows(
            select(reviews, recordings.c.call_id)
            .join(recordings, recordings.c.id == reviews.c.recording_id)
            .where(
                recordings.c.call_id.in_([storable(call_id) for call_id in call_ids]),
                recordings.c.state != RecordingState.QUARANTINED,
            )
        )
        found = [review_from_row(self._transaction.sealer, row, row.call_id) for row in rows]
        # Sorted here, because databases order text by their own collations.
        return sorted(found, key=lambda r: (r.call_id, r.item_id, r.reviewed_at, r.reviewer))

    def recordings(self) -> Sequence[str]:
        """As in the port."""
        return sorted(row.recording_id for row in self._transaction.rows(select(reviews.c.recording_id).distinct()))

    def corrected(self) -> Sequence[Review]:
        """As in the port, without calls of quarantined recordings."""
        otherwise = (
            select(findings.c.verdict)
            .join(scorecards, scorecards.c.id == findings.c.scorecard_id)
            .join(transcripts, transcripts.c.id == scorecards.c.transcript_id)
            .where(
                transcripts.c.recording_id == reviews.c.recording_id,
                findings.c.item_id == reviews.c.item_id,
                findings.c.verdict != reviews.c.verdict,
            )
        )
        rows = self._transaction.rows(
            select(reviews, recordings.c.call_id, otherwise.exists().label("differs"))
            .join(recordings, recordings.c.id == reviews.c.recording_id)
            .where(recordings.c.state != RecordingState.QUARANTINED)
        )
        said = [(review_from_row(self._transaction.sealer, row, row.call_id), row.differs) for row in rows]
        said.sort(key=lambda one: in_force(one[0]))
        last = {(review.call_id, review.item_id): (review, differs) for review, differs in said}
        return [last[place][0] for place in sorted(last) if last[place][1]]


def review_from_row(sealer: Sealer, row: Row[Any], call_id: str) -> Review:
    """A row of `reviews`. Raises MissingKeyError and IntegrityError as `Sealer.open` does."""
    opened = open_row(sealer, reviews, row, row.recording_id)
    return Review(
        call_id,
        row.item_id,
        row.verdict,
        row.reviewer,
        row.reviewed_at,
        opened.comment,
        ReviewSource(row.source),
        Sentence(row.utterance, row.kind, opened.words_digest) if row.utterance is not None else None,
    )
