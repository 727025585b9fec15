"""Times in English: within 24 hours, in two business days, by 5 pm tomorrow, by end of day Friday."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, timedelta

from scoring.deadline import Day, DayKind, Deadline, elapsed, whole_days
from scoring.numerals import english_number

_N = (
    r"(?:[0-9][0-9,]*(?:\.[0-9]+)?|(?:twenty|thirty|forty|fifty|sixty|seventy|ninety)"
    r"(?: (?:one|two|three|four|five|six|seven|eight|nine))?|an?|half an|one|two|three|four|five|six|seven|eight|nine|"
    r"ten|eleven|twelve|fifteen)"
)
_DURATION = re.compile(
    r"\b(?:(?P<lead>within|in|no later than|takes?(?: up to)?|up to|about|after)"
    r"(?: the next| about| around| at most)? )?"
    rf"(?:{_N} (?:to|or) )?(?P<n>{_N}) "
    r"(?P<unit>(?:business|working) (?:days?|hours?)|minutes?|mins?|hours?|days?|weeks?)"
    r"(?P<tail> from now| time| or less| at the latest)?\b"
)
_UNIT = {
    "minute": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = (
    r"(?P<day>today|tonight|tomorrow|this (?:morning|afternoon|evening)|"
    r"(?P<next>next |this )?(?P<weekday>" + "|".join(_WEEKDAYS) + r")|"
    r"(?:the )?end of (?:the |this )?(?P<period>week|month)|(?P<nextweek>next week))"
)
_PART = r"(?P<part>morning|afternoon|evening|night|noon|midday)"
_CLOCK = (
    rf"(?P<clock>(?:[0-9]{{1,2}}(?::[0-5][0-9])?|{_N}))(?: oclock)?(?: (?P<half>am|pm)|(?P<half2>(?<=[0-9])(?:am|pm)))?"
)
_CLOSING = r"(?P<closing>(?:the )?(?:end of (?:the )?(?:business(?: day)?|day)|close of business|eod|cob))"
_PATTERNS = tuple(
    re.compile(rf"\b{pattern}\b")
    for pattern in (
        rf"(?:by|before|until|at|no later than) (?:{_CLOSING}|noon|{_CLOCK})(?: (?:on |the )?{_DAY})?(?: {_PART})?",
        rf"(?:(?:by|before|on|no later than|later|first thing) )?{_DAY}(?: {_PART})?(?: (?:at|by|before) {_CLOCK})?",
    )
)
_PART_ENDS = {"morning": time(12), "noon": time(12), "midday": time(12), "afternoon": time(18), "evening": time(21),
              "night": time(23, 59)}  # fmt: skip


def find_deadlines(text: str) -> list[Deadline]:
    """All times named in a normalised text, in order."""
    found = [*_durations(text), *(d for pattern in _PATTERNS for d in _absolutes(pattern, text))]
    found.sort(key=lambda d: (d.start, -d.end))
    kept: list[Deadline] = []
    for deadline in found:
        if not kept or deadline.start >= kept[-1].end:
            kept.append(deadline)
    return kept


def _durations(text: str) -> Iterator[Deadline]:
    for match in _DURATION.finditer(text):
        count = 0.5 if match["n"] == "half an" else english_number(match["n"])
        if not count:
            continue
        unit = match["unit"].removesuffix("s")
        bare = not (match["lead"] or match["tail"])
        if unit in ("business day", "working day"):
            yield Deadline(match.start(), match.end(), workdays=whole_days(count))
        else:
            yield Deadline(match.start(), match.end(), delay=elapsed(count, _UNIT[unit.split()[-1]]), bare=bare)


def _absolutes(pattern: re.Pattern[str], text: str) -> Iterator[Deadline]:
    for match in pattern.finditer(text):
        groups = match.groupdict()
        closing = groups.get("closing") is not None
        clock, ambiguous = None, False
        if groups["clock"]:
            half = groups["half"] or groups["half2"]
            clock = _clock(groups["clock"], half)
            if clock is None:
                continue
            # A bare number after "at" or "by" is a time of day only with a sign of it.
            if not half and ":" not in groups["clock"] and "oclock" not in match.group() and not groups["day"]:
                continue
            ambiguous = not half
        elif "noon" in match.group().split():
            clock = time(12)
        elif groups["part"]:
            clock = _PART_ENDS[groups["part"]]
        day = _day(groups)
        if groups["day"] and clock is None:
            clock = {"tonight": time(23, 59), "this morning": time(12), "this afternoon": time(18),
                     "this evening": time(21)}.get(groups["day"])  # fmt: skip
        yield Deadline(match.start(), match.end(), day=day, clock=clock, ambiguous_half=ambiguous, day_end=closing)


def _day(groups: dict[str, str | None]) -> Day | None:
    name = groups["day"]
    if name is None:
        return None
    if groups["weekday"]:
        number = _WEEKDAYS.index(groups["weekday"])
        return Day(DayKind.WEEKDAY, number, 1 if groups["next"] == "next " else None)
    if groups["period"] == "month":
        return Day(DayKind.MONTH_END, 0)
    if groups["period"] == "week":
        return Day(DayKind.WEEKDAY, 4, 0)
    if groups["nextweek"]:
        return Day(DayKind.WEEKDAY, 4, 1)
    return Day(DayKind.OFFSET, 1 if name == "tomorrow" else 0)


def _clock(text: str, half: str | None) -> time | None:
    hour_text, _, minute_text = text.partition(":")
    hour = english_number(hour_text)
    if hour is None or hour != int(hour) or hour > 23:
        return None
    value = int(hour)
    if half == "pm" and value < 12:
        value += 12
    if half == "am" and value == 12:
        value = 0
    return time(value, int(minute_text or 0))
