"""What lies under which key in the database, and bringing it under the newest one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Column, Select, String, Text, and_, case, cast, func, literal, select, true, update
from sqlalchemy.dialects import sqlite

from models.sealing import PLAIN, Resealed
from storage.column_types import Json
from storage.hanging import hanging_on
from storage.sealed_columns import SEALED, SealedTable, open_row, seal_row
from storage.sealing import KEY_ID_BYTES, PREFIX
from storage.search import drop_texts
from storage.tables import recordings, transcripts
from storage.transaction import Transaction

_ID_CHARS = 2 * KEY_ID_BYTES
_RECORDING = "recording_id"


class SealedTexts:
    """`models.sealing.SealedTexts` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def usage(self) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for statement in _usages():
            found.update({row.key_id: row.values_in for row in self._transaction.rows(statement)})
        return found

    def sealed_last(self) -> bool:
        row = self._transaction.first(
            select(_key_id(transcripts.c.document).label("key_id"))
            .where(_has_value(transcripts.c.document))
            .order_by(transcripts.c.id.desc())
            .limit(1)
        )
        return row is not None and row.key_id != PLAIN

    def reseal(self, after: str, most: int) -> Resealed | None:
        """As in the port. Under the write lock, and each row locked: what is let go meanwhile does not come back."""
        self._transaction.begin_writing()
        # Who scores or corrects a call holds its recording before its texts. So does this: nobody waits in a circle.
        rows = self._transaction.rows(
            select(recordings.c.id)
            .where(recordings.c.id > after)
            .order_by(recordings.c.id)
            .limit(most)
            .with_for_update(key_share=True)
        )
        if not rows:
            # Behind the last recording come texts of agents, of customers' answers and about standards: few.
            texts = sum(self._reseal(sealed, true()) for sealed in SEALED.values() if sealed.owner != _RECORDING)
            return Resealed(after, texts) if texts else None
        # A text that can be searched can be read.
        drop_texts(self._transaction, [row.id for row in rows])
        own = dict(hanging_on([row.id for row in rows]))
        texts = sum(self._reseal(sealed, own[sealed.table]) for sealed in SEALED.values() if sealed.owner == _RECORDING)
        return Resealed(rows[-1].id, texts)

    def _reseal(self, sealed: SealedTable, of_these: Any) -> int:
        table, sealer = sealed.table, self._transaction.sealer
        count = 0
        for name in sealed.columns:
            column = table.c[name]
            older = and_(_has_value(column), _key_id(column) != sealer.newest)
            statement = sealed.with_owner().where(of_these, older).with_for_update(of=table)
            for row in self._transaction.rows(statement):
                owner_id = getattr(row, sealed.owner)
                plain = dict(row._mapping) | vars_of(open_row(sealer, table, row, owner_id), sealed)
                stored = seal_row(sealer, table, plain, owner_id)
                key = and_(*(part == row._mapping[part.name] for part in table.primary_key))
                self._transaction.update(update(table).where(key).values({name: stored[name]}))
                count += 1
        return count


def vars_of(row: Any, sealed: SealedTable) -> dict[str, Any]:
    """The sealed columns of an opened row."""
    return {name: getattr(row, name) for name in sealed.columns}


def key_ids_in(connection: sqlite3.Connection) -> frozenset[str]:
    """Ids of the keys that an SQLite database needs, whatever its revision."""
    found: set[str] = set()
    for statement in _usages():
        sql = str(statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
        # From before there was this table or column.
        with suppress(sqlite3.OperationalError):
            found |= {row[0] for row in connection.execute(sql)}
    return frozenset(found - {PLAIN})


def _usages() -> Iterator[Select[Any]]:
    """For each sealed column how many values are under each key."""
    for sealed in SEALED.values():
        for name in sealed.columns:
            column = sealed.table.c[name]
            ids = select(_key_id(column).label("key_id")).where(_has_value(column)).subquery()
            yield select(ids.c.key_id, func.count().label("values_in")).group_by(ids.c.key_id)


def _key_id(column: Column[Any]) -> Any:
    """The id of the key that a value is sealed under, "" for a plain one."""
    # Text in a column of documents is in quotes.
    begin = 2 if isinstance(column.type, Json) else 1
    text, prefix = cast(column, Text), literal(PREFIX, String)
    key_id = func.substr(text, begin + len(PREFIX), _ID_CHARS)
    return case((func.substr(text, begin, len(PREFIX)) == prefix, key_id), else_=literal(PLAIN, String))


def _has_value(column: Column[Any]) -> Any:
    # The text of a call that was let go is a document that says null.
    return and_(column.is_not(None), cast(column, Text) != literal("null", String))
