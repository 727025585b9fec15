"""Appeals, their rulings, and when scorecards were stored.

Revision 0015, after 0014. Scorecards of before count as stored now, so that nobody loses days to object. A migration is
a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_VERDICTS = ("met", "partial", "missed", "violated", "not_applicable", "not_evaluated")


def _verdict() -> sa.Enum:
    return sa.Enum(*_VERDICTS, name="verdict", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the three tables."""
    times = op.create_table(
        "score_times",
        sa.Column("scorecard_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["scorecard_id"], ["scorecards.id"], name=op.f("fk_score_times_scorecard_id_scorecards")
        ),
        sa.PrimaryKeyConstraint("scorecard_id", name=op.f("pk_score_times")),
    )
    now = sa.literal(datetime.now(UTC), sa.DateTime(timezone=True))
    cards = sa.table("scorecards", sa.column("id", sa.Integer()))
    op.execute(times.insert().from_select(["scorecard_id", "stored_at"], sa.select(cards.c.id, now)))
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("verdict", _verdict(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_appeals_recording_id_recordings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("recording_id", "item_id", name=op.f("uq_appeals_recording_id_item_id")),
    )
    op.create_table(
        "appeal_rulings",
        sa.Column("appeal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=False),
        sa.Column("verdict", _verdict(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ruled_by", sa.Text(), nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_rulings_appeal_id_appeals")),
        sa.PrimaryKeyConstraint("appeal_id", name=op.f("pk_appeal_rulings")),
    )
