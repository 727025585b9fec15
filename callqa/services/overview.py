"""The last night at a glance, for whoever may see these calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callqa.reports.context import ScoreSummary
from callqa.reports.figures import summarise_tally
from callqa.reports.ledger import LedgerCounts, count, ledger_lines
from models.call import CallMeta
from models.glance import NightGlance
from models.person import Scope
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.rollup import DayTally, ItemTally

NIGHTS = 5
"""Runs whose health is shown."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` to `until`, both included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.until - self.since).days + 1


def last_days(days: int, now: datetime, zone: ZoneInfo) -> Period:
    """So many days, of which today is the last."""
    today = now.astimezone(zone).date()
    return Period(today - timedelta(days=days - 1), today)


@dataclass(frozen=True, slots=True)
class Overview:
    """`nights` are the runs that began last, newest first, and `score` what the calls of the first come to.

    `due_today` counts the promises that are due today. `days` and `team_items` (by team, None for calls without
    one) are of the period; `titles` names items.
    """

    period: Period
    nights: Sequence[NightGlance]
    score: ScoreSummary
    due_today: LedgerCounts
    days: Sequence[DayTally]
    team_items: Mapping[str | None, Mapping[str, ItemTally]]
    titles: Mapping[str, str]


def look_over(period: Period, now: datetime, zone: ZoneInfo, scope: Scope, new_unit: UnitOfWorkFactory) -> Overview:
    """All of it, as it is now."""
    with new_unit() as uow:
        nights = uow.glances.nights(NIGHTS, scope)
        return Overview(
            period=period,
            nights=nights,
            score=summarise_tally(uow.glances.night_tally(nights[0].run.id, scope))
            if nights
            else ScoreSummary(0, None, None, None),
            due_today=_due_today(now, zone, scope, uow),
            days=uow.rollups.days(period.since, period.until, scope),
            team_items=uow.rollups.team_items(period.since, period.until, scope),
            titles=uow.rollups.titles(),
        )


def _due_today(now: datetime, zone: ZoneInfo, scope: Scope, uow: UnitOfWork) -> LedgerCounts:
    begin = datetime.combine(now.astimezone(zone).date(), time(), zone)
    end = begin + timedelta(days=1)
    # The port's stretch excludes its beginning and includes its end.
    last, moment = end - timedelta(microseconds=1), timedelta(microseconds=1)
    entries = uow.ledger.entries(uow.census.with_promises_due(begin - moment, last))
    return count(
        [
            line
            for line in ledger_lines(entries, now)
            if (due := line.entry.promise.due_at) is not None and begin <= due < end and covers(scope, line.entry.meta)
        ]
    )


def covers(scope: Scope, meta: CallMeta) -> bool:
    """Whether the call is in scope."""
    return (scope.teams is None or meta.team in scope.teams) and scope.agent_id in {None, meta.agent_id}
