"""Recordings that exceed a bound on length or work have reasons of quarantine of their own.

Revision 0002, after 0001.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Allow the two reasons. SQLite cannot change a check: Alembic makes the table anew there."""
    check = op.f("ck_recordings_quarantine_reason")
    with op.batch_alter_table("recordings") as recordings:
        recordings.drop_constraint(check, type_="check")
        recordings.create_check_constraint(
            check,
            "quarantine_reason IN ('empty_file', 'not_audio', 'no_audio_track', 'headerless_audio', 'no_samples',"
            " 'corrupt_audio', 'truncated_audio', 'unreadable_file', 'call_id_conflict', 'too_long', 'too_costly',"
            " 'processing_failed')",
        )
