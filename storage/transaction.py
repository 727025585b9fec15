"""One database transaction, shared by the repositories of a unit of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Row, Table, Update, func, select, text
from sqlalchemy.sql.selectable import Select

from storage import search_index
from storage.engine import take_write_lock
from storage.faults import passing_faults
from storage.sealing import Sealer
from storage.upserts import adding, inserting_new, replacing


class Transaction:
    """Reads and writes on one connection. Every method raises TransientError for faults that may pass."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self.sealer = sealer
        self._url = engine.url
        self._writing = False
        with passing_faults(self._url):
            self._connection: Connection = engine.connect()
            self._connection.begin()

    def rows(self, statement: Select[Any], parameters: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """All rows of a query."""
        with passing_faults(self._url):
            return self._connection.execute(statement, dict(parameters or {})).all()

    def first(self, statement: Select[Any]) -> Row[Any] | None:
        """The first row of a query, or None."""
        with passing_faults(self._url):
            return self._connection.execute(statement).first()

    def begin_writing(self) -> None:
        """Take the right to write; a method that reads in order to write calls this before it reads."""
        if not self._writing:
            with passing_faults(self._url):
                take_write_lock(self._connection)
            self._writing = True

    def take_turn(self, lock: int) -> None:
        """Wait until no other transaction has this turn, and keep it until this one ends."""
        # SQLite's one write lock is a turn already.
        self.begin_writing()
        if self._connection.dialect.name == "postgresql":
            with passing_faults(self._url):
                self._connection.execute(select(func.pg_advisory_xact_lock(lock)))

    def locked(self, table: Table, **key: object) -> Row[Any] | None:
        """The row with this key, kept from changing under us until the transaction ends; None when there is none."""
        self.begin_writing()
        return self.first(select(table).filter_by(**key).with_for_update(key_share=True))

    def insert(self, table: Table, values: Mapping[str, Any]) -> Any:
        """Insert a row that is known to be new; returns the first column of its primary key."""
        self.begin_writing()
        with passing_faults(self._url):
            result = self._connection.execute(table.insert().values(**values))
        key = result.inserted_primary_key
        return key[0] if key is not None else None

    def insert_all(self, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows that are known to be new; none is fine."""
        if values:
            self.begin_writing()
            with passing_faults(self._url):
                self._connection.execute(table.insert(), list(values))

    def insert_new(self, table: Table, values: Mapping[str, Any]) -> bool:
        """Insert a row unless any unique key of it is taken, also by a process at work just now; says if it went in."""
        self.begin_writing()
        statement = inserting_new(table, tuple(values), self._connection.dialect)
        with passing_faults(self._url):
            result = self._connection.execute(statement, dict(values), execution_options={"preserve_rowcount": True})
        return result.rowcount > 0

    def insert_from(self, table: Table, statement: Select[Any], parameters: Mapping[str, Any]) -> int:
        """Insert what a query finds, whose columns are named as the table's; returns how many rows."""
        self.begin_writing()
        insert = table.insert().from_select(list(statement.selected_columns.keys()), statement)
        with passing_faults(self._url):
            result = self._connection.execute(insert, dict(parameters), execution_options={"preserve_rowcount": True})
        return int(result.rowcount)

    def add_from(
        self, table: Table, statement: Select[Any], key: tuple[str, ...], parameters: Mapping[str, Any]
    ) -> None:
        """The same for rows of sums: where the key is there, the other columns are added to those of its row."""
        self.begin_writing()
        with passing_faults(self._url):
            self._connection.execute(adding(table, statement, key, self._connection.dialect), dict(parameters))

    def replace_from(
        self, table: Table, statement: Select[Any], key: tuple[str, ...], parameters: Mapping[str, Any]
    ) -> None:
        """The same, but put in place of the row with that key."""
        self.begin_writing()
        with passing_faults(self._url):
            self._connection.execute(replacing(table, statement, key, self._connection.dialect), dict(parameters))

    def lock_table(self, table: Table) -> None:
        """Let nobody else change the table, or hold rows of it, until the transaction ends."""
        self.begin_writing()
        if self._connection.dialect.name == "postgresql":
            with passing_faults(self._url):
                self._connection.execute(text(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE"))

    @property
    def dialect(self) -> str:
        """Which database it is: sqlite or postgresql."""
        return self._connection.dialect.name

    def has_search_index(self) -> bool:
        """Whether `storage.search_index` was made."""
        with passing_faults(self._url):
            return search_index.is_there(self._connection)

    def now(self) -> datetime:
        """The time by the clock that every process at this database shares: the server's, or this machine's."""
        if self._connection.dialect.name == "postgresql":
            with passing_faults(self._url):
                moment: datetime = self._connection.execute(select(func.clock_timestamp())).scalar_one()
            return moment.astimezone(UTC)
        return datetime.now(UTC)

    def update(self, statement: Update | Delete, parameters: Mapping[str, Any] | None = None) -> bool:
        """Change or delete rows; says whether there were any."""
        self.begin_writing()
        with passing_faults(self._url):
            return self._connection.execute(statement, dict(parameters or {})).rowcount > 0

    def delete(self, statement: Delete) -> int:
        """Delete rows; returns how many."""
        self.begin_writing()
        with passing_faults(self._url):
            return int(self._connection.execute(statement).rowcount)

    def commit(self) -> None:
        """Keep everything so far and begin anew."""
        with passing_faults(self._url):
            self._connection.commit()
            self._writing = False
            self._connection.begin()

    def close(self) -> None:
        """Give up what was not committed."""
        with passing_faults(self._url):
            self._connection.close()
