"""Where calls and roster do not meet: agents whose calls have no entry, and entries without a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.call import UNASSIGNED_AGENT, CallMeta
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.roster import RosterEntry, entry_on

LOOKED_BACK_DAYS = 30
"""Whoever had no call for so many days is away, has left, or has another id in the recordings."""


@dataclass(frozen=True, slots=True)
class RosterGaps:
    """`listed` agents work today. `unlisted` had calls in the last `days`, but no entry on the day of the last one.

    These are names by id, "" where nobody gave one. `silent` were to work on all of these days and had no call on any.
    Both are ordered by id.
    """

    days: int
    listed: int
    unlisted: Mapping[str, str]
    silent: tuple[RosterEntry, ...]


def roster_gaps(today: date, time_zone: str, new_unit: UnitOfWorkFactory) -> RosterGaps | None:
    """Of the stored calls; None without a roster. Calls without a date are left out."""
    first, zone = today - timedelta(days=LOOKED_BACK_DAYS), ZoneInfo(time_zone)
    with new_unit() as uow:
        roster = _by_agent(uow)
        if not roster:
            return None
        last_calls = uow.census.last_calls(datetime.combine(first, time(), zone))
        unlisted = _unlisted(((agent_id, at.astimezone(zone).date()) for agent_id, at in last_calls.items()), roster)
        names = uow.rollups.names(unlisted)
    working = [entry for entries in roster.values() if (entry := entry_on(entries, today)) and _works(entry, today)]
    silent = (
        entry
        for entry in working
        if entry.agent_id not in last_calls and entry_on(roster[entry.agent_id], first) and _works(entry, first)
    )
    named = {agent_id: names.get(agent_id, "") for agent_id in unlisted}
    return RosterGaps(LOOKED_BACK_DAYS, len(working), named, tuple(silent))


def not_on_roster(calls: Sequence[CallMeta], time_zone: str, new_unit: UnitOfWorkFactory) -> Mapping[str, str] | None:
    """Agents of these calls without an entry on the day of one: names by id, "" without one; None without a roster.

    Of a call without a date nobody knows the day: any entry will do.
    """
    with new_unit() as uow:
        roster = _by_agent(uow)
    if not roster:
        return None
    zone = ZoneInfo(time_zone)
    days = ((call.agent_id, call.started_at and call.started_at.astimezone(zone).date()) for call in calls)
    names = {call.agent_id: call.agent_name for call in calls if call.agent_name is not None}
    return {agent_id: names.get(agent_id, "") for agent_id in _unlisted(days, roster)}


def _by_agent(uow: UnitOfWork) -> Mapping[str, Sequence[RosterEntry]]:
    found: defaultdict[str, list[RosterEntry]] = defaultdict(list)
    for entry in uow.roster.all():
        found[entry.agent_id].append(entry)
    return found


def _unlisted(days: Iterable[tuple[str, date | None]], roster: Mapping[str, Sequence[RosterEntry]]) -> Sequence[str]:
    lacking = {agent_id for agent_id, day in days if entry_on(roster.get(agent_id, ()), day or date.max) is None}
    return sorted(lacking - {UNASSIGNED_AGENT})


def _works(entry: RosterEntry, day: date) -> bool:
    return (entry.joined_on or date.min) <= day <= (entry.left_on or date.max)
