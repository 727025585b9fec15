"""Tables that follow from others: which scorecard stands for a call, sums over those, and how far runs have come.

They hold nothing of their own and could be made anew at any time (`storage.standing`); each change of what they follow
from changes them in the same transaction. Not partitioned: each of their queries reads one stretch of one index, so
that its time depends on the rows it returns, and retention deletes by recording, not by month.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table

from models.scorecard import Verdict
from storage.column_types import Real, Text, choice
from storage.tables import metadata

NO_TEAM = ""
"""Stands for no team: a key holds no NULL."""

# The newest scorecard of each recording that has one and is not quarantined. `place` orders the review queue, see
# storage.places; `day` is that of the call's own clock. Totals are hundredths of a point.
current_scorecards = Table(
    "current_scorecards",
    metadata,
    Column("recording_id", Text, ForeignKey("recordings.id"), primary_key=True),
    Column("scorecard_id", Integer, ForeignKey("scorecards.id"), nullable=False, unique=True),
    Column("place", BigInteger, nullable=False),
    Column("agent_id", Text, ForeignKey("agents.id"), nullable=False),
    Column("team", Text, nullable=False),
    Column("day", Date),
    Column("standard_digest", Text, ForeignKey("standards.digest"), nullable=False),
    Column("total", Integer),
    Column("fatal", Boolean, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    # With the total at their ends: where hardly a call has the total that is asked for, they are read far along.
    Index(None, "place", "scorecard_id", "total"),
    Index(None, "agent_id", "place", "scorecard_id"),
    Index(None, "team", "place", "scorecard_id", "total"),
)

# Findings of those that are neither met nor not applicable: the rare ones, which the queue is asked for.
queue_findings = Table(
    "queue_findings",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("verdict", choice(Verdict, "verdict"), primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("scorecard_id", Integer, ForeignKey("scorecards.id"), primary_key=True, index=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Sums over the current scorecards of an agent's day. `total_sum` adds up hundredths of a point, `square_sum` their
# squares: whole numbers, which come out the same in any order.
agent_days = Table(
    "agent_days",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", Text, ForeignKey("agents.id"), nullable=False),
    Column("day", Date, nullable=False, index=True),
    Column("team", Text, nullable=False),
    Column("standard_digest", Text, ForeignKey("standards.digest"), nullable=False),
    Column("calls", Integer, nullable=False),
    Column("graded", Integer, nullable=False),
    Column("total_sum", BigInteger, nullable=False),
    Column("square_sum", BigInteger, nullable=False),
    Column("fatal", Integer, nullable=False),
    Column("needs_review", Integer, nullable=False),
    Index("uq_agent_days_key", "agent_id", "day", "team", "standard_digest", unique=True),
    Index(None, "team", "day"),
)

# Sums over the findings of those, in a column per verdict. Points are hundredths.
agent_day_items = Table(
    "agent_day_items",
    metadata,
    Column("agent_day_id", Integer, ForeignKey("agent_days.id"), primary_key=True, autoincrement=False),
    Column("item_id", Text, primary_key=True),
    *(Column(verdict.value, Integer, nullable=False) for verdict in Verdict),
    Column("points", BigInteger, nullable=False),
    Column("max_points", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Each recording of a run, found in `files` places, and what became of it there: quarantined, or (`fatal` and
# `needs_review` are not NULL) scored under the run's engine, standard and scorer. Without it a run's counts would look
# up every recording in four tables.
run_calls = Table(
    "run_calls",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("recording_id", Text, ForeignKey("recordings.id"), primary_key=True, index=True),
    Column("files", Integer, nullable=False),
    Column("duration_s", Real),
    Column("quarantined", Boolean, nullable=False),
    Column("fatal", Boolean),
    Column("needs_review", Boolean),
    sqlite_with_rowid=False,
)
