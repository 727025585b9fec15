"""What finds a phrase in all texts fast: every three characters in a row, and which texts hold them.

SQLite keeps them in an FTS5 table that triggers follow with, PostgreSQL in a GIN index by pg_trgm. Where neither can be
made, searches look through the texts themselves, some thousands at a time, and everything else works.

SQLite's holds no places (`detail=none`), only which texts: it is a third of the size, and what is deleted cannot be
put together again from it. Until its parts are merged it remembers what it was told to forget: a row in a table beside
it notes that there is such, and `merge` does it.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

NAME = "call_texts_trigrams"
"""The table in SQLite, the index in PostgreSQL."""
_FORGETS = f"{NAME}_forgets"

_SQLITE = (
    f"CREATE TABLE {_FORGETS} (id INTEGER PRIMARY KEY)",
    f"CREATE VIRTUAL TABLE {NAME}"
    " USING fts5(text, content=call_texts, content_rowid=id, detail=none, tokenize=trigram)",
    f"INSERT INTO {NAME} ({NAME}) VALUES ('rebuild')",
    f"CREATE TRIGGER {NAME}_insert AFTER INSERT ON call_texts BEGIN"
    f" INSERT INTO {NAME} (rowid, text) VALUES (new.id, new.text); END",
    f"CREATE TRIGGER {NAME}_delete AFTER DELETE ON call_texts BEGIN"
    f" INSERT INTO {NAME} ({NAME}, rowid, text) VALUES ('delete', old.id, old.text);"
    f" INSERT OR IGNORE INTO {_FORGETS} (id) VALUES (1); END",
    f"CREATE TRIGGER {NAME}_update AFTER UPDATE ON call_texts BEGIN"
    f" INSERT INTO {NAME} ({NAME}, rowid, text) VALUES ('delete', old.id, old.text);"
    f" INSERT INTO {NAME} (rowid, text) VALUES (new.id, new.text);"
    f" INSERT OR IGNORE INTO {_FORGETS} (id) VALUES (1); END",
)
# In a schema that every program of the database shares: there is one pg_trgm for all of it.
_EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public"
_EXTENSION_SCHEMA = sa.text(
    "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
    " WHERE e.extname = 'pg_trgm'"
)


def make(connection: Connection) -> None:
    """Make what is missing, where the database lets it be made. In the caller's transaction."""
    if is_there(connection):
        return
    # What fails takes only itself back.
    with suppress(DBAPIError), connection.begin_nested():
        if connection.dialect.name == "sqlite":
            for statement in _SQLITE:
                connection.exec_driver_sql(statement)
            return
        if connection.execute(_EXTENSION_SCHEMA).scalar() is None:
            connection.exec_driver_sql(_EXTENSION)
        schema = connection.execute(_EXTENSION_SCHEMA).scalar_one()
        connection.exec_driver_sql(f"CREATE INDEX {NAME} ON call_texts USING gin (text {schema}.gin_trgm_ops)")


def is_there(connection: Connection) -> bool:
    """Whether phrases of three characters and more are found by it."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(sa.text("SELECT 1 FROM sqlite_master WHERE name = :name"), {"name": NAME})
        return found.scalar() is not None
    return connection.execute(sa.text("SELECT to_regclass(:name) IS NOT NULL"), {"name": NAME}).scalar_one() is True


def merge(connection: sqlite3.Connection) -> None:
    """Let SQLite's forget for good what was deleted, if anything was. Takes as long as making it anew."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (NAME,)).fetchone()
    if there and connection.execute(f"SELECT 1 FROM {_FORGETS}").fetchone():
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"DELETE FROM {_FORGETS}")
        connection.execute(f"INSERT INTO {NAME} ({NAME}) VALUES ('optimize')")
        connection.commit()
