"""Fixtures of every integration test."""

from tests.databases import database, database_url, empty_database_url, postgresql_url
from tests.held_calls import command, ids
from tests.oidc_provider import issuer

__all__ = ["command", "database", "database_url", "empty_database_url", "ids", "issuer", "postgresql_url"]
