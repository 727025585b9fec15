"""Takes away what found phrases of three characters and more: `storage.search_index` makes what finds all words.

Revision 0024, after 0023. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_NAME = "call_texts_trigrams"


def upgrade() -> None:
    """Drop it where it was made. The extension pg_trgm stays: others in the database may use it."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(f"DROP INDEX IF EXISTS {_NAME}")
        return
    there = connection.execute(sa.text("SELECT 1 FROM sqlite_master WHERE name = :name"), {"name": _NAME})
    if there.scalar() is None:
        return
    for event in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER {_NAME}_{event}")
    op.execute(f"DROP TABLE {_NAME}")
    op.execute(f"DROP TABLE {_NAME}_forgets")
