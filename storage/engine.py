"""Connections, set up alike for every use: durable, patient with locks, silent about personal data."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

LOCK_WAIT_S = 30
"""How long a statement waits for another process's lock before it fails as transient."""

CONNECT_WAIT_S = 10
"""How long to wait for a PostgreSQL server to answer."""

_LINE = {
    "connect_timeout": CONNECT_WAIT_S,
    # A line that is cut without a word (a firewall, a machine without power) is noticed after a minute; the system's
    # own time for that is two hours. The first three are for a server at work, the last for what was sent to it.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_BEGIN = "callqa_sqlite_begin"


def build_engine(url: URL) -> Engine:
    """An engine for a parsed address; nothing is opened yet.

    Parameters of failed statements are kept out of messages: they hold what people said on the telephone.
    """
    to_text = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            json_serializer=to_text,
            hide_parameters=True,
            max_overflow=-1,
            connect_args={} if "timeout" in url.query else {"timeout": LOCK_WAIT_S},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        json_serializer=to_text,
        hide_parameters=True,
        max_overflow=-1,
        pool_pre_ping=True,
        connect_args={name: value for name, value in _LINE.items() if name not in url.query},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def take_write_lock(connection: Connection) -> None:
    """Make the current transaction one that writes. Call it before the first write, while nothing is written.

    SQLite: a transaction that has read cannot become a writer once somebody else has written, whatever the time-out,
    so the reading one is given up and a new one takes the write lock at once. What was read before may have changed
    since, exactly as under PostgreSQL's READ COMMITTED; so writes check again what they rest on.
    """
    if connection.dialect.name == "sqlite":
        connection.rollback()
        connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        try:
            connection.begin()
        finally:
            connection.execution_options(**{_BEGIN: "BEGIN"})


def let_tables_be_remade(connection: Connection) -> None:
    """Suspend SQLite's foreign keys on this connection, which must be in no transaction; `dangling` looks afterwards.

    SQLite cannot change a table's constraints: the table is made anew and the old one dropped, rows pointing at it or
    not. The order is SQLite's own ("Making Other Kinds Of Table Schema Changes").
    """
    if connection.dialect.name == "sqlite":
        # Past SQLAlchemy, which would begin a transaction, in which the pragma does nothing.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")


def dangling(connection: Connection) -> tuple[str, ...]:
    """Names of SQLite tables with rows that point at nothing, in alphabetical order; PostgreSQL lets none be."""
    if connection.dialect.name != "sqlite":
        return ()
    return tuple(sorted({row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}))


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # SQLAlchemy, "Serializable isolation / Savepoints / Transactional DDL" of the pysqlite dialect: the driver must
    # not emit BEGIN by itself, _begin_sqlite does.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # What is deleted is overwritten: a customer's words must not stay in the file's free pages.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _prepare_postgresql(dbapi_connection: Any, _record: object) -> None:
    # Not in the connection options: those belong to the user's URL (search_path and the like).
    dbapi_connection.autocommit = True
    dbapi_connection.execute(f"SET lock_timeout = '{LOCK_WAIT_S}s'")
    dbapi_connection.autocommit = False
