"""Which database faults pass by themselves. Everything else is a mistake and stays as loud as it was, but discreet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from models.errors import TransientError
from storage.urls import shown

_PRIMARY_CODE = 0xFF  # SQLite's extended codes carry the primary one in the low byte.
# The last two: a drive that went away, or that the system made read-only after a fault.
_SQLITE_PASSING = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY),
}

# PostgreSQL, appendix A: 08 connection, 53 disk full, memory or connections used up, 57 an operator's or a time limit's
# doing, server stopping or starting; 25006 a standby that is not yet in charge, 40001 serialization, 40P01 deadlock,
# 55P03 lock not available, 58030 input or output failed.
_POSTGRESQL_PASSING_CLASSES = ("08", "53", "57")
_POSTGRESQL_PASSING = {"25006", "40001", "40P01", "55P03", "58030"}


@contextmanager
def passing_faults(url: URL) -> Iterator[None]:
    """Raise TransientError for a lock that stays, a deadlock, a full or lost disk, or a server out of reach.

    Any other error keeps its type and loses its statement, its parameters and what the database quotes of them.
    """
    try:
        yield
    except DBAPIError as error:
        fault: Exception = _discreet(error)
        if _passes(error):
            fault = TransientError(
                f"the database {shown(url)} did not answer as it should: {_reason(error)}; "
                "try again when it is free, reachable and has room"
            )
        # Not `from error`: whoever prints the chain would print the rows that PostgreSQL quotes in it.
        raise fault from None


def _passes(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return code is not None and code & _PRIMARY_CODE in _SQLITE_PASSING
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # The server never answered with a code: it cannot be reached, or the connection broke.
        return error.connection_invalidated or isinstance(error, OperationalError)
    return error.connection_invalidated or state.startswith(_POSTGRESQL_PASSING_CLASSES) or state in _POSTGRESQL_PASSING


def _discreet(error: DBAPIError) -> DBAPIError:
    cause = type(error.orig)(_reason(error)) if error.orig is not None else Exception(_reason(error))
    return type(error)(None, None, cause, hide_parameters=True, connection_invalidated=error.connection_invalidated)


def _reason(error: DBAPIError) -> str:
    """What the driver says, without values: they are on later lines (DETAIL), or anywhere in a complaint about data."""
    if isinstance(error, DataError):
        return type(error.orig).__name__
    return next(iter(str(error.orig).strip().splitlines()), type(error.orig).__name__)
