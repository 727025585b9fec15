"""Nights are remembered: how long each sitting took, and which alerts went out.

Revision 0008. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "sittings",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engine_digest", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("audio_s", sa.Double(), nullable=False),
        sa.Column("intake_s", sa.Double(), nullable=False),
        sa.Column("hear_s", sa.Double(), nullable=False),
        sa.Column("score_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_sittings_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", "began_at", "machine", name=op.f("pk_sittings")),
    )
    op.create_index(op.f("ix_sittings_ended_at"), "sittings", ["ended_at"])
    op.create_table(
        "alerts_sent",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_alerts_sent")),
    )
