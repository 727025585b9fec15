"""Transcripts, one per recording and engine."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from models.call import RecordingState
from models.transcript import Transcript
from storage.calls import advance, locked_state
from storage.mapping import transcript_from_document, transcript_to_document
from storage.tables import recordings, transcripts
from storage.transaction import Transaction


class Transcripts:
    """`models.ports.Transcripts` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, recording_id: str, engine_digest: str) -> Transcript | None:
        row = self._transaction.first(
            select(transcripts.c.document).where(
                transcripts.c.recording_id == recording_id, transcripts.c.engine_digest == engine_digest
            )
        )
        return None if row is None else transcript_from_document(row.document, recording_id)

    def put(self, transcript: Transcript) -> None:
        """As in the port. Raises StateError when the recording is unknown or quarantined, ValueError without engine.

        A new engine's transcript of a scored recording sets it back to transcribed: that is how far the newest
        transcript has come. Older scorecards stay.
        """
        if transcript.engine is None:
            raise ValueError(f"transcript of {transcript.recording_id} names no engine; only what was heard is stored")
        state = locked_state(self._transaction, transcript.recording_id)
        if find_transcript(self._transaction, transcript.recording_id, transcript.engine.digest) is not None:
            return
        advance(self._transaction, transcript.recording_id, state, RecordingState.TRANSCRIBED)
        self._transaction.insert(
            transcripts,
            {
                "recording_id": transcript.recording_id,
                "engine_digest": transcript.engine.digest,
                "document": transcript_to_document(transcript),
            },
        )

    def latest_ids(self) -> Sequence[tuple[str, str]]:
        """As in the port, without quarantined recordings: they are set aside until a person acts."""
        newest = (
            select(func.max(transcripts.c.id).label("id"))
            .join(recordings, recordings.c.id == transcripts.c.recording_id)
            .where(recordings.c.state != RecordingState.QUARANTINED)
            .group_by(transcripts.c.recording_id)
        )
        rows = self._transaction.rows(
            select(transcripts.c.recording_id, transcripts.c.engine_digest).where(transcripts.c.id.in_(newest))
        )
        return sorted((row.recording_id, row.engine_digest) for row in rows)


def find_transcript(transaction: Transaction, recording_id: str, engine_digest: str) -> int | None:
    """Row id of the transcript this engine made of the recording, or None."""
    row = transaction.first(
        select(transcripts.c.id).where(
            transcripts.c.recording_id == recording_id, transcripts.c.engine_digest == engine_digest
        )
    )
    return None if row is None else int(row.id)
