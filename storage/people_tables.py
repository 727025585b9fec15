"""Tables of those who use the console, of the browsers that they are logged in with, and of their programs."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, false

from models.person import Post
from storage.column_types import Json, Moment, Text, choice
from storage.tables import metadata

people = Table(
    "people",
    metadata,
    Column("name", Text, primary_key=True),
    Column("shown_name", Text, nullable=False),
    Column("post", choice(Post, "post"), nullable=False),
    Column("teams", Json(none_as_null=True)),
    Column("agent_id", Text),
    Column("created_at", Moment, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    CheckConstraint("(post = 'agent') = (agent_id IS NOT NULL)", name="agents_have_an_agent_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("key_sha256", Text, primary_key=True),
    Column("person_name", Text, ForeignKey("people.name"), nullable=False, index=True),
    Column("form_key", Text, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("by_oidc", Boolean, nullable=False, server_default=false()),
)

# Accounts at an OpenID Connect issuer. A person has one at most, and it is nobody else's.
identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("person_name", Text, ForeignKey("people.name"), nullable=False, unique=True),
    Column("bound_at", Moment, nullable=False),
)

# Log-ins that failed, by name and by address, to slow down who tries passwords.
login_failures = Table(
    "login_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "subject", "at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("key_sha256", Text, primary_key=True),
    Column("owner", Text, ForeignKey("people.name"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("rights", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)
