"""Pages as self-contained HTML texts: no script, no outside request, no file beside them."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache, partial
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from callqa.reports import charts, formats, rate_text
from callqa.reports.backtest import BacktestReport
from callqa.reports.coaching_context import BEFORE_DAYS, CoachingReport
from callqa.reports.context import RunReport
from callqa.reports.figures import MIN_SAMPLE
from callqa.reports.file_names import visible, visible_name
from callqa.reports.team_context import TeamReport
from callqa.reports.weekly_context import WeeklyIndex
from callqa.reports.words import Words
from models.call import UNASSIGNED_AGENT
from models.scorecard import Verdict
from scoring.activity import DEAD_AIR_S
from scoring.conduct import HOLD_S

OPEN_CARDS = 50
"""So many of the calls to look at first stand open on screen; a longer page is easier read closed."""

PRINTED_CALLS = 60
"""So many calls, gravest first, are printed in full, about as many pages; the rest get a line each."""

MAX_FLAG_CALLS = 20
"""So many call ids are named per metadata problem; each call's own card says it too."""

_HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}


def render_run_report(report: RunReport) -> str:
    """The page in the report's language. Equal reports give equal text."""
    return _page(
        "run.html",
        report.language,
        report=report,
        duration=partial(formats.duration, words=Words(report.language)),
        open_cards=OPEN_CARDS,
        printed_calls=PRINTED_CALLS,
        dead_air_s=DEAD_AIR_S,
        hold_s=HOLD_S,
        max_flag_calls=MAX_FLAG_CALLS,
    )


def render_backtest(report: BacktestReport) -> str:
    """The page of a back-test in its language. Equal reports give equal text."""
    return _page("backtest.html", report.language, report=report)


def render_coaching(report: CoachingReport, console: str | None = None) -> str:
    """An agent's coaching report in its language. Equal reports give equal text.

    `console` is the address of the console, whose pages of the quoted calls are linked; None: no links.
    """
    return _page(
        "coaching.html",
        report.language,
        ("run.css", "coaching.css"),
        report=report,
        console=console,
        before_days=BEFORE_DAYS,
        has_sound=any(
            quote.clip
            for point in (*report.strengths, *report.habits)
            for quote in (*point.quotes, point.example)
            if quote is not None
        ),
    )


def render_team(report: TeamReport) -> str:
    """The report of a team or of the whole centre in its language. Equal reports give equal text."""
    return _page("team.html", report.language, ("run.css", "coaching.css"), report=report)


def render_weekly(report: WeeklyIndex) -> str:
    """The page that lists a week's reports."""
    return _page("weekly.html", report.language, ("run.css", "coaching.css"), report=report)


def _page(template: str, language: str, styles: tuple[str, ...] = ("run.css",), **values: object) -> str:
    style = _style(styles)
    return (
        _environment()
        .get_template(template)
        .render(
            **values,
            t=Words(language),
            html_language=_HTML_LANGUAGE[language],
            text_language=lambda spoken: _HTML_LANGUAGE.get(spoken, spoken),
            style=Markup(style),
            style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            charts=charts,
            rate_text=rate_text,
            verdicts=tuple(Verdict),
            unassigned=UNASSIGNED_AGENT,
            min_sample=MIN_SAMPLE,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("callqa.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Whatever text comes from outside, nothing invisible in it reaches the page.
        finalize=_shown,
    )
    environment.filters.update(
        base64=lambda data: base64.b64encode(data).decode(),
        clock=formats.clock,
        moment=formats.moment,
        score=formats.score,
        signed=formats.signed,
        points=formats.points,
        percent=formats.percent,
        short_digest=formats.short_digest,
        name=visible_name,
    )
    return environment


def _shown(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@lru_cache(maxsize=2)
def _style(names: tuple[str, ...]) -> str:
    folder = resources.files("callqa.reports").joinpath("templates")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
