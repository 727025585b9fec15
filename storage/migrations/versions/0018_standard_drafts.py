"""Drafts of standards, which the console kept in its memory before.

Revision 0018, after 0017. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_STATES = ("running", "done", "failed")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "standard_drafts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("brought_by", sa.Text(), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trial_days", sa.Integer()),
        sa.Column("trial_begun_at", sa.DateTime(timezone=True)),
        sa.Column("trial_told_at", sa.DateTime(timezone=True)),
        sa.Column(
            "trial_state",
            sa.Enum(*_STATES, name="trial_state", native_enum=False, create_constraint=True, length=32),
        ),
        sa.Column("trial_calls", sa.Integer()),
        sa.Column("trial_outcome", sa.JSON()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_standard_drafts")),
    )
