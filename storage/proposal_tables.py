"""The table of decisions about phrases that were proposed for standards."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from models.proposal import Choice, ProposalKind
from storage.column_types import Moment, Text, choice
from storage.tables import metadata

proposal_decisions = Table(
    "proposal_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("standard_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("kind", choice(ProposalKind, "kind"), nullable=False),
    Column("item_id", Text, nullable=False),
    Column("family_kind", Text, nullable=False),
    Column("phrase", Text, nullable=False),
    Column("choice", choice(Choice, "choice"), nullable=False),
    Column("why", Text),
    Column("draft", Text),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Index(None, "standard_id"),
)
