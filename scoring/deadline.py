"""A deadline in words and the instant that it means.

`find_deadlines` reads the words (one module per language), `resolve` turns them into an instant. Where a language
leaves the hour open, the reading most generous to the company is taken: "明天" ends at midnight.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=36_525)
"""A hundred years: more than that (500000周, a slip of recognition) names no date."""


class DayKind(Enum):
    """How the day of a deadline is named."""

    OFFSET = "offset"
    """`value` days from today."""
    WEEKDAY = "weekday"
    """Weekday `value` (Monday 0), `weeks` weeks ahead; None weeks: the next one to come."""
    MONTH_END = "month_end"
    """The last day of the month `value` months ahead."""
    MONTH_DAY = "month_day"
    """Day `value` of the month `weeks` months ahead; None: the next one to come."""
    DATE = "date"
    """Month `weeks`, day `value`."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day named in words; see `DayKind` for the meaning of the numbers."""

    kind: DayKind
    value: int
    weeks: int | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """`text[start:end]` of a reading names a time.

    Exactly one of `delay`, `workdays` and (`day` or `clock`) is set; none of them for a time that hangs on an event
    (当天). `ambiguous_half`: morning or afternoon was not said. `day_end`: at closing time (下班前).
    `bare`: it is only a deadline if what is promised follows at once (三天修好).
    `misheard`: a word of it was put right.
    """

    start: int
    end: int
    delay: timedelta | None = None
    workdays: int | None = None
    day: Day | None = None
    clock: time | None = None
    ambiguous_half: bool = False
    day_end: bool = False
    bare: bool = False
    misheard: bool = False


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """What resolving needs besides the words: the zone, closing time, and which days are worked."""

    zone: ZoneInfo
    closes: time
    is_workday: Callable[[date], bool]


def resolve(deadline: Deadline, said_at: datetime, office: OfficeTime) -> datetime | None:
    """The aware instant, in the office's zone, at which the promise falls due; None when the words name no date.

    They hang on an event, name a day that does not exist, or one further away than `LONGEST`. `said_at` must be aware.
    """
    now = said_at.astimezone(office.zone)
    if (deadline.delay or timedelta()) > LONGEST or (deadline.workdays or 0) > LONGEST.days:
        return None
    if deadline.delay is not None:
        # Hours and days are elapsed time: 两天内 and 48小时内 are the same promise.
        return (now + deadline.delay).replace(microsecond=0)
    if deadline.workdays is not None:
        return _at(_add_workdays(now.date(), deadline.workdays, office), office.closes, office)
    if deadline.day is None and deadline.clock is None and not deadline.day_end:
        return None
    day = _resolve_day(deadline.day, now) if deadline.day else now.date()
    if day is None:
        return None
    if deadline.clock is None:
        return _at(day, office.closes if deadline.day_end else time(23, 59, 59), office)
    due = _at(day, deadline.clock, office)
    if deadline.ambiguous_half and due <= now and deadline.clock.hour < 12:
        due = _at(day, deadline.clock.replace(hour=deadline.clock.hour + 12), office)
    if due <= now and deadline.day is None:
        due = _at(day + timedelta(days=1), deadline.clock, office)
    return due


def elapsed(count: float, unit: timedelta) -> timedelta:
    """So many units of time; the longest there is where they are more than `LONGEST`."""
    return count * unit if count <= LONGEST / unit else timedelta.max


def whole_days(count: float) -> int:
    """A number of working days, 1 at least; one more than `LONGEST` has days where it is more than those."""
    return max(1, round(min(count, LONGEST.days + 1)))


def _at(day: date, clock: time, office: OfficeTime) -> datetime:
    return datetime.combine(day, clock, tzinfo=office.zone)


def _add_workdays(day: date, count: int, office: OfficeTime) -> date:
    """The count starts on the day after the promise."""
    while count > 0:
        day += timedelta(days=1)
        if office.is_workday(day):
            count -= 1
    return day


def _resolve_day(day: Day, now: datetime) -> date | None:
    today = now.date()
    if day.kind is DayKind.OFFSET:
        return today + timedelta(days=day.value)
    if day.kind is DayKind.WEEKDAY:
        if day.weeks is None:
            return today + timedelta(days=(day.value - today.weekday()) % 7)
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=7 * day.weeks + day.value)
    try:
        if day.kind is DayKind.MONTH_END:
            year, month = _month(today, day.value)
            return date(year, month, calendar.monthrange(year, month)[1])
        if day.kind is DayKind.DATE:
            named = date(today.year, day.weeks or 1, day.value)
            return named if named >= today else named.replace(year=today.year + 1)
        if day.weeks is not None:
            return date(*_month(today, day.weeks), day.value)
        year, month = _month(today, 0 if day.value >= today.day else 1)
        return date(year, month, day.value)
    except ValueError:  # 31 April, 30 February: no such day, so no instant
        return None


def _month(today: date, ahead: int) -> tuple[int, int]:
    years, month = divmod(today.month - 1 + ahead, 12)
    return today.year + years, month + 1
