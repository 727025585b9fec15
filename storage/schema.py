"""Makes the tables, brings them up to date, and says whether they are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from models.errors import SchemaError, SettingsError
from storage import search_index
from storage.engine import build_engine, dangling, let_tables_be_remade, take_write_lock
from storage.faults import passing_faults
from storage.tables import metadata
from storage.urls import parse, shown

VERSION_TABLE = "callqa_schema_version"
"""Not Alembic's usual name: another program that uses Alembic (Prefect) may share the PostgreSQL database."""

MIGRATIONS = "storage:migrations"
"""Where the migrations are: a package's folder, so that an installed wheel has them too."""

_UPGRADE_LOCK = int.from_bytes(b"callqa")

# Alembic keeps the environment of the running command in a global of its module.
_one_command = threading.Lock()


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a database stands. `current` is None before the first upgrade; `head` is what this program needs.

    `empty` says that none of callqa's tables is there.
    """

    current: str | None
    head: str
    empty: bool


def state(url: str) -> SchemaState:
    """Where the database stands; looks only, and makes no SQLite file.

    Raises SettingsError for a bad address or a place that cannot be reached, SchemaError for a file that is no SQLite
    database and TransientError when the database cannot be reached.
    """
    address = parse(url)
    if _missing_file(address):
        return SchemaState(None, _head(), empty=True)
    engine = build_engine(address)
    try:
        with passing_faults(address), engine.connect() as connection:
            return _state(connection)
    except DatabaseError as error:
        raise _unusable(address, error) from error
    finally:
        engine.dispose()


def check(url: str) -> None:
    """Raise SchemaError with one clear message unless the database is at this program's revision."""
    address = parse(url)
    found = state(url)
    if found.current is None:
        raise SchemaError(f"the database {shown(address)} is not set up: run `callqa db upgrade`")
    _refuse_newer(address, found)
    if found.current != found.head:
        raise SchemaError(
            f"the database {shown(address)} is at revision {found.current}, this program needs {found.head}: "
            "run `callqa db upgrade`"
        )


def upgrade(url: str) -> None:
    """Bring the database to this program's revision; does nothing when it is there already.

    All or nothing, and safe when several processes do it at once: they take turns. Makes the folder and the file of an
    SQLite database. Raises what `state` raises, and SchemaError when the database was upgraded by a newer program or
    holds tables of the same names that callqa did not make.
    """
    address = parse(url)
    if address.get_backend_name() == "sqlite" and address.database:
        with _file_in_reach(address):
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = build_engine(address)
    try:
        with passing_faults(address), engine.connect() as connection:
            let_tables_be_remade(connection)
            take_write_lock(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
            found = _state(connection)
            _refuse_newer(address, found)
            if found.current is None and not found.empty:
                raise SchemaError(
                    f"the database {shown(address)} holds tables that callqa did not make; use an empty database"
                )
            with _one_command:
                command.upgrade(_config(connection), "head")
            if lost := dangling(connection):
                raise SchemaError(
                    f"the database {shown(address)} stays as it was: its upgrade would leave rows of {', '.join(lost)} "
                    "pointing at nothing; keep a copy of it and report this"
                )
            search_index.make(connection)
            connection.commit()
    except DatabaseError as error:
        raise _unusable(address, error) from error
    finally:
        engine.dispose()


def has_search_index(url: str) -> bool:
    """Whether phrases are found by an index. Raises what `state` raises."""
    address = parse(url)
    engine = build_engine(address)
    try:
        with passing_faults(address), engine.connect() as connection:
            return search_index.is_there(connection)
    except DatabaseError as error:
        raise _unusable(address, error) from error
    finally:
        engine.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", MIGRATIONS)
    return config


@cache
def _migrations(place: str) -> ScriptDirectory:
    # Reading and compiling every migration takes longer than most of what is asked of the database afterwards.
    config = Config()
    config.set_main_option("script_location", place)
    return ScriptDirectory.from_config(config)


def _head() -> str:
    head = _migrations(MIGRATIONS).get_current_head()
    if head is None:
        raise SchemaError("this installation of callqa holds no migrations; install it again")
    return head


def _state(connection: Connection) -> SchemaState:
    current = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    there = set(sa.inspect(connection).get_table_names())
    return SchemaState(current, _head(), empty=there.isdisjoint(metadata.tables))


def _refuse_newer(address: URL, found: SchemaState) -> None:
    if found.current is None:
        return
    try:
        _migrations(MIGRATIONS).get_revision(found.current)
    except CommandError as error:
        raise SchemaError(
            f"the database {shown(address)} is at revision {found.current}, which this program does not know "
            f"(it needs {found.head}): the database was upgraded by a newer callqa; install that one"
        ) from error


def _missing_file(address: URL) -> bool:
    with _file_in_reach(address):
        return address.get_backend_name() == "sqlite" and not Path(address.database or "").exists()


@contextmanager
def _file_in_reach(address: URL) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"the database {shown(address)} cannot be there: {error.strerror}; name a place that can be written"
        ) from error


def _unusable(address: URL, error: DatabaseError) -> SchemaError:
    return SchemaError(f"the database {shown(address)} cannot be used: {str(error.orig).strip()}")
