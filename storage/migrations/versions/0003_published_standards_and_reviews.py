"""Published versions of service standards, and reviews: verdicts of people.

Revision 0003, after 0002. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "published_standards",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=False),
        sa.Column("change_note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["standards.digest"], name=op.f("fk_published_standards_digest_standards")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_published_standards")),
    )
    op.create_table(
        "reviews",
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "met",
                "partial",
                "missed",
                "violated",
                "not_applicable",
                "not_evaluated",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_reviews_recording_id_recordings")),
        sa.PrimaryKeyConstraint("recording_id", "item_id", "reviewer", "reviewed_at", name=op.f("pk_reviews")),
    )
