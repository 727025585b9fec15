"""The report of a team and of the centre in the console: what the command writes, for whoever may see all of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callqa.practice import find_practice
from callqa.reports.render import render_team
from callqa.services.overview import last_days
from callqa.services.team_report import team_report
from callqa.standards import find
from callqa.web.app import create_app
from models.call import CallMeta
from models.scorecard import Verdict
from storage import Database
from tests import factories
from tests.console import NOW, Browser, Console
from tests.scored_calls import put

MARK = "<b>名</b>\u202e"


@pytest.fixture
def console(database: Database) -> Console:
    """A17 of the first team, who improved; A18 of the second, who did badly."""
    with database.unit_of_work() as uow:
        for agent_id, team, days_ago, total, verdict in (
            ("A17", "一班", 33, 60.0, Verdict.MISSED),
            ("A17", "一班", 3, 90.0, Verdict.MET),
            ("A18", "二班", 3, 50.0, Verdict.MISSED),
        ):
            for number in range(8):
                name = f"{agent_id}-{days_ago}-{number}"
                began = NOW - timedelta(days=days_ago, minutes=number)
                meta = CallMeta(name, agent_id, f"{agent_id}{MARK}", team, f"K{number}", began, ring_s=15.0, csat=4.0)
                found = factories.finding("greeting", verdict, 10 if verdict is Verdict.MET else 0)
                put(uow, name, meta, factories.scorecard(total=total + number % 3, findings=(found,)))
        uow.commit()
    return Console(database.unit_of_work)


def figures(page: str) -> str:
    """The sections of a report without their markup."""
    start, end = page.index("<section"), page.rindex("</section>")
    return " ".join(re.sub(r"<[^>]+>", " ", page[start:end]).split())


def page(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.text.split('<main id="content"')[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("path", "team"), [("/teams/一班/report", "一班"), ("/teams/二班/report", "二班"), ("/centre", None)]
)
def test_the_page_has_the_figures_of_the_command_s_page(console: Console, path: str, team: str | None) -> None:
    standard = find("telecom-hotline-zh", NOW.date(), lambda _: ())
    console.app = create_app(replace(console.services, standard_in_use=lambda: standard))
    zone = ZoneInfo("Asia/Shanghai")
    report = team_report(
        team,
        last_days(30, NOW, zone),
        find_practice("", "zh"),
        standard.standard.dimensions,
        "zh",
        NOW.astimezone(zone),
        console.new_unit,
    )
    assert report is not None
    written = figures(render_team(report))
    for told in ("20 秒内接听", "服务质量五维度", "greeting"):
        assert told in written
    assert figures(page(console.browser("root"), f"{path}?days=30")) == written


def test_it_is_reached_from_the_team_s_page_and_shows_who_improved_as_text(console: Console) -> None:
    lead = console.browser("lead")
    link = re.search(r'href="(/teams/[^"]+/report\?days=30)"', page(lead, "/teams/一班"))
    assert link is not None
    shown = page(lead, link[1])
    improved = shown.split("进步最大的坐席</h2>")[1].split("</section>")[0]
    assert "A17&lt;b&gt;名" in improved
    assert "\u202e" not in improved
    assert "班组质检报告：一班" in shown


def test_a_supervisor_sees_the_own_teams_and_not_the_centre(console: Console) -> None:
    lead = console.browser("lead")
    for path in ("/teams/二班/report", "/teams/none/report", "/centre"):
        assert lead.get(path).status_code == 404, path
    assert "/centre" not in page(lead, "/teams")
    assert 'href="/centre?days=30"' in page(console.browser("root"), "/teams")
    assert console.browser("root").get("/teams/none/report").status_code == 404


def test_days_without_calls_are_said_to_be_so(console: Console) -> None:
    console.clock.go_on(days=200)
    assert "没有" in page(console.browser("lead"), "/teams/一班/report")


def test_the_page_in_english_and_one_agent_is_no_agents(console: Console) -> None:
    lead = console.browser("lead")
    lead.submit("/me/looks", language="en", back="/me")
    shown = page(lead, "/teams/一班/report?days=90")
    assert "Team report" in shown
    assert "Agents who can be compared: 0. Nobody improved" in shown
