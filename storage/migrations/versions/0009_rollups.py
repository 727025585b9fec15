"""Which scorecard stands for each call, sums per agent and day, what became of calls in runs, and more indexes.

Revision 0009. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_VERDICTS = ("met", "partial", "missed", "violated", "not_applicable", "not_evaluated")

_OWN_CLOCK = {
    "sqlite": "(CAST(strftime('%s', substr(r.started_at, 1, 19)) AS INTEGER) + r.started_at_offset_s)",
    "postgresql": "(CAST(floor(extract(epoch FROM r.started_at)) AS BIGINT) + r.started_at_offset_s)",
}
_DAY = {
    "sqlite": "date({clock}, 'unixepoch')",
    "postgresql": "CAST(to_timestamp({clock}) AT TIME ZONE 'UTC' AS DATE)",
}

_CURRENT = """
INSERT INTO current_scorecards
    (recording_id, scorecard_id, place, agent_id, team, day, standard_digest, total, fatal, needs_review)
SELECT r.id, s.id,
    CASE WHEN s.fatal THEN 2000000000000 WHEN s.needs_review THEN 1000000000000 ELSE 0 END
        + CASE WHEN r.started_at IS NULL THEN 0 WHEN {clock} < 1 THEN 1
            WHEN {clock} >= 1000000000000 THEN 999999999999 ELSE {clock} END,
    r.agent_id, coalesce(r.team, ''), {day}, s.standard_digest, CAST(round(s.total * 100) AS INTEGER),
    s.fatal, s.needs_review
FROM (
    SELECT t.recording_id, max(s.id) AS id FROM transcripts t JOIN scorecards s ON s.transcript_id = t.id
    GROUP BY t.recording_id
) newest
JOIN recordings r ON r.id = newest.recording_id
JOIN scorecards s ON s.id = newest.id
WHERE r.state != 'quarantined'
"""
_QUEUE_FINDINGS = """
INSERT INTO queue_findings (item_id, verdict, place, scorecard_id)
SELECT DISTINCT f.item_id, f.verdict, c.place, c.scorecard_id
FROM current_scorecards c JOIN findings f ON f.scorecard_id = c.scorecard_id
WHERE f.verdict NOT IN ('met', 'not_applicable')
"""
_DAYS = """
INSERT INTO agent_days
    (agent_id, day, team, standard_digest, calls, graded, total_sum, square_sum, fatal, needs_review)
SELECT agent_id, day, team, standard_digest, count(*), count(total), coalesce(sum(CAST(total AS BIGINT)), 0),
    coalesce(sum(CAST(total AS BIGINT) * total), 0),
    count(CASE WHEN fatal THEN 1 END), count(CASE WHEN needs_review THEN 1 END)
FROM current_scorecards
WHERE day IS NOT NULL
GROUP BY agent_id, day, team, standard_digest
ORDER BY agent_id, day, team, standard_digest
"""
_ITEMS = """
INSERT INTO agent_day_items (agent_day_id, item_id, {names}, points, max_points)
SELECT d.id, f.item_id, {counts},
    sum(CAST(round(f.points * 100) AS INTEGER)), sum(CAST(round(f.max_points * 100) AS INTEGER))
FROM current_scorecards c
JOIN agent_days d
    ON d.agent_id = c.agent_id AND d.day = c.day AND d.team = c.team AND d.standard_digest = c.standard_digest
JOIN findings f ON f.scorecard_id = c.scorecard_id
GROUP BY d.id, f.item_id
"""
_RUN_CALLS = """
INSERT INTO run_calls (run_id, recording_id, files, duration_s, quarantined, fatal, needs_review)
SELECT f.run_id, f.recording_id, f.files, r.duration_s, r.state = 'quarantined',
    CASE WHEN r.state != 'quarantined' THEN s.fatal END, CASE WHEN r.state != 'quarantined' THEN s.needs_review END
FROM (SELECT run_id, recording_id, count(*) AS files FROM run_files GROUP BY run_id, recording_id) f
JOIN runs ON runs.id = f.run_id
JOIN recordings r ON r.id = f.recording_id
LEFT JOIN transcripts t ON t.recording_id = f.recording_id AND t.engine_digest = runs.engine_digest
LEFT JOIN scorecards s
    ON s.transcript_id = t.id AND s.standard_digest = runs.standard_digest AND s.scorer = runs.scorer
"""


def upgrade() -> None:
    """Make the tables and fill them from the scorecards that are there."""
    _make_current_scorecards()
    _make_queue_findings()
    _make_agent_days()
    _make_run_calls()
    _fill(op.get_bind().dialect.name)
    op.create_index(op.f("ix_recordings_agent_id_started_at"), "recordings", ["agent_id", "started_at"])
    op.create_index(op.f("ix_recordings_state"), "recordings", ["state"])
    op.create_index(op.f("ix_promises_due_at"), "promises", ["due_at"])


def _make_current_scorecards() -> None:
    op.create_table(
        "current_scorecards",
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("standard_digest", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("fatal", sa.Boolean(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_current_scorecards_recording_id_recordings")
        ),
        sa.ForeignKeyConstraint(
            ["scorecard_id"], ["scorecards.id"], name=op.f("fk_current_scorecards_scorecard_id_scorecards")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_current_scorecards_agent_id_agents")),
        sa.ForeignKeyConstraint(
            ["standard_digest"], ["standards.digest"], name=op.f("fk_current_scorecards_standard_digest_standards")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_current_scorecards")),
        sa.UniqueConstraint("scorecard_id", name=op.f("uq_current_scorecards_scorecard_id")),
    )


def _make_queue_findings() -> None:
    op.create_table(
        "queue_findings",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(*_VERDICTS, name="verdict", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scorecard_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["scorecard_id"], ["scorecards.id"], name=op.f("fk_queue_findings_scorecard_id_scorecards")
        ),
        sa.PrimaryKeyConstraint("item_id", "verdict", "place", "scorecard_id", name=op.f("pk_queue_findings")),
        sqlite_with_rowid=False,
    )


def _make_agent_days() -> None:
    op.create_table(
        "agent_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("standard_digest", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("graded", sa.Integer(), nullable=False),
        sa.Column("total_sum", sa.BigInteger(), nullable=False),
        sa.Column("square_sum", sa.BigInteger(), nullable=False),
        sa.Column("fatal", sa.Integer(), nullable=False),
        sa.Column("needs_review", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_agent_days_agent_id_agents")),
        sa.ForeignKeyConstraint(
            ["standard_digest"], ["standards.digest"], name=op.f("fk_agent_days_standard_digest_standards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_days")),
    )
    op.create_table(
        "agent_day_items",
        sa.Column("agent_day_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _VERDICTS),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("max_points", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_day_id"], ["agent_days.id"], name=op.f("fk_agent_day_items_agent_day_id_agent_days")
        ),
        sa.PrimaryKeyConstraint("agent_day_id", "item_id", name=op.f("pk_agent_day_items")),
        sqlite_with_rowid=False,
    )


def _make_run_calls() -> None:
    op.create_table(
        "run_calls",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("quarantined", sa.Boolean(), nullable=False),
        sa.Column("fatal", sa.Boolean(), nullable=True),
        sa.Column("needs_review", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_calls_run_id_runs")),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_run_calls_recording_id_recordings")),
        sa.PrimaryKeyConstraint("run_id", "recording_id", name=op.f("pk_run_calls")),
        sqlite_with_rowid=False,
    )


def _fill(dialect: str) -> None:
    """The rows first, then what finds them."""
    clock = _OWN_CLOCK[dialect]
    op.execute(_CURRENT.format(clock=clock, day=_DAY[dialect].format(clock=clock)))
    op.execute(_QUEUE_FINDINGS)
    op.execute(_RUN_CALLS)
    op.execute(_DAYS)
    counts = ", ".join(f"count(CASE WHEN f.verdict = '{name}' THEN 1 END)" for name in _VERDICTS)
    # What the joins look up; SQLite would make it anew for each statement.
    op.create_index("uq_agent_days_key", "agent_days", ["agent_id", "day", "team", "standard_digest"], unique=True)
    op.execute(_ITEMS.format(names=", ".join(_VERDICTS), counts=counts))
    for table, columns in (
        ("current_scorecards", ["place", "scorecard_id", "total"]),
        ("current_scorecards", ["agent_id", "place", "scorecard_id"]),
        ("current_scorecards", ["team", "place", "scorecard_id", "total"]),
        ("queue_findings", ["scorecard_id"]),
        ("run_calls", ["recording_id"]),
        ("agent_days", ["day"]),
        ("agent_days", ["team", "day"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
