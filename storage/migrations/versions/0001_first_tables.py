"""The first tables.

Revision 0001, made from nothing. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "standards",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_standards")),
    )
    op.create_table(
        "teams", sa.Column("name", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("name", name=op.f("pk_teams"))
    )
    op.create_table(
        "agents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team"], ["teams.name"], name=op.f("fk_agents_team_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("standard_digest", sa.Text(), nullable=False),
        sa.Column("engine_digest", sa.Text(), nullable=False),
        sa.Column("scorer", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", _choice("status", "running", "completed", "partial", "failed"), nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_digest"], ["standards.digest"], name=op.f("fk_runs_standard_digest_standards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_started_at"), "runs", ["started_at"], unique=False)
    op.create_table(
        "recordings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("sample_rate_hz", sa.Integer(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("codec", sa.Text(), nullable=True),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("agent_name", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("customer_ref", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at_offset_s", sa.Integer(), nullable=True),
        sa.Column("direction", _choice("direction", "inbound", "outbound"), nullable=True),
        sa.Column("ring_s", sa.Double(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("csat", sa.Double(), nullable=True),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("channel_roles", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("state", _choice("state", "received", "transcribed", "scored", "quarantined"), nullable=False),
        sa.Column(
            "quarantine_reason",
            _choice(
                "quarantine_reason",
                "empty_file",
                "not_audio",
                "no_audio_track",
                "headerless_audio",
                "no_samples",
                "corrupt_audio",
                "truncated_audio",
                "unreadable_file",
                "call_id_conflict",
                "processing_failed",
            ),
            nullable=True,
        ),
        sa.Column("quarantine_detail", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'quarantined') = (quarantine_reason IS NOT NULL)",
            name=op.f("ck_recordings_quarantine_has_reason"),
        ),
        sa.CheckConstraint(
            "(started_at IS NULL) = (started_at_offset_s IS NULL)", name=op.f("ck_recordings_started_at_has_offset")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_recordings_agent_id_agents")),
        sa.ForeignKeyConstraint(["team"], ["teams.name"], name=op.f("fk_recordings_team_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    op.create_index(
        "uq_recordings_call_id_held",
        "recordings",
        ["call_id"],
        unique=True,
        sqlite_where=sa.text("state != 'quarantined'"),
        postgresql_where=sa.text("state != 'quarantined'"),
    )
    op.create_table(
        "run_files",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("uri_sha256", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_run_files_recording_id_recordings")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_files_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", "uri_sha256", name=op.f("pk_run_files")),
    )
    op.create_index(op.f("ix_run_files_run_id_recording_id"), "run_files", ["run_id", "recording_id"])
    op.create_table(
        "transcripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("engine_digest", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_transcripts_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcripts")),
        sa.UniqueConstraint("recording_id", "engine_digest", name=op.f("uq_transcripts_recording_id_engine_digest")),
    )
    op.create_table(
        "scorecards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("standard_digest", sa.Text(), nullable=False),
        sa.Column("scorer", sa.Text(), nullable=False),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("total_before_fatal", sa.Double(), nullable=True),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("fatal", sa.Boolean(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_digest"], ["standards.digest"], name=op.f("fk_scorecards_standard_digest_standards")
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcripts.id"], name=op.f("fk_scorecards_transcript_id_transcripts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecards")),
        sa.UniqueConstraint(
            "transcript_id",
            "standard_digest",
            "scorer",
            name=op.f("uq_scorecards_transcript_id_standard_digest_scorer"),
        ),
    )
    op.create_table(
        "findings",
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "verdict",
            _choice("verdict", "met", "partial", "missed", "violated", "not_applicable", "not_evaluated"),
            nullable=False,
        ),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("fatal", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecards.id"], name=op.f("fk_findings_scorecard_id_scorecards")),
        sa.PrimaryKeyConstraint("scorecard_id", "position", name=op.f("pk_findings")),
    )
    op.create_table(
        "promises",
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=False),
        sa.Column("char_end", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=True),
        sa.Column("end_s", sa.Double(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("specificity", _choice("specificity", "concrete", "vague", "overpromise"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at_offset_s", sa.Integer(), nullable=True),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("status", _choice("status", "open", "kept", "broken", "cancelled"), nullable=False),
        sa.CheckConstraint("(due_at IS NULL) = (due_at_offset_s IS NULL)", name=op.f("ck_promises_due_at_has_offset")),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecards.id"], name=op.f("fk_promises_scorecard_id_scorecards")),
        sa.PrimaryKeyConstraint("scorecard_id", "position", name=op.f("pk_promises")),
    )
    op.create_table(
        "evidence",
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("finding_position", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=False),
        sa.Column("char_end", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=True),
        sa.Column("end_s", sa.Double(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("match", _choice("match", "exact", "homophone", "classifier"), nullable=False),
        sa.ForeignKeyConstraint(
            ["scorecard_id", "finding_position"],
            ["findings.scorecard_id", "findings.position"],
            name=op.f("fk_evidence_scorecard_id_finding_position_findings"),
        ),
        sa.PrimaryKeyConstraint("scorecard_id", "finding_position", "position", name=op.f("pk_evidence")),
    )
