"""Current scorecards as lines of a list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, select

from models.rollup import HUNDREDTHS, ScoredCall
from storage.mapping import zoned
from storage.standing_tables import current_scorecards
from storage.tables import recordings, scorecards, standards


def scored_calls() -> Select[Any]:
    """The columns that `scored_call_from_row` needs, and the place of each in the queue."""
    return (
        select(
            current_scorecards.c.recording_id,
            current_scorecards.c.scorecard_id,
            current_scorecards.c.place,
            current_scorecards.c.agent_id,
            current_scorecards.c.total,
            current_scorecards.c.fatal,
            current_scorecards.c.needs_review,
            recordings.c.call_id,
            recordings.c.agent_name,
            recordings.c.team,
            recordings.c.started_at,
            recordings.c.started_at_offset_s,
            recordings.c.duration_s,
            scorecards.c.band,
            standards.c.id.label("standard_id"),
            standards.c.version.label("standard_version"),
        )
        .select_from(current_scorecards)
        .join(recordings, recordings.c.id == current_scorecards.c.recording_id)
        .join(scorecards, scorecards.c.id == current_scorecards.c.scorecard_id)
        .join(standards, standards.c.digest == current_scorecards.c.standard_digest)
    )


def scored_call_from_row(row: Row[Any]) -> ScoredCall:
    """A row of `scored_calls`."""
    return ScoredCall(
        recording_id=row.recording_id,
        call_id=row.call_id,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        team=row.team,
        started_at=zoned(row.started_at, row.started_at_offset_s),
        duration_s=row.duration_s,
        standard_id=row.standard_id,
        standard_version=row.standard_version,
        total=None if row.total is None else row.total / HUNDREDTHS,
        band=row.band,
        fatal=row.fatal,
        needs_review=row.needs_review,
    )
