"""Which database errors are worth another try."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from models.errors import TransientError
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
        psycopg.errors.DeadlockDetected("deadlock detected"),
        psycopg.errors.SerializationFailure("could not serialize access"),
        psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"),
        psycopg.errors.AdminShutdown("terminating connection"),
        psycopg.errors.TooManyConnections("sorry, too many clients already"),
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
        OperationalError("SELECT 1", {}, sqlite_error(sqlite3.SQLITE_FULL)),
        OperationalError("SELECT 1", {}, sqlite_error(sqlite3.SQLITE_ERROR)),
        OperationalError("SELECT 1", {}, psycopg.errors.DiskFull("no space left on device")),
        OperationalError("SELECT 1", {}, psycopg.errors.ProgramLimitExceeded("index row size exceeds maximum")),
        IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("duplicate key")),
        IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")),
    ],
    ids=lambda error: type(error.orig).__name__,
)
def test_faults_that_stay(error: DBAPIError) -> None:
    with pytest.raises(type(error)):
        fail(error)
