"""Which days are worked: China's official calendar with its moved weekends, or Monday to Friday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import chinese_calendar

FIRST_YEAR: int = min(day.year for day in chinese_calendar.holidays)
LAST_YEAR: int = max(day.year for day in chinese_calendar.holidays)
"""Years whose holidays the State Council has announced and the installed calendar holds."""


def weekdays_only(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def china_workday(day: date) -> bool:
    """A working day in China; outside the announced years Monday to Friday, see `is_announced`."""
    if not is_announced(day):
        return weekdays_only(day)
    return bool(chinese_calendar.is_workday(day))


def is_announced(day: date) -> bool:
    """Whether China's holidays of that year are known."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


CALENDARS: dict[str, Callable[[date], bool]] = {"china": china_workday, "weekdays": weekdays_only}
"""Calendars that a standard can name."""
