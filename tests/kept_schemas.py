"""PostgreSQL schemas with their tables, emptied and handed from test to test: making the tables takes half a second."""

from __future__ import annotations

import atexit
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from storage import schema
from storage.schema import VERSION_TABLE

_kept: list[tuple[str, str]] = []

# Everything that a test could have changed of the tables themselves.
_SHAPE = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
  SELECT concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull) AS line
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
   WHERE c.relnamespace = %(name)s::regnamespace
  UNION ALL
  SELECT concat_ws(' ', t.tgname, t.tgenabled) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = %(name)s::regnamespace
  UNION ALL
  SELECT concat_ws(' ', conname, contype) FROM pg_constraint WHERE connamespace = %(name)s::regnamespace
  UNION ALL
  SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = %(name)s::regnamespace
) AS shape
"""


def address_of(server: str, name: str) -> str:
    """The address of a schema. A crash of the server is no test's business, so no commit waits for the disk."""
    options = f"options=-csynchronous_commit%3Doff%20-csearch_path%3D{name}"
    return f"{server}{'&' if '?' in server else '?'}{options}"


@contextmanager
def kept(server: str) -> Iterator[str]:
    """A schema with its tables and no rows; afterwards it is kept for the next test, if it is still as it was."""
    with psycopg.connect(server, autocommit=True) as connection:
        name, shape = _kept.pop() if _kept else _new(server, connection)
        try:
            yield address_of(server, name)
        finally:
            if _is_emptied(connection, name, shape):
                _kept.append((name, shape))
            else:
                _drop(connection, name)


def _new(server: str, connection: psycopg.Connection) -> tuple[str, str]:
    if not _registered:
        atexit.register(_drop_all, server)
        _registered.append(True)
    name = f"callqa_{uuid.uuid4().hex}"
    connection.execute(f"CREATE SCHEMA {name}".encode())
    schema.upgrade(address_of(server, name))
    return name, _shape(connection, name)


_registered: list[bool] = []


def _is_emptied(connection: psycopg.Connection, name: str, shape: str) -> bool:
    """Delete all rows, past triggers and foreign keys; False where that cannot be done or the tables were changed."""
    try:
        if _shape(connection, name) != shape:
            return False
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename != %s", (name, VERSION_TABLE)
        ).fetchall()
        sequences = connection.execute(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = %s AND last_value IS NOT NULL", (name,)
        ).fetchall()
        statements = [f'DELETE FROM {name}."{table}"' for (table,) in tables]
        statements += [f'ALTER SEQUENCE {name}."{sequence}" RESTART' for (sequence,) in sequences]
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '1s'")
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("; ".join(statements).encode())
    except psycopg.Error:
        # Whoever may not pass triggers, or holds a lock: the schema is made anew.
        return False
    return True


def _shape(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute(_SHAPE, {"name": name}).fetchone()
    assert row is not None
    return str(row[0])


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


def _drop_all(server: str) -> None:
    # The server may be gone before the tests are.
    with suppress(psycopg.Error), psycopg.connect(server, autocommit=True) as connection:
        for name, _ in _kept:
            _drop(connection, name)
