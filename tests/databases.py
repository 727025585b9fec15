"""A fresh database for each test: an SQLite file, and a schema of its own on a PostgreSQL server.

The server is the one that CALLQA_TEST_POSTGRESQL_URL names, else a local one. Where there is none, a laptop skips the
PostgreSQL tests and CI fails.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command

from storage import Database, schema
from storage.tables import metadata
from tests.kept_schemas import address_of, kept

DIARY = frozenset({"sittings", "alerts_sent", "attendance", "score_times"})
"""What a machine did when: differs from night to night, and no result depends on it."""
_LOCAL_SERVERS = ("postgresql://postgres@127.0.0.1:5432/test", "postgresql://root@127.0.0.1:5432/test")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database without tables; the SQLite file does not exist yet. Every test that uses it runs on both."""
    if request.param == "sqlite":
        # Not in the test's own folder, which may be the source of recordings that it inspects.
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'calls.db'}"
        return
    with _postgresql_schema() as url:
        yield url


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL database with its tables and no rows, for what only a server can suffer."""
    with kept_schema() as url:
        yield url


@pytest.fixture
def database_url(empty_database_url: str) -> Iterator[str]:
    """A database with its tables and no rows."""
    if (path := sa.make_url(empty_database_url)).drivername == "sqlite":
        shutil.copyfile(_sqlite_template(), str(path.database))
        yield empty_database_url
        return
    with kept_schema() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, opened."""
    opened = Database(database_url)
    yield opened
    opened.close()


def dump(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that is there, but for the diary, sorted: equal dumps mean that no result changed."""
    with bare_engine(url).connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))), key=repr)
            for name in metadata.tables
            if name in there and name not in DIARY
        }


def bare_engine(url: str) -> sa.Engine:
    """The database without callqa's settings and pool, for looking at it from outside."""
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)


@contextmanager
def _postgresql_schema() -> Iterator[str]:
    server = _server_or_not_here()
    name = f"callqa_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        try:
            yield address_of(server, name)
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


@contextmanager
def kept_schema() -> Iterator[str]:
    """A schema with its tables and no rows on that server."""
    with kept(_server_or_not_here()) as url:
        yield url


@contextmanager
def whole_postgresql_database() -> Iterator[str]:
    """A database of its own on that server, for tools that work on whole databases."""
    server, name = _server_or_not_here(), f"callqa_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _server_or_not_here() -> str:
    server = _postgresql_server()
    if server is None:
        not_here("no PostgreSQL server: set CALLQA_TEST_POSTGRESQL_URL")
    return server


def not_here(message: str) -> NoReturn:
    """What a test needs is missing: a laptop skips it, CI fails."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@cache
def _sqlite_template() -> Path:
    """An SQLite file with its tables, made once in each test process and copied."""
    path = Path(tempfile.mkdtemp()) / "template.db"
    atexit.register(shutil.rmtree, path.parent)
    schema.upgrade(f"sqlite:///{path}")
    return path


@cache
def _postgresql_server() -> str | None:
    named = os.environ.get("CALLQA_TEST_POSTGRESQL_URL")
    for url in (named,) if named else _LOCAL_SERVERS:
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return url
    return None


BY_PEOPLE = frozenset({
    "appeals", "appeal_rulings", "assignments", "calibration_calls", "calibration_judgements", "calibration_reviewers",
    "calibrations", "coaching_notes", "example_consents", "forgotten_answers", "identities", "login_failures", "people",
    "proposal_decisions", "roster", "sampled_calls", "sample_draws", "saved_views", "sessions", "standard_drafts",
    "survey_answers", "tokens",
})  # fmt: skip
"""Tables that only the console, its commands and imports fill."""


def as_it_was(now: str, then: str, revision: str, *statements: str) -> None:
    """Make an empty database what the one at `now` was at an earlier revision: its tables, then what has place in them.

    `statements` run in between, for what no migration makes.
    """
    with bare_engine(now).connect() as source, bare_engine(then).begin() as target:
        command.upgrade(schema._config(target), revision)
        for statement in statements:
            target.exec_driver_sql(statement)
        there = sa.inspect(target)
        for table in metadata.sorted_tables:
            if there.has_table(table.name):
                names = [column["name"] for column in there.get_columns(table.name)]
                # To the byte where both are SQLite: types would write JSON anew.
                raw = sa.table(table.name, *(sa.column(name) for name in names))
                copied = raw if source.dialect.name == target.dialect.name else table
                if rows := source.execute(sa.select(*(copied.c[name] for name in names))).mappings().all():
                    target.execute(copied.insert(), [dict(row) for row in rows])
