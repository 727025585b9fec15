"""The day of each searched text in the review queue.

Revision 0028, after 0027. A migration is a snapshot: it repeats types and values and imports nothing of callqa. What
finds the texts is taken away: `storage.search_index` makes it anew, by these days as well.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_NAME = "call_texts_parts"
_DAYS = """
UPDATE call_texts SET queue_day = (
  SELECT place / 86400 FROM current_scorecards WHERE current_scorecards.recording_id = call_texts.recording_id)
"""


def upgrade() -> None:
    """Take away the index where it was made, then put the days in."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP INDEX IF EXISTS {_NAME}")
        op.execute(f"DROP FUNCTION IF EXISTS {_NAME}(text)")
    else:
        for event in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER IF EXISTS {_NAME}_{event}")
        op.execute(f"DROP TABLE IF EXISTS {_NAME}_held")
        op.execute(f"DROP TABLE IF EXISTS {_NAME}")
        op.execute(f"DROP TABLE IF EXISTS {_NAME}_forgets")
        op.execute(f"DROP VIEW IF EXISTS {_NAME}_ended")
    op.add_column("call_texts", sa.Column("queue_day", sa.Integer(), nullable=True))
    op.execute(_DAYS)
