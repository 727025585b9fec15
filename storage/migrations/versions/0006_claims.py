"""Processes claim recordings, poison ones are quarantined as such, quarantined ones can be dropped.

Revision 0006, after 0005. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add table, reason and column. SQLite cannot change a check: Alembic makes that table anew there."""
    op.create_table(
        "claims",
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_claims_recording_id_recordings")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_claims")),
    )
    reasons = op.f("ck_recordings_quarantine_reason")
    with op.batch_alter_table("recordings") as recordings:
        recordings.add_column(sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
        recordings.create_check_constraint(
            op.f("ck_recordings_dropped_is_quarantined"), "dropped_at IS NULL OR state = 'quarantined'"
        )
        recordings.drop_constraint(reasons, type_="check")
        recordings.create_check_constraint(
            reasons,
            "quarantine_reason IN ('empty_file', 'not_audio', 'no_audio_track', 'headerless_audio', 'no_samples',"
            " 'corrupt_audio', 'truncated_audio', 'unreadable_file', 'call_id_conflict', 'too_long', 'too_costly',"
            " 'processing_failed', 'poison')",
        )
