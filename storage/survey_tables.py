"""The tables of what survey systems and rosters tell. They point at nothing: calls and agents may come later."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Table

from storage.column_types import Moment, Real, Text
from storage.tables import metadata

survey_answers = Table(
    "survey_answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("call_id", Text, index=True),
    Column("customer_ref", Text),
    Column("agent_id", Text),
    Column("answered_at", Moment, nullable=False, index=True),
    Column("score", Real, nullable=False),
    Column("resolved", Boolean),
    Column("comment", Text),
    CheckConstraint("score >= 1 AND score <= 5", name="score_on_scale"),
)

# By digest: what is erased must not live on in the memory of it.
forgotten_answers = Table(
    "forgotten_answers",
    metadata,
    Column("id_sha256", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

roster = Table(
    "roster",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("name", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("joined_on", Date),
    Column("left_on", Date),
)
