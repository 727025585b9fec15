"""The promise ledger: promises of which somebody said what became of them, and what was said.

Revision 0004, after 0003. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the two tables, and find the calls of a customer without reading all."""
    op.create_index(op.f("ix_recordings_customer_ref"), "recordings", ["customer_ref"], unique=False)
    op.create_table(
        "ledger_promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("engine_digest", sa.Text(), nullable=False),
        sa.Column("standard_digest", sa.Text(), nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=False),
        sa.Column("char_end", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=True),
        sa.Column("end_s", sa.Double(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("specificity", _choice("specificity", "concrete", "vague", "overpromise"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at_offset_s", sa.Integer(), nullable=True),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(due_at IS NULL) = (due_at_offset_s IS NULL)", name=op.f("ck_ledger_promises_due_at_has_offset")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_ledger_promises_recording_id_recordings")
        ),
        sa.ForeignKeyConstraint(
            ["standard_digest"], ["standards.digest"], name=op.f("fk_ledger_promises_standard_digest_standards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_promises")),
        sa.UniqueConstraint(
            "recording_id",
            "engine_digest",
            "utterance",
            "char_start",
            "char_end",
            "action",
            name=op.f("uq_ledger_promises_place"),
        ),
    )
    op.create_table(
        "ledger_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("status", _choice("status", "open", "kept", "broken", "cancelled"), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("source", _choice("source", "ticket", "later_call", "person"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["ledger_promises.id"], name=op.f("fk_ledger_events_promise_id_ledger_promises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_events")),
    )
    op.create_index(op.f("ix_ledger_events_promise_id"), "ledger_events", ["promise_id"], unique=False)
