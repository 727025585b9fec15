"""Reviews say why, and where they come from.

Revision 0014, after 0013. Reviews of before were imported and gave no reason. A migration is a snapshot: it repeats
types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("reviews", sa.Column("comment", sa.Text(), nullable=True))
    op.add_column("reviews", sa.Column("source", sa.Text(), nullable=False, server_default="import"))
