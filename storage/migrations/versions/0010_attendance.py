"""Processes say at which run they are, so that a run whose processes are gone is found.

Revision 0010, after 0009. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "attendance",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("takes_in", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "owner", name=op.f("pk_attendance")),
    )
