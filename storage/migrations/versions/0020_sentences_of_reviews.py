"""The utterance that a reviewer means, and what they say it is.

Revision 0020, after 0019. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of older reviews nobody knows."""
    op.add_column("reviews", sa.Column("utterance", sa.Integer(), nullable=True))
    op.add_column("reviews", sa.Column("kind", sa.Text(), nullable=True))
    op.add_column("reviews", sa.Column("words_digest", sa.Text(), nullable=True))
