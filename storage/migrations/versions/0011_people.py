"""Those who use the console, the browsers that they are logged in with, and log-ins that failed.

Revision 0011, after 0010. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "people",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shown_name", sa.Text(), nullable=False),
        sa.Column(
            "post",
            sa.Enum(
                "admin", "supervisor", "qa", "agent", name="post", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("teams", sa.JSON(none_as_null=True)),
        sa.Column("agent_id", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.CheckConstraint("(post = 'agent') = (agent_id IS NOT NULL)", name=op.f("ck_people_agents_have_an_agent_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_people")),
    )
    op.create_table(
        "sessions",
        sa.Column("key_sha256", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_name"], ["people.name"], name=op.f("fk_sessions_person_name_people")),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_person_name"), "sessions", ["person_name"], unique=False)
    op.create_table(
        "login_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failures")),
    )
    op.create_index(op.f("ix_login_failures_subject_at"), "login_failures", ["subject", "at"], unique=False)
