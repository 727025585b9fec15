"""Accounts at an OpenID Connect issuer, and sessions that they opened.

Revision 0017, after 0016. A migration is a snapshot: it repeats types and values and imports nothing of callqa.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the column: sessions of before were opened by password."""
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_name"], ["people.name"], name=op.f("fk_identities_person_name_people")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
        sa.UniqueConstraint("person_name", name=op.f("uq_identities_person_name")),
    )
    op.add_column("sessions", sa.Column("by_oidc", sa.Boolean(), nullable=False, server_default=sa.false()))
