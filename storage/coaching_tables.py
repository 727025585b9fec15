"""Notes on coaching talks, and who is an example to others. They are on agents, not on calls, and name none."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, Table

from models.coaching_note import Outcome
from storage.column_types import Moment, Text, choice
from storage.tables import metadata

coaching_notes = Table(
    "coaching_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", Text, ForeignKey("agents.id"), nullable=False, index=True),
    Column("written_at", Moment, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("item_id", Text),
    Column("note", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("due_on", Date),
    Column("answer", Text),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("outcome", choice(Outcome, "outcome")),
    CheckConstraint(
        "(closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)", name="closed_whole"
    ),
)

# A withdrawn consent stays, with its time: a backup from before must not bring it back.
example_consents = Table(
    "example_consents",
    metadata,
    Column("agent_id", Text, ForeignKey("agents.id"), primary_key=True),
    Column("is_given", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
)
