"""The tables. They are made and changed by the migrations only; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, ForeignKeyConstraint, Index, Integer, Table

from models.call import Direction, RecordingState
from models.errors import ReasonCode
from models.ledger import StatusSource
from models.review import ReviewSource
from models.run import RunStatus
from models.scorecard import MatchKind, PromiseStatus, Specificity, Verdict
from models.transcript import Role
from storage.column_types import Json, Moment, Real, Text, choice

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

teams = Table("teams", metadata, Column("name", Text, primary_key=True))

# Name and team as the latest dated call told them (`as_of` is its start): for choosing and grouping agents.
# What the metadata of one call said stays with its recording.
agents = Table(
    "agents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("team", Text, ForeignKey("teams.name")),
    Column("as_of", Moment),
)

recordings = Table(
    "recordings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("uri", Text, nullable=False),
    Column("duration_s", Real),
    Column("sample_rate_hz", Integer),
    Column("channels", Integer),
    Column("codec", Text),
    Column("call_id", Text, nullable=False),
    Column("agent_id", Text, ForeignKey("agents.id"), nullable=False),
    Column("agent_name", Text),
    Column("team", Text, ForeignKey("teams.name")),
    Column("customer_ref", Text, index=True),
    Column("started_at", Moment),
    Column("started_at_offset_s", Integer),
    Column("direction", choice(Direction, "direction")),
    Column("ring_s", Real),
    Column("hung_up_by", choice(Role, "hung_up_by")),
    Column("queue", Text),
    Column("csat", Real),
    Column("resolved", Boolean),
    Column("channel_roles", Json, nullable=False),
    Column("flags", Json, nullable=False),
    Column("state", choice(RecordingState, "state"), nullable=False),
    Column("quarantine_reason", choice(ReasonCode, "quarantine_reason")),
    Column("quarantine_detail", Text),
    Column("dropped_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    CheckConstraint("(state = 'quarantined') = (quarantine_reason IS NOT NULL)", name="quarantine_has_reason"),
    CheckConstraint("dropped_at IS NULL OR state = 'quarantined'", name="dropped_is_quarantined"),
    CheckConstraint("(started_at IS NULL) = (started_at_offset_s IS NULL)", name="started_at_has_offset"),
    Index(None, "agent_id", "started_at"),
    # With the id: a team's part of a run is counted without a look at the table.
    Index(None, "team", "id"),
    Index(None, "state"),
)

# A call is held by one recording; what is quarantined holds none, so that a mended file can take its place.
_HOLDS_CALL = recordings.c.state != RecordingState.QUARANTINED
Index(
    "uq_recordings_call_id_held",
    recordings.c.call_id,
    unique=True,
    sqlite_where=_HOLDS_CALL,
    postgresql_where=_HOLDS_CALL,
)

standards = Table(
    "standards",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("version", Text, nullable=False),
)

# A version that was published: its text, and what lists of versions show of it.
published_standards = Table(
    "published_standards",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("digest", Text, ForeignKey("standards.digest"), nullable=False),
    Column("title", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("review_by", Date, nullable=False),
    Column("change_note", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("text", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("day", Date),
    Column("standard_digest", Text, ForeignKey("standards.digest"), nullable=False),
    Column("engine_digest", Text, nullable=False),
    Column("scorer", Text, nullable=False),
    Column("started_at", Moment, nullable=False, index=True),
    Column("finished_at", Moment),
    Column("status", choice(RunStatus, "status"), nullable=False),
)

# Addresses can be longer than PostgreSQL lets an index entry be (2,704 bytes), hence the digest in the key.
run_files = Table(
    "run_files",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("uri_sha256", Text, primary_key=True),
    Column("uri", Text, nullable=False),
    Column("recording_id", Text, ForeignKey("recordings.id"), nullable=False, index=True),
    Index(None, "run_id", "recording_id"),
)

# Who is at work on a recording, and how many were when they ended. Gone with the result: nothing of it stays.
claims = Table(
    "claims",
    metadata,
    Column("recording_id", Text, ForeignKey("recordings.id"), primary_key=True),
    Column("owner", Text),
    Column("expires_at", Moment, nullable=False),
    Column("deaths", Integer, nullable=False),
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recording_id", Text, ForeignKey("recordings.id"), nullable=False),
    Column("engine_digest", Text, nullable=False),
    Column("document", Json, nullable=False),
    sa.UniqueConstraint("recording_id", "engine_digest"),
)

scorecards = Table(
    "scorecards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("transcript_id", Integer, ForeignKey("transcripts.id"), nullable=False),
    Column("standard_digest", Text, ForeignKey("standards.digest"), nullable=False),
    Column("scorer", Text, nullable=False),
    Column("total", Real),
    Column("total_before_fatal", Real),
    Column("band", Text, nullable=False),
    Column("fatal", Boolean, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("receipt", Json, nullable=False),
    Column("complaint", Json(none_as_null=True)),
    sa.UniqueConstraint("transcript_id", "standard_digest", "scorer"),
)

findings = Table(
    "findings",
    metadata,
    Column("scorecard_id", Integer, ForeignKey("scorecards.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item_id", Text, nullable=False),
    Column("criterion", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("verdict", choice(Verdict, "verdict"), nullable=False),
    Column("points", Real, nullable=False),
    Column("max_points", Real, nullable=False),
    Column("confidence", Real, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("fatal", Boolean, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("review_codes", Json, nullable=False, server_default="[]"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("scorecard_id", Integer, primary_key=True),
    Column("finding_position", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("utterance", Integer, nullable=False),
    Column("char_start", Integer, nullable=False),
    Column("char_end", Integer, nullable=False),
    Column("start_s", Real),
    Column("end_s", Real),
    Column("quote", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("match", choice(MatchKind, "match"), nullable=False),
    ForeignKeyConstraint(["scorecard_id", "finding_position"], ["findings.scorecard_id", "findings.position"]),
)

promises = Table(
    "promises",
    metadata,
    Column("scorecard_id", Integer, ForeignKey("scorecards.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("utterance", Integer, nullable=False),
    Column("char_start", Integer, nullable=False),
    Column("char_end", Integer, nullable=False),
    Column("start_s", Real),
    Column("end_s", Real),
    Column("quote", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("specificity", choice(Specificity, "specificity"), nullable=False),
    Column("due_at", Moment, index=True),
    Column("due_at_offset_s", Integer),
    Column("deadline", Text),
    Column("status", choice(PromiseStatus, "status"), nullable=False),
    CheckConstraint("(due_at IS NULL) = (due_at_offset_s IS NULL)", name="due_at_has_offset"),
)

# Verdicts of people, beside those in `findings`. One reviewer may come back to an item later.
reviews = Table(
    "reviews",
    metadata,
    Column("recording_id", Text, ForeignKey("recordings.id"), primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("reviewer", Text, primary_key=True),
    Column("reviewed_at", Moment, primary_key=True),
    Column("verdict", choice(Verdict, "verdict"), nullable=False),
    Column("comment", Text),
    Column("source", Text, nullable=False, server_default=ReviewSource.IMPORT.value),
    # The utterance that the person means: all three or none.
    Column("utterance", Integer),
    Column("kind", Text),
    Column("words_digest", Text),
)

# A promise of which somebody said what became of it, as it stood when that was first said: scorecards made later may
# see its words otherwise, or not at all.
ledger_promises = Table(
    "ledger_promises",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recording_id", Text, ForeignKey("recordings.id"), nullable=False),
    Column("engine_digest", Text, nullable=False),
    Column("standard_digest", Text, ForeignKey("standards.digest"), nullable=False),
    Column("utterance", Integer, nullable=False),
    Column("char_start", Integer, nullable=False),
    Column("char_end", Integer, nullable=False),
    Column("start_s", Real),
    Column("end_s", Real),
    Column("quote", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("specificity", choice(Specificity, "specificity"), nullable=False),
    Column("due_at", Moment),
    Column("due_at_offset_s", Integer),
    Column("deadline", Text),
    CheckConstraint("(due_at IS NULL) = (due_at_offset_s IS NULL)", name="due_at_has_offset"),
    sa.UniqueConstraint(
        "recording_id",
        "engine_digest",
        "utterance",
        "char_start",
        "char_end",
        "action",
        name="uq_ledger_promises_place",
    ),
)

# What was said of it. Rows are only ever added.
ledger_events = Table(
    "ledger_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("promise_id", Integer, ForeignKey("ledger_promises.id"), nullable=False, index=True),
    Column("status", choice(PromiseStatus, "status"), nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("source", choice(StatusSource, "source"), nullable=False),
    Column("reference", Text, nullable=False),
    Column("happened_at", Moment),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("note", Text, nullable=False),
)

# How long each stretch of work took, for plans and metrics; no result depends on it.
sittings = Table(
    "sittings",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("began_at", Moment, primary_key=True),
    Column("machine", Text, primary_key=True),
    Column("ended_at", Moment, nullable=False, index=True),
    Column("engine_digest", Text, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("audio_s", Real, nullable=False),
    Column("intake_s", Real, nullable=False),
    Column("hear_s", Real, nullable=False),
    Column("score_s", Real, nullable=False),
)

# What an alert told of, so that nobody is told twice: recordings, promises.
alerts_sent = Table(
    "alerts_sent",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("sent_at", Moment, nullable=False),
)
