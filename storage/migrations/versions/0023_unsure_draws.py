"""A second draw of the random sample, of calls that the machine was unsure of.

Revision 0023, after 0022. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; earlier days had no second draw, so that nothing depends on what was unsure."""
    for name in ("unsure_calls", "unsure_drawn"):
        op.add_column("sample_draws", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sampled_calls", sa.Column("was_unsure", sa.Boolean(), nullable=False, server_default=sa.false()))
