"""A call's place in the review queue as one number, and the day of its own clock.

The place is the urgency, then the second at which the call began by its own clock; calls without a date are the last
of their urgency. So a day is a stretch of places within each urgency.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Date, and_, case, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.queue import Urgency
from storage.tables import recordings, scorecards

_STEP = 10**12
"""Seconds between two urgencies: more than a date can be away from 1970."""
_EPOCH = date(1970, 1, 1)
DAY_S = 86_400


Place = TypeVar("Place", int, ColumnElement[int])


class _OwnClock(FunctionElement[int]):
    """Whole seconds from 1970 to (a moment), as the clock (so many seconds ahead of UTC) showed them."""

    type = BigInteger()
    inherit_cache = True


class _DayOf(FunctionElement[date]):
    """The day of (seconds since 1970)."""

    type = Date()
    inherit_cache = True


def _written(element: FunctionElement[Any], compiler: SQLCompiler, **more: Any) -> list[str]:
    return [compiler.process(clause, **more) for clause in element.clauses]


@compiles(_OwnClock, "sqlite")
def _own_clock_sqlite(element: _OwnClock, compiler: SQLCompiler, **more: Any) -> str:
    moment, offset_s = _written(element, compiler, **more)
    # Without the fraction, which SQLite would round to a thousandth first.
    return f"(CAST(strftime('%s', substr({moment}, 1, 19)) AS INTEGER) + {offset_s})"


@compiles(_OwnClock, "postgresql")
def _own_clock_postgresql(element: _OwnClock, compiler: SQLCompiler, **more: Any) -> str:
    moment, offset_s = _written(element, compiler, **more)
    return f"(CAST(floor(extract(epoch FROM {moment})) AS BIGINT) + {offset_s})"


@compiles(_DayOf, "sqlite")
def _day_of_sqlite(element: _DayOf, compiler: SQLCompiler, **more: Any) -> str:
    (seconds,) = _written(element, compiler, **more)
    return f"date({seconds}, 'unixepoch')"


@compiles(_DayOf, "postgresql")
def _day_of_postgresql(element: _DayOf, compiler: SQLCompiler, **more: Any) -> str:
    (seconds,) = _written(element, compiler, **more)
    return f"CAST(to_timestamp({seconds}) AT TIME ZONE 'UTC' AS DATE)"


_OWN_CLOCK = _OwnClock(recordings.c.started_at, recordings.c.started_at_offset_s)


def day_of_call() -> ColumnElement[date]:
    """The day of a recording's call by its own clock, NULL without a date."""
    return _DayOf(_OWN_CLOCK)


def place_of_call() -> ColumnElement[int]:
    """The place of a scorecard's call."""
    urgency = case(
        (scorecards.c.fatal, Urgency.FATAL * _STEP), (scorecards.c.needs_review, Urgency.UNSURE * _STEP), else_=0
    )
    since_1970 = case(
        (recordings.c.started_at.is_(None), 0), (_OWN_CLOCK < 1, 1), (_OWN_CLOCK >= _STEP, _STEP - 1), else_=_OWN_CLOCK
    )
    return urgency + since_1970


def within(place: ColumnElement[int], urgency: Urgency, since: date | None, until: date | None) -> ColumnElement[bool]:
    """Whether a place is of this urgency and, if days are given, of a call on one of them."""
    dated = since is not None or until is not None
    first = 1 if since is None else max(1, _seconds(since))
    last = _STEP - 1 if until is None else _seconds(until) + DAY_S - 1
    return and_(place >= urgency * _STEP + (first if dated else 0), place <= urgency * _STEP + last)


def on_days(place: ColumnElement[int], since: date, until: date) -> ColumnElement[bool]:
    """Whether a place is of a call on these days, of whatever urgency: as `day` between them, but along an index."""
    return or_(*(within(place, urgency, since, until) for urgency in Urgency))


def queue_day(place: Place) -> Place:
    """The day that a place is of, as one number: the further on in the queue the lower. Two urgencies may share one."""
    return place // DAY_S


def first_place(urgency: Urgency) -> int:
    """Where an urgency ends: no call of it has a lower place."""
    return urgency * _STEP


def asks_for_a_person(place: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a place is of an urgency that wants a person."""
    return place >= Urgency.UNSURE * _STEP


def urgency_of(place: int) -> Urgency:
    """The urgency that is part of a place."""
    return Urgency(place // _STEP)


def _seconds(day: date) -> int:
    return (day - _EPOCH) // timedelta(seconds=1)
