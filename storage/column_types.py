"""Column types that behave the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# PostgreSQL stores no NUL, and neither database stores half of a surrogate pair (file names that are not UTF-8).
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(value: Any) -> Any:
    """A JSON-like value with unstorable characters replaced one by one, so that character offsets stay right."""
    if isinstance(value, str):
        return _UNSTORABLE.sub(_REPLACEMENT, value)
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


class Text(TypeDecorator[str]):
    """Text; NUL and lone surrogates become U+FFFD."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else str(storable(value))


class Json(TypeDecorator[Any]):
    """Lists and documents; text inside is treated as in `Text`."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        return storable(value)


class Real(TypeDecorator[float]):
    """A finite number of double precision; SQLite would silently turn NaN into NULL."""

    impl = sa.Double
    cache_ok = True

    def process_bind_param(self, value: float | None, _dialect: Dialect) -> float | None:
        if value is not None and not math.isfinite(value):
            raise ValueError(f"{value} cannot be stored: only finite numbers can")
        return value


class Moment(TypeDecorator[datetime]):
    """A point in time: any aware datetime goes in, the same moment in UTC comes out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone and cannot be stored as a moment")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps the clock reading only; it was written in UTC.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(values: type[StrEnum], constraint_name: str) -> sa.Enum:
    """Text that is one of the enum's values, checked by the database as well."""
    return sa.Enum(
        values,
        values_callable=lambda enum: [member.value for member in enum],
        native_enum=False,
        create_constraint=True,
        length=32,
        name=constraint_name,
    )
