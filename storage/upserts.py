"""Inserts that meet rows already there, compiled once: SQLAlchemy would do it each time, at more than they cost."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.selectable import Select

_MOST = 100
"""More statements than the program has, for a few databases at once."""


@lru_cache(maxsize=_MOST)
def inserting_new(table: Table, columns: tuple[str, ...], dialect: Dialect) -> Executable:
    """Insert a row, or nothing where a unique key of it is taken."""
    statement = _insert(table, dialect).on_conflict_do_nothing()
    return cast(Executable, statement.compile(dialect=dialect, column_keys=list(columns)))


@lru_cache(maxsize=_MOST)
def adding(table: Table, statement: Select[Any], key: tuple[str, ...], dialect: Dialect) -> Executable:
    """Insert what a query finds, or add it to the row with the same key."""
    new, others = _insert_from(table, statement, key, dialect)
    sums = {name: table.c[name] + new.excluded[name] for name in others}
    return cast(Executable, new.on_conflict_do_update(index_elements=list(key), set_=sums).compile(dialect=dialect))


@lru_cache(maxsize=_MOST)
def replacing(table: Table, statement: Select[Any], key: tuple[str, ...], dialect: Dialect) -> Executable:
    """Insert what a query finds, or put it in place of the row with the same key."""
    new, others = _insert_from(table, statement, key, dialect)
    values = {name: new.excluded[name] for name in others}
    return cast(Executable, new.on_conflict_do_update(index_elements=list(key), set_=values).compile(dialect=dialect))


def _insert_from(table: Table, statement: Select[Any], key: tuple[str, ...], dialect: Dialect) -> tuple[Any, list[str]]:
    """The insert, and the columns that are not of the key."""
    names = list(statement.selected_columns.keys())
    return _insert(table, dialect).from_select(names, statement), [name for name in names if name not in key]


def _insert(table: Table, dialect: Dialect) -> Any:
    return (postgresql.insert if dialect.name == "postgresql" else sqlite.insert)(table)
