"""Tables of the audit log and of what was let go. Both outlive the calls that they speak of, and point at nothing."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Integer, Table, exists

from models.keeping import ForgottenPart
from storage.column_types import Json, Moment, Text, choice
from storage.tables import metadata

# Rows are only ever added: the database itself refuses to change or delete one, see migration 0007. Actions are not
# checked here: a log that a newer program has written to stays a log.
audit_log = Table(
    "audit_log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Json, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)

# Recordings of which something was let go. Their id is the digest of their sound and tells nothing of the call.
forgotten_recordings = Table(
    "forgotten_recordings",
    metadata,
    Column("recording_id", Text, primary_key=True),
    Column("part", choice(ForgottenPart, "part"), nullable=False),
    Column("at", Moment, nullable=False),
)


def text_is_kept(recording_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a recording's transcripts still have their text."""
    return ~exists().where(forgotten_recordings.c.recording_id == recording_id)
