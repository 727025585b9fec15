"""The table of notes on coaching talks. They are on agents, not on calls, and name none."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, Table

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
