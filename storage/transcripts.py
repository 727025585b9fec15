"""Transcripts, one per recording and engine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from models.call import RecordingState
from models.run import StoredCall
from models.transcript import Transcript
from storage.calls import advance, locked_state
from storage.column_types import storable
from storage.keeping_tables import text_is_kept
from storage.mapping import stored_call_from_row, transcript_from_document, transcript_to_document
from storage.sealed_columns import open_row, seal_row
from storage.search import keep_text
from storage.tables import recordings, transcripts
from storage.transaction import Transaction

_BATCH = 200
"""Transcripts read at once: an hour's words take some 2 MB as JSON."""


class Transcripts:
    """`models.ports.Transcripts` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, recording_id: str, engine_digest: str) -> Transcript | None:
        row = self._transaction.first(
            select(transcripts).where(
                transcripts.c.recording_id == recording_id, transcripts.c.engine_digest == engine_digest
            )
        )
        return None if row is None else read_transcript(self._transaction, row)

    def put(self, transcript: Transcript) -> bool:
        """As in the port. Raises StateError when the recording is unknown or quarantined, ValueError without engine.

        A new engine's transcript of a scored recording sets it back to transcribed: that is how far the newest
        transcript has come. Older scorecards stay.
        """
        if transcript.engine is None:
            raise ValueError(f"transcript of {transcript.recording_id} names no engine; only what was heard is stored")
        state = locked_state(self._transaction, transcript.recording_id)
        if find_transcript(self._transaction, transcript.recording_id, transcript.engine.digest) is not None:
            return False
        advance(self._transaction, transcript.recording_id, state, RecordingState.TRANSCRIBED)
        row = {
            "recording_id": transcript.recording_id,
            "engine_digest": transcript.engine.digest,
            "document": transcript_to_document(transcript),
        }
        self._transaction.insert(
            transcripts, seal_row(self._transaction.sealer, transcripts, row, transcript.recording_id)
        )
        keep_text(self._transaction, transcript)
        return True

    def latest_ids(self) -> Sequence[tuple[str, str]]:
        """As in the port, without quarantined recordings: they are set aside until a person acts."""
        newest = (
            select(func.max(transcripts.c.id).label("id"))
            .join(recordings, recordings.c.id == transcripts.c.recording_id)
            .where(recordings.c.state != RecordingState.QUARANTINED, text_is_kept(recordings.c.id))
            .group_by(transcripts.c.recording_id)
        )
        rows = self._transaction.rows(
            select(transcripts.c.recording_id, transcripts.c.engine_digest).where(transcripts.c.id.in_(newest))
        )
        return sorted((row.recording_id, row.engine_digest) for row in rows)

    def latest(self, call_ids: Collection[str] = ()) -> Iterator[tuple[StoredCall, Transcript]]:
        """As in the port, without quarantined recordings. Reads in batches; consume it inside the unit of work."""
        newest = self._transaction.rows(
            select(recordings.c.call_id, func.max(transcripts.c.id).label("id"))
            .join(recordings, recordings.c.id == transcripts.c.recording_id)
            .where(recordings.c.state != RecordingState.QUARANTINED, text_is_kept(recordings.c.id))
            .group_by(recordings.c.call_id, recordings.c.id)
        )
        wanted = {str(storable(call_id)) for call_id in call_ids}
        # Sorted here, because databases order text by their own collations.
        chosen = sorted((str(row.call_id), int(row.id)) for row in newest if not wanted or row.call_id in wanted)
        for start in range(0, len(chosen), _BATCH):
            yield from self._read([place for _, place in chosen[start : start + _BATCH]])

    def heard_since(self, moment: datetime, after: str, most: int) -> Sequence[str]:
        """As in the port, without quarantined recordings."""
        heard = select(transcripts.c.id).where(transcripts.c.recording_id == recordings.c.id).exists()
        rows = self._transaction.rows(
            select(recordings.c.id)
            .where(
                recordings.c.id > after,
                recordings.c.started_at >= moment,
                recordings.c.state != RecordingState.QUARANTINED,
                text_is_kept(recordings.c.id),
                heard,
            )
            .order_by(recordings.c.id)
            .limit(most)
        )
        return [row.id for row in rows]

    def undated(self) -> int:
        """As in the port, without quarantined recordings."""
        heard = select(transcripts.c.id).where(transcripts.c.recording_id == recordings.c.id).exists()
        row = self._transaction.first(
            select(func.count().label("calls")).where(
                recordings.c.started_at.is_(None),
                recordings.c.state != RecordingState.QUARANTINED,
                text_is_kept(recordings.c.id),
                heard,
            )
        )
        return 0 if row is None else int(row.calls)

    def of(self, recording_ids: Collection[str]) -> Sequence[tuple[StoredCall, Transcript]]:
        """As in the port, without quarantined recordings. All at once: ask for few."""
        newest = self._transaction.rows(
            select(func.max(transcripts.c.id).label("id"))
            .join(recordings, recordings.c.id == transcripts.c.recording_id)
            .where(
                recordings.c.id.in_(recording_ids),
                recordings.c.state != RecordingState.QUARANTINED,
                text_is_kept(recordings.c.id),
            )
            .group_by(transcripts.c.recording_id)
        )
        found = list(self._read([row.id for row in newest]))
        return sorted(found, key=lambda pair: (pair[0].meta.call_id, pair[0].recording.id))

    def _read(self, places: Sequence[int]) -> Iterator[tuple[StoredCall, Transcript]]:
        """The transcripts with these row ids, in their order."""
        rows = self._transaction.rows(
            select(
                recordings,
                transcripts.c.id.label("place"),
                transcripts.c.recording_id,
                transcripts.c.engine_digest,
                transcripts.c.document,
            )
            .join(transcripts, transcripts.c.recording_id == recordings.c.id)
            .where(transcripts.c.id.in_(places))
        )
        for row in sorted(rows, key=lambda row: places.index(row.place)):
            if (transcript := read_transcript(self._transaction, row)) is not None:
                yield stored_call_from_row(row), transcript


def read_transcript(transaction: Transaction, row: Row[Any]) -> Transcript | None:
    """What a row with the columns of a transcript holds; None when its text was let go."""
    opened = open_row(transaction.sealer, transcripts, row, row.recording_id)
    return None if opened.document is None else transcript_from_document(opened.document, row.recording_id)


def find_transcript(transaction: Transaction, recording_id: str, engine_digest: str) -> int | None:
    """Row id of the transcript this engine made of the recording, or None."""
    row = transaction.first(
        select(transcripts.c.id).where(
            transcripts.c.recording_id == recording_id, transcripts.c.engine_digest == engine_digest
        )
    )
    return None if row is None else int(row.id)
