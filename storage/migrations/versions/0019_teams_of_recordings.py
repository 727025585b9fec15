"""A team's part of a run, which was found by reading every recording.

Revision 0019, after 0018. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, with the id in it: the table itself need not be read."""
    op.create_index(op.f("ix_recordings_team_id"), "recordings", ["team", "id"])
