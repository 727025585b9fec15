"""`callqa report`: pages for people."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer

from callqa.bootstrap import cut_clip, listening, open_database, today, wording
from callqa.cli.common import (
    ByOption,
    DatabaseOption,
    HomeOption,
    LanguageOption,
    acting,
    console,
    parse_day,
    settings_from,
)
from callqa.practice import find_practice
from callqa.printing import write_pdf
from callqa.reports import rate_text
from callqa.reports.build import NO_RATES, build_run_report
from callqa.reports.coaching_table import write_coaching_xlsx
from callqa.reports.context import RunReport
from callqa.reports.render import render_coaching, render_run_report, render_team
from callqa.reports.team_table import write_team_xlsx
from callqa.reports.text_files import write_text
from callqa.reports.words import Words
from callqa.services.coaching import coaching_report
from callqa.services.coaching_clips import with_clips
from callqa.services.overview import Period
from callqa.services.rates import run_rates
from callqa.services.team_report import team_report
from callqa.services.weekly import week_of, write_weekly
from models.errors import InputError
from models.person import EVERYBODY


class PageFormat(StrEnum):
    """What a report is written as."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"


report_app = typer.Typer(help="Write reports.", no_args_is_help=True)


@report_app.callback()
def reports() -> None:
    """Write reports."""


@report_app.command("run")
def run_report(
    run_id: Annotated[str | None, typer.Argument(help="Id of the run; none: the latest.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="HTML file to write.")] = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """One self-contained HTML page about a run: calls, scores, findings with quotes and seconds, agents, quarantine.

    The true rates of faults, where drawn calls were reviewed, are printed too; the page's address is the last line.
    """
    settings = settings_from(language=language, database_url=database_url, home=home)
    with open_database(settings, create=False)() as uow:
        wanted = run_id or uow.runs.latest_id()
        view = uow.runs.view(wanted) if wanted else None
        calls = view.calls if view else ()
        cards = {call.stored.recording.id: call.scorecard for call in calls if call.scorecard is not None}
        rates = run_rates(view.run.id, cards, uow) if view else NO_RATES
        ledger = uow.ledger.entries([call.stored.recording.id for call in calls])
    if view is None:
        raise InputError(f"no run {run_id} in this database" if run_id else "no run in this database yet: `callqa run`")
    report = build_run_report(
        view, settings.language, settings.time_zone, generated_at=datetime.now(UTC), ledger=ledger, rates=rates
    )
    path = output or settings.home / "reports" / f"run-{view.run.id}.html"
    write_text(path, render_run_report(report))
    _print_rates(report)
    console.print(path.absolute().as_uri(), soft_wrap=True, highlight=False)


@report_app.command("agent")
def agent_report(
    agent_id: Annotated[str, typer.Argument(help="Id of the agent.")],
    since: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    until: Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    format: Annotated[PageFormat, typer.Option("--format", help="html; pdf through Chromium; xlsx: the numbers.")] = (
        PageFormat.HTML
    ),
    audio: Annotated[bool, typer.Option("--audio", help="html with the sound of its quotes, from masked copies.")] = (
        False
    ),
    by: ByOption = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """One page for a coaching talk: strengths, habits to change in the agent's own words, trend, promises, practice."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    period = _period(since, until)
    if audio and format is not PageFormat.HTML:
        raise InputError(f"--audio has no place in {format.value}; write html")
    practice = find_practice(settings.practice, settings.language)
    connect = open_database(settings, create=False)
    now = datetime.now(ZoneInfo(settings.time_zone))
    report = coaching_report(
        agent_id,
        period,
        practice,
        settings.language,
        now,
        EVERYBODY,
        connect,
    )
    if report is None:
        raise InputError(f"no agent {agent_id!r} in this database")
    if audio:
        report = with_clips(report, listening(settings), cut_clip, acting(by), now, connect)
    name = f"coaching-{quote(agent_id, safe='')}-{period.since}-{period.until}.{format.value}"
    path = output or settings.home / "reports" / name
    if format is PageFormat.XLSX:
        write_coaching_xlsx(report, path)
    else:
        _write_page(render_coaching(report, settings.web_url.rstrip("/") or None), format, path)
    console.print(path.absolute().as_uri(), soft_wrap=True, highlight=False)


@report_app.command("team")
def team_page(
    since: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    until: Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD.")],
    team: Annotated[str | None, typer.Argument(help="Name of the team; none: the whole centre.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    format: Annotated[PageFormat, typer.Option("--format", help="html; pdf through Chromium; xlsx: the numbers.")] = (
        PageFormat.HTML
    ),
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """A team's days beside as many before: score, items that changed, training needs, most improved, promises."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    period = _period(since, until)
    now = datetime.now(ZoneInfo(settings.time_zone))
    connect, how = open_database(settings, create=False), wording(settings)
    report = team_report(team, period, how.practice, how.dimensions, settings.language, now, connect)
    if report is None:
        whose = "no scored call" if team is None else f"no scored call of team {team!r}"
        raise InputError(f"{whose} from {since} to {until} or in as many days before; see `callqa export scorecards`")
    whose = "centre" if team is None else f"team-{quote(team, safe='')}"
    path = output or settings.home / "reports" / f"{whose}-{period.since}-{period.until}.{format.value}"
    if format is PageFormat.XLSX:
        write_team_xlsx(report, path)
    else:
        _write_page(render_team(report), format, path)
    console.print(path.absolute().as_uri(), soft_wrap=True, highlight=False)


def _print_rates(report: RunReport) -> None:
    if report.rates:
        words = Words(report.language)
        lines = [rate_text.line(one.title, one.rate, words) for one in report.rates]
        lines += rate_text.notes([one.rate for one in report.rates], report.undrawn, report.late, words)
        # The standard's words are no markup.
        console.print("\n".join([words("rates.heading"), *lines]), markup=False, highlight=False, soft_wrap=True)


@report_app.command("weekly")
def weekly(
    week: Annotated[str | None, typer.Option(help="ISO week, as 2026-W47; none: the last one that is over.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder that gets the week's folder.")] = None,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Every agent's coaching report of a week, each team's and the centre's, and a page that lists them."""
    settings = settings_from(language=language, database_url=database_url, home=home)
    days = week_of(week, today(settings))
    folder = output or settings.home / "reports" / "weekly"
    now = datetime.now(ZoneInfo(settings.time_zone))
    done = write_weekly(days, folder, wording(settings), now, open_database(settings, create=False))
    if done is None:
        raise InputError(f"no scored call from {days.since} to {days.until}; see `callqa runs list`")
    console.print(done.index.absolute().as_uri(), soft_wrap=True, highlight=False)


def _period(since: str, until: str) -> Period:
    first, last = parse_day(since, "--from"), parse_day(until, "--to")
    if first is None or last is None or first > last:
        raise InputError(f"--from {since} is after --to {until}; write the earlier day first")
    return Period(first, last)


def _write_page(page: str, format: PageFormat, path: Path) -> None:
    if format is PageFormat.PDF:
        write_pdf(page, path)
    else:
        write_text(path, page)
