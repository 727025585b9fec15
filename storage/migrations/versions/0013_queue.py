"""Texts that can be searched, who looks at which call, saved views of the queue, and the random sample.

Revision 0013, after 0012. A migration is a snapshot: it repeats types and values and imports nothing of callqa. What
finds the texts fast is made by `storage.search_index`, because a database may not let it be made yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PUNCTUATION = "，。？！、；：,.?!;:“”\"'「」《》（）() \t　"
_TURNS = {
    "sqlite": "SELECT group_concat({text}, char(10)) FROM json_each(t.document, '$.utterances') AS u",
    "postgresql": "SELECT string_agg({text}, chr(10) ORDER BY u.place)"
    " FROM json_array_elements(t.document -> 'utterances') WITH ORDINALITY AS u(value, place)",
}
_TEXT = {"sqlite": "json_extract(u.value, '$.text')", "postgresql": "(u.value ->> 'text')"}
_KIND = {"sqlite": "json_type(t.document)", "postgresql": "json_typeof(t.document)"}
# Sealed documents are texts, those that were let go say null: neither is searched.
_TEXTS = """
INSERT INTO call_texts (recording_id, text)
SELECT t.recording_id, coalesce(({turns}), '')
FROM transcripts t
WHERE t.id IN (SELECT max(id) FROM transcripts GROUP BY recording_id) AND {kind} = 'object'
ORDER BY t.id
"""


def upgrade() -> None:
    """Make the tables, and fill the texts from the transcripts that can be read."""
    op.create_table(
        "call_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_call_texts_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_texts")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_call_texts_recording_id")),
    )
    op.create_table(
        "assignments",
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_assignments_recording_id_recordings")
        ),
        sa.ForeignKeyConstraint(["reviewer"], ["people.name"], name=op.f("fk_assignments_reviewer_people")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_reviewer"), "assignments", ["reviewer"])
    op.create_table(
        "saved_views",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["people.name"], name=op.f("fk_saved_views_owner_people")),
        sa.PrimaryKeyConstraint("owner", "name", name=op.f("pk_saved_views")),
    )
    op.create_table(
        "sample_draws",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_sample_draws_agent_id_agents")),
        sa.PrimaryKeyConstraint("agent_id", "day", name=op.f("pk_sample_draws")),
    )
    op.create_index(op.f("ix_sample_draws_day"), "sample_draws", ["day"])
    op.create_table(
        "sampled_calls",
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_sampled_calls_recording_id_recordings")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_sampled_calls_agent_id_agents")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_sampled_calls")),
    )
    op.create_index(op.f("ix_sampled_calls_day"), "sampled_calls", ["day"])
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    dialect = connection.dialect.name
    if dialect == "postgresql":
        text, parameters = f"translate(lower({_TEXT[dialect]}), :signs, '')", {"signs": _PUNCTUATION}
    else:
        # As many calls of replace() as there are signs would be too deep for SQLite's parser.
        text, parameters = f"callqa_folded({_TEXT[dialect]})", {}
        table = str.maketrans("", "", _PUNCTUATION)
        connection.connection.cursor().connection.create_function(
            "callqa_folded", 1, lambda said: said.lower().translate(table)
        )
    turns = _TURNS[dialect].format(text=text)
    connection.execute(sa.text(_TEXTS.format(turns=turns, kind=_KIND[dialect])), parameters)
