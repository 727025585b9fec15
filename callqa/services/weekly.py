"""A week's reports: every agent's coaching page, each team's report and the centre's, and a page that lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from callqa.reports.practice import Practice
from callqa.reports.render import render_coaching, render_team, render_weekly
from callqa.reports.text_files import write_text
from callqa.reports.weekly_context import WeeklyIndex, WeeklyLink
from callqa.services.coaching import coaching_report
from callqa.services.overview import Period
from callqa.services.team_report import team_reports
from models.call import UNASSIGNED_AGENT
from models.errors import InputError
from models.person import EVERYBODY
from models.ports import UnitOfWorkFactory

_DAYS = 7


@dataclass(frozen=True, slots=True)
class Wording:
    """How reports are written: language, exercises, the dimension of each item, and the console's address (or None)."""

    language: str
    practice: Practice
    dimensions: Mapping[str, str]
    web_url: str | None


@dataclass(frozen=True, slots=True)
class WeeklyReports:
    """What was written: the page that lists the others, how many agents and how many teams."""

    index: Path
    agents: int
    teams: int


def week_of(name: str | None, today: date) -> Period:
    """The days of an ISO week (2026-W47), Monday to Sunday; None: the last one that is over.

    Raises InputError for any other text.
    """
    if name is None:
        first = today - timedelta(days=today.weekday() + _DAYS)
    else:
        year, _, week = name.partition("-W")
        try:
            first = date.fromisocalendar(int(year), int(week), 1)
        except ValueError as error:
            raise InputError(f"--week {name!r} is no week; write it like 2026-W47") from error
    return Period(first, first + timedelta(days=_DAYS - 1))


def write_weekly(
    week: Period, folder: Path, wording: Wording, now: datetime, new_unit: UnitOfWorkFactory
) -> WeeklyReports | None:
    """Write them into a folder of the week's name; what is there of an earlier time is replaced, file by file.

    Agents and teams without a scored call in the week are left out; None, and nothing written, where nobody had one.
    Raises InputError for what cannot be written.
    """
    with new_unit() as uow:
        people = [one for one in uow.rollups.agents(week.since, week.until) if one != UNASSIGNED_AGENT]
        teams = [team for team in uow.rollups.teams(week.since, week.until) if team is not None]
        names = uow.rollups.names(people)
        if not uow.rollups.of_all(week.since, week.until, EVERYBODY).tally.calls:
            return None
    own = folder / f"{week.since:%G-W%V}"
    groups: list[WeeklyLink] = []
    for found in team_reports(
        (None, *teams), week, wording.practice, wording.dimensions, wording.language, now, new_unit
    ):
        name = "centre.html" if found.team is None else f"team-{quote(found.team, safe='')}.html"
        write_text(own / name, render_team(found))
        groups.append(WeeklyLink(quote(name), found.team, found.calls))
    agents: list[WeeklyLink] = []
    for agent_id in people:
        page = coaching_report(agent_id, week, wording.practice, wording.language, now, EVERYBODY, new_unit)
        if page is not None:
            name = f"agent-{quote(agent_id, safe='')}.html"
            write_text(own / name, render_coaching(page, wording.web_url))
            agents.append(WeeklyLink(quote(name), names.get(agent_id, agent_id), page.calls))
    index = own / "index.html"
    listed = WeeklyIndex(wording.language, now, week.since, week.until, tuple(groups), tuple(agents))
    write_text(index, render_weekly(listed))
    return WeeklyReports(index, len(agents), len(groups) - 1)
