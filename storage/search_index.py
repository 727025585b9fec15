"""What finds words in all texts fast: every three characters in a row, and which texts hold them.

Words of one and two characters are what some of these begin with; so that the last two of a text begin some as well,
two line ends are put behind it. Behind them stand two signs for the day of the call in the review queue: with the line
end before them they are a part like the others, by which words are found on some days only.

SQLite keeps the parts in an FTS5 table that triggers follow with, PostgreSQL as a tsvector in a GIN index. Where
neither can be made, searches look through the texts themselves, some thousands at a time, and everything else works.

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

NAME = "call_texts_parts"
"""The table in SQLite; in PostgreSQL the index, and the function of a text that is indexed."""
HELD = f"{NAME}_held"
"""In SQLite, a row for each part (`term`) and text that holds it (`doc`)."""
TOO_LONG = "*"
"""The one part of a text that PostgreSQL cannot take apart: a tsvector holds a megabyte."""
_LONGEST = 80_000
"""Characters: seven hours of talk, and less than a megabyte when each is of four bytes and every part differs."""
_FORGETS = f"{NAME}_forgets"
_ENDED = f"{NAME}_ended"
_PRIVATE, _PRIVATE_SIGNS = 0xE000, 6_400
"""The first of the signs that Unicode leaves to everybody's own use, and how many there are."""


def _ended(char: str, day: str) -> str:
    """What is put behind a text, in SQL: with the last line end, two signs that stand for the day."""
    signs = (f"{day} / {_PRIVATE_SIGNS}", f"{day} - {day} / {_PRIVATE_SIGNS} * {_PRIVATE_SIGNS}")
    return " || ".join([f"{char}(10)", f"{char}(10)", *(f"{char}({_PRIVATE} + {sign})" for sign in signs)])


def _sqlite_text(row: str) -> str:
    return f"{row}.text || {_ended('char', f'{row}.queue_day')}"


_TAKEN_IN = f"INSERT INTO {NAME} (rowid, text) SELECT new.id, {_sqlite_text('new')} WHERE new.queue_day IS NOT NULL"
_TAKEN_OUT = (
    f"INSERT INTO {NAME} ({NAME}, rowid, text) SELECT 'delete', old.id, {_sqlite_text('old')}"
    " WHERE old.queue_day IS NOT NULL"
)
_NOTED = f"INSERT OR IGNORE INTO {_FORGETS} (id) SELECT 1"
_SQLITE = (
    f"CREATE TABLE {_FORGETS} (id INTEGER PRIMARY KEY)",
    f"CREATE VIEW {_ENDED} AS SELECT id, {_sqlite_text('call_texts')} AS text"
    " FROM call_texts WHERE queue_day IS NOT NULL",
    # Texts are in small letters already, by the rules that words are put so by: FTS5's own would not be the same.
    f"CREATE VIRTUAL TABLE {NAME}"
    f" USING fts5(text, content={_ENDED}, content_rowid=id, detail=none, tokenize='trigram case_sensitive 1')",
    f"CREATE VIRTUAL TABLE {HELD} USING fts5vocab({NAME}, instance)",
    f"INSERT INTO {NAME} ({NAME}) VALUES ('rebuild')",
    f"CREATE TRIGGER {NAME}_insert AFTER INSERT ON call_texts BEGIN {_TAKEN_IN}; END",
    # Also of a text that is out of the index by now: it may have been in it.
    f"CREATE TRIGGER {NAME}_delete AFTER DELETE ON call_texts BEGIN {_TAKEN_OUT}; {_NOTED}; END",
    f"CREATE TRIGGER {NAME}_update AFTER UPDATE ON call_texts BEGIN {_TAKEN_OUT}; {_TAKEN_IN};"
    f" {_NOTED} WHERE old.text <> new.text; END",
)
_CHARACTERS = f"string_to_array(said || {_ended('chr', 'queue_day')}, NULL)"
_POSTGRESQL = (
    f"""
CREATE OR REPLACE FUNCTION {NAME}(said text, queue_day int) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT CASE WHEN length(said) > {_LONGEST} THEN array_to_tsvector(ARRAY['{TOO_LONG}']) ELSE (
  SELECT array_to_tsvector(array_agg(a || b || c))
    FROM unnest({_CHARACTERS}, ({_CHARACTERS})[2:], ({_CHARACTERS})[3:]) AS part(a, b, c)
   WHERE c IS NOT NULL) END $$
""",
    f"CREATE INDEX {NAME} ON call_texts USING gin ({NAME}(text, queue_day)) WHERE queue_day IS NOT NULL",
    # ANALYZE would take thirty thousand texts apart, for a plan that is the best without it.
    f"ALTER INDEX {NAME} ALTER COLUMN 1 SET STATISTICS 0",
)


def day_part(queue_day: int) -> str:
    """The part that texts of this day have (`storage.places.queue_day`)."""
    first, second = divmod(queue_day, _PRIVATE_SIGNS)
    return f"\n{chr(_PRIVATE + first)}{chr(_PRIVATE + second)}"


def make(connection: Connection) -> None:
    """Make what is missing, where the database lets it be made. In the caller's transaction."""
    if is_there(connection):
        return
    # What fails takes only itself back.
    with suppress(DBAPIError), connection.begin_nested():
        for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
            connection.exec_driver_sql(statement)


def is_there(connection: Connection) -> bool:
    """Whether words are found by it."""
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
