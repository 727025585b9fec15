"""Tables of appeals, of their rulings, and of when scorecards were stored, from which the days to appeal count."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, UniqueConstraint

from models.scorecard import Verdict
from storage.column_types import Moment, Text, choice
from storage.tables import metadata

# Apart from the scorecards, which are the same whenever they are made.
score_times = Table(
    "score_times",
    metadata,
    Column("scorecard_id", Integer, ForeignKey("scorecards.id"), primary_key=True, autoincrement=False),
    Column("stored_at", Moment, nullable=False),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recording_id", Text, ForeignKey("recordings.id"), nullable=False),
    Column("item_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("verdict", choice(Verdict, "verdict"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("recording_id", "item_id"),
)

# Rows are only ever added: a ruling is final.
appeal_rulings = Table(
    "appeal_rulings",
    metadata,
    Column("appeal_id", Integer, ForeignKey("appeals.id"), primary_key=True, autoincrement=False),
    Column("upheld", Boolean, nullable=False),
    Column("verdict", choice(Verdict, "verdict"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("ruled_by", Text, nullable=False),
    Column("ruled_at", Moment, nullable=False),
)
