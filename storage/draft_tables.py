"""The table of standards on their way to being published."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from models.draft import TrialState
from storage.column_types import Json, Moment, Text, choice
from storage.tables import metadata

# The columns of a trial are all NULL where there is none.
standard_drafts = Table(
    "standard_drafts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("brought_by", Text, nullable=False),
    Column("brought_at", Moment, nullable=False),
    Column("trial_days", Integer),
    Column("trial_begun_at", Moment),
    Column("trial_told_at", Moment),
    Column("trial_state", choice(TrialState, "trial_state")),
    Column("trial_calls", Integer),
    Column("trial_outcome", Json(none_as_null=True)),
)
