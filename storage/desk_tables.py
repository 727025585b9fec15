"""Tables of what reviewers have arranged, and of the random sample."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table

from storage.column_types import Moment, Text
from storage.tables import metadata

assignments = Table(
    "assignments",
    metadata,
    Column("recording_id", Text, ForeignKey("recordings.id"), primary_key=True),
    Column("reviewer", Text, ForeignKey("people.name"), nullable=False, index=True),
    Column("assigned_by", Text, nullable=False),
    Column("assigned_at", Moment, nullable=False),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("owner", Text, ForeignKey("people.name"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("query", Text, nullable=False),
)

# Each agent's day of which was drawn, with how many calls it had then: drawn / calls is the chance of each.
sample_draws = Table(
    "sample_draws",
    metadata,
    Column("agent_id", Text, ForeignKey("agents.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
    # The second draw, of those that the machine was unsure of.
    Column("unsure_calls", Integer, nullable=False),
    Column("unsure_drawn", Integer, nullable=False),
    Index(None, "day"),
)

sampled_calls = Table(
    "sampled_calls",
    metadata,
    Column("recording_id", Text, ForeignKey("recordings.id"), primary_key=True),
    Column("agent_id", Text, ForeignKey("agents.id"), nullable=False),
    Column("day", Date, nullable=False),
    # When it was drawn, by whichever draw.
    Column("was_unsure", Boolean, nullable=False),
    Index(None, "day"),
)
