"""Which database errors are worth another try."""

from __future__ import annotations

import sqlite3
import traceback
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from models.errors import TransientError
from storage.engine import build_engine
from storage.faults import passing_faults
from storage.urls import parse

URL = parse("postgresql://qa:topsecret@host/calls")


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked\nmore")
    error.sqlite_errorcode = code
    return error


def fail(error: DBAPIError) -> None:
    with passing_faults(URL):
        raise error


@pytest.mark.parametrize(
    "orig",
    [
        sqlite_error(sqlite3.SQLITE_BUSY),
        sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT),
        sqlite_error(sqlite3.SQLITE_LOCKED),
        sqlite_error(sqlite3.SQLITE_FULL),
        sqlite_error(sqlite3.SQLITE_IOERR_WRITE),
        sqlite_error(sqlite3.SQLITE_CANTOPEN),
        sqlite_error(sqlite3.SQLITE_READONLY),
        psycopg.errors.QueryCanceled("canceling statement due to statement timeout"),
        psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction"),
        psycopg.errors.CannotConnectNow("the database system is starting up"),
        psycopg.errors.DeadlockDetected("deadlock detected"),
        psycopg.errors.SerializationFailure("could not serialize access"),
        psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"),
        psycopg.errors.AdminShutdown("terminating connection"),
        psycopg.errors.TooManyConnections("sorry, too many clients already"),
        psycopg.errors.DiskFull("no space left on device"),
        psycopg.errors.OutOfMemory("out of memory"),
        psycopg.errors.IoError("could not write block"),
        psycopg.errors.ConnectionFailure("connection failure"),
        psycopg.OperationalError("connection refused"),
    ],
    ids=lambda orig: f"{type(orig).__name__} {getattr(orig, 'sqlite_errorcode', '')}",
)
def test_faults_that_pass(orig: Exception) -> None:
    with pytest.raises(TransientError, match=r"postgresql\+psycopg://qa:\*\*\*@host/calls") as caught:
        fail(OperationalError("SELECT 1", {}, orig))
    assert "topsecret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT 1", {}, sqlite_error(sqlite3.SQLITE_ERROR)),
        OperationalError("SELECT 1", {}, psycopg.errors.ProgramLimitExceeded("index row size exceeds maximum")),
        IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("duplicate key")),
        IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")),
    ],
    ids=lambda error: type(error.orig).__name__,
)
def test_faults_that_stay(error: DBAPIError) -> None:
    with pytest.raises(type(error)):
        fail(error)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            IntegrityError(
                "INSERT INTO recordings VALUES (%s)",
                {"call_id": "13900001111"},
                psycopg.errors.UniqueViolation("duplicate key\nDETAIL:  Key (call_id)=(13900001111) already exists."),
            ),
            "duplicate key",
        ),
        (
            DataError("SELECT", {}, psycopg.errors.InvalidTextRepresentation('invalid input syntax: "13900001111"')),
            "InvalidTextRepresentation",
        ),
        (
            OperationalError("SELECT '13900001111'", {}, sqlite3.OperationalError("no such table: calls")),
            "no such table",
        ),
    ],
    ids=lambda value: type(value.orig).__name__ if isinstance(value, DBAPIError) else "",
)
def test_what_stays_tells_no_data_however_it_is_printed(error: DBAPIError, says: str) -> None:
    with pytest.raises(type(error), match=says) as caught:
        fail(error)
    printed = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "13900001111" not in printed
    assert "INSERT" not in printed


def test_a_full_disk_passes(tmp_path: Path) -> None:
    engine = build_engine(parse(f"sqlite:///{tmp_path / 'calls.db'}"))
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE calls (words TEXT)"))
        connection.execute(sa.text("PRAGMA max_page_count = 1"))
        with pytest.raises(TransientError, match="database or disk is full"), passing_faults(engine.url):
            connection.execute(sa.text("INSERT INTO calls VALUES (:words)"), {"words": "很" * 100_000})
    engine.dispose()
