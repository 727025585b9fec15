"""The database as the composition root sees it."""

from __future__ import annotations

from models import ports
from storage.engine import build_engine
from storage.sealing import Sealer
from storage.unit_of_work import UnitOfWork
from storage.urls import parse


class Database:
    """A database by its address: sqlite:///path or postgresql://user@host/name. Creating it opens nothing.

    Its tables are made by `storage.schema.upgrade`. Safe to share between threads, not between processes.
    Raises SettingsError for an address that is not supported.
    """

    def __init__(self, url: str, sealer: Sealer | None = None) -> None:
        """`sealer` seals and opens what was said; without one texts are stored plain and sealed ones cannot be read."""
        self._engine = build_engine(parse(url))
        self._sealer = sealer or Sealer()

    def unit_of_work(self) -> ports.UnitOfWork:
        """A fresh unit of work, not yet begun."""
        return UnitOfWork(self._engine, self._sealer)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._engine.dispose()
