"""Columns of exported tables by their English or Chinese names, and days and times as they are written there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from callqa.metadata.facts import parse_time
from models.errors import InputError

_DAY = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})")
# A spreadsheet's day may have midnight behind it.
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00)?")


def column_places(head: Sequence[str], columns: Mapping[str, Sequence[str]], where: str) -> dict[str, int]:
    """Where each known column is, by its first name; in any case. Unknown columns are passed over.

    Raises InputError, which says `where`, for a column that is there twice.
    """
    names = {alias.casefold(): name for name, aliases in columns.items() for alias in (name, *aliases)}
    places: dict[str, int] = {}
    for place, written in enumerate(head):
        name = names.get(written.casefold())
        if name is None:
            continue
        if name in places:
            raise InputError(
                f"{where}: columns {head[places[name]]!r} and {written!r} both give {name}; keep one of them"
            )
        places[name] = place
    return places


def cells_of(row: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    """What the row says, by column; nothing for a cell that is empty or behind the row's end."""
    return {name: row[place] for name, place in places.items() if place < len(row) and row[place]}


def parse_day(written: str) -> date:
    """A day as spreadsheets write it. Raises ValueError for anything else."""
    found = _DAY.fullmatch(_MIDNIGHT.sub("", written))
    if found is None or (not found[2] and len(written) != len("20260101")):
        raise ValueError(written)
    return date(int(found[1]), int(found[3]), int(found[4]))


def parse_span(written: str, time_zone: str) -> tuple[datetime, datetime]:
    """The first and the last moment that may be meant; a day alone means any time of it. Raises ValueError."""
    if _DAY.fullmatch(written):
        day = parse_time(parse_day(written).isoformat(), time_zone)
        return day, day + timedelta(days=1) - timedelta(seconds=1)
    moment = parse_time(written, time_zone)
    return moment, moment
