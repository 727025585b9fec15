"""Tables of calibration: sets of calls, who judges them, and the judgements."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, Table

from models.scorecard import Verdict
from storage.column_types import Moment, Text, choice
from storage.people_tables import people
from storage.tables import metadata

calibrations = Table(
    "calibrations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("closed_at", Moment),
)

calibration_calls = Table(
    "calibration_calls",
    metadata,
    Column("calibration_id", Integer, ForeignKey("calibrations.id"), primary_key=True, autoincrement=False),
    Column("recording_id", Text, ForeignKey("recordings.id"), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
)

calibration_reviewers = Table(
    "calibration_reviewers",
    metadata,
    Column("calibration_id", Integer, ForeignKey("calibrations.id"), primary_key=True, autoincrement=False),
    Column("reviewer", Text, ForeignKey(people.c.name), primary_key=True),
)

calibration_judgements = Table(
    "calibration_judgements",
    metadata,
    Column("calibration_id", Integer, primary_key=True, autoincrement=False),
    Column("recording_id", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("reviewer", Text, primary_key=True),
    Column("verdict", choice(Verdict, "verdict"), nullable=False),
    Column("judged_at", Moment, nullable=False),
    ForeignKeyConstraint(
        ["calibration_id", "recording_id"],
        ["calibration_calls.calibration_id", "calibration_calls.recording_id"],
        # As the convention would name it, it is too long.
        name="fk_calibration_judgements_call",
    ),
    ForeignKeyConstraint(
        ["calibration_id", "reviewer"],
        ["calibration_reviewers.calibration_id", "calibration_reviewers.reviewer"],
        name="fk_calibration_judgements_reviewer",
    ),
)
