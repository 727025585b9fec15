"""Calibration: sets of calls, who judges them, and the judgements.

Revision 0016, after 0015. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_VERDICTS = ("met", "partial", "missed", "violated", "not_applicable", "not_evaluated")


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
    )
    op.create_table(
        "calibration_calls",
        sa.Column("calibration_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibrations.id"], name=op.f("fk_calibration_calls_calibration_id_calibrations")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_calibration_calls_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("calibration_id", "recording_id", name=op.f("pk_calibration_calls")),
    )
    op.create_index(op.f("ix_calibration_calls_recording_id"), "calibration_calls", ["recording_id"], unique=False)
    op.create_table(
        "calibration_reviewers",
        sa.Column("calibration_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibrations.id"], name=op.f("fk_calibration_reviewers_calibration_id_calibrations")
        ),
        sa.ForeignKeyConstraint(["reviewer"], ["people.name"], name=op.f("fk_calibration_reviewers_reviewer_people")),
        sa.PrimaryKeyConstraint("calibration_id", "reviewer", name=op.f("pk_calibration_reviewers")),
    )
    op.create_table(
        "calibration_judgements",
        sa.Column("calibration_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(*_VERDICTS, name="verdict", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration_id", "recording_id"],
            ["calibration_calls.calibration_id", "calibration_calls.recording_id"],
            name=op.f("fk_calibration_judgements_call"),
        ),
        sa.ForeignKeyConstraint(
            ["calibration_id", "reviewer"],
            ["calibration_reviewers.calibration_id", "calibration_reviewers.reviewer"],
            name=op.f("fk_calibration_judgements_reviewer"),
        ),
        sa.PrimaryKeyConstraint(
            "calibration_id", "recording_id", "item_id", "reviewer", name=op.f("pk_calibration_judgements")
        ),
    )
