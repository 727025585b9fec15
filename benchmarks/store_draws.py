"""Draws for a benchmark's database: of each agent's day in a quarter one call, half of them reviewed on every item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import func, select

from benchmarks.store_data import DAYS, FIRST_DAY
from models.call import UNASSIGNED_AGENT
from models.review import ReviewSource
from storage.desk_tables import sample_draws, sampled_calls
from storage.engine import build_engine
from storage.standing_tables import current_scorecards
from storage.tables import findings, reviews
from storage.urls import parse

DRAWN_DAYS = 90
LAST_DRAWN = FIRST_DAY + timedelta(days=DAYS - 1)
FIRST_DRAWN = LAST_DRAWN - timedelta(days=DRAWN_DAYS - 1)
_AT = datetime(2027, 1, 1, tzinfo=UTC)


def draw(url: str) -> tuple[int, int]:
    """Draw, and review with the machine's own verdicts. Returns how many calls are drawn, and verdicts given."""
    c = current_scorecards.c
    place = func.row_number().over(partition_by=(c.agent_id, c.day), order_by=c.recording_id)
    calls = func.count().over(partition_by=(c.agent_id, c.day))
    ranked = (
        select(c.recording_id, c.scorecard_id, c.agent_id, c.day, place.label("place"), calls.label("calls"))
        .where(c.day.between(FIRST_DRAWN, LAST_DRAWN), c.agent_id != UNASSIGNED_AGENT)
        .subquery()
    )
    of_draw = ranked.c.place == 1
    nothing, no = sa.literal(0), sa.literal(False)
    engine = build_engine(parse(url))
    with engine.connect() as connection:
        lots = select(ranked.c.agent_id, ranked.c.day, ranked.c.calls, sa.literal(1), nothing, nothing).where(of_draw)
        connection.execute(sample_draws.insert().from_select([one.name for one in sample_draws.c], lots))
        drawn = select(ranked.c.recording_id, ranked.c.agent_id, ranked.c.day, no).where(of_draw)
        connection.execute(sampled_calls.insert().from_select([one.name for one in sampled_calls.c], drawn))
        given = (
            select(
                ranked.c.recording_id,
                findings.c.item_id,
                sa.literal("benchmark"),
                sa.literal(_AT, reviews.c.reviewed_at.type),
                findings.c.verdict,
                sa.literal(ReviewSource.CONSOLE.value),
            )
            .join(findings, findings.c.scorecard_id == ranked.c.scorecard_id)
            .where(of_draw, ranked.c.scorecard_id % 2 == 0)
        )
        names = ["recording_id", "item_id", "reviewer", "reviewed_at", "verdict", "source"]
        connection.execute(reviews.insert().from_select(names, given))
        connection.commit()
        counts = [connection.scalar(select(func.count()).select_from(table)) for table in (sampled_calls, reviews)]
    engine.dispose()
    return counts[0] or 0, counts[1] or 0
