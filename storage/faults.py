"""Which database faults pass by themselves. Everything else is a mistake and stays as loud as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from models.errors import TransientError
from storage.urls import shown

_PRIMARY_CODE = 0xFF  # SQLite's extended codes carry the primary one in the low byte.
_SQLITE_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

# PostgreSQL, appendix A: 08 connection, 40001 serialization, 40P01 deadlock, 53300 too many connections,
# 55P03 lock not available, 57P01-57P03 server stopping or starting.
_POSTGRESQL_PASSING = {"40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03"}


@contextmanager
def passing_faults(url: URL) -> Iterator[None]:
    """Raise TransientError for a lock that stays, a deadlock, or a server that cannot be reached."""
    try:
        yield
    except DBAPIError as error:
        if not _passes(error):
            raise
        reason = str(error.orig).strip().splitlines()[0]
        raise TransientError(
            f"the database {shown(url)} did not answer as it should: {reason}; try again when it is free and reachable"
        ) from error


def _passes(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return code is not None and code & _PRIMARY_CODE in _SQLITE_PASSING
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # The server never answered with a code: it cannot be reached, or the connection broke.
        return error.connection_invalidated or isinstance(error, OperationalError)
    return error.connection_invalidated or state.startswith("08") or state in _POSTGRESQL_PASSING
