"""Database addresses: what is accepted, and how they are shown without secrets."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from models.errors import SettingsError

_HOW = "write sqlite:///calls.db or postgresql://user:password@host/name"


def parse(url: str) -> URL:
    """The address with its driver named. Raises SettingsError, whose message never repeats the address's secrets.

    SQLite in memory is refused: each connection would see a database of its own.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(f"the database URL cannot be read; {_HOW}") from error
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite":
        raise SettingsError(f"the database URL begins with {parsed.drivername!r}, which is not supported; {_HOW}")
    if not parsed.database or parsed.database == ":memory:":
        raise SettingsError(f"the SQLite URL {shown(parsed)} names no file; {_HOW}")
    return parsed


def shown(url: URL) -> str:
    """The address for messages: no password, and no options, which may carry one."""
    return url.set(query={}).render_as_string(hide_password=True)


def for_other_tools(url: URL) -> str:
    """The address as PostgreSQL's own tools read it, without password and options."""
    # Not `url.set`, which takes None for "as it is".
    plain = URL.create(url.get_backend_name(), url.username, None, url.host, url.port, url.database)
    return plain.render_as_string()
