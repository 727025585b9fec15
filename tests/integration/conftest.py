"""Fixtures of every integration test."""

from tests.databases import database, database_url, empty_database_url, postgresql_url

__all__ = ["database", "database_url", "empty_database_url", "postgresql_url"]
