"""Findings say by code why a person is asked, calls who hung up, scorecards how a complaint was handled.

Revision 0005, after 0004. Findings of earlier scorers have no codes and no stages, calls taken in earlier name nobody.
A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. SQLite cannot add a check: Alembic makes that table anew there."""
    op.add_column("findings", sa.Column("review_codes", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("scorecards", sa.Column("complaint", sa.JSON(), nullable=True))
    with op.batch_alter_table("recordings") as recordings:
        recordings.add_column(sa.Column("hung_up_by", sa.String(length=32), nullable=True))
        recordings.create_check_constraint(
            op.f("ck_recordings_hung_up_by"), "hung_up_by IN ('agent', 'customer', 'system', 'unknown')"
        )
