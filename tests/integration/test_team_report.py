"""The report of a team and of the centre: from stored calls to the page, on both databases."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from callqa.cli import app
from callqa.practice import find_practice
from callqa.reports.render import render_team
from callqa.reports.team_context import TeamReport
from callqa.services.overview import Period
from callqa.services.team_report import team_report
from callqa.services.weekly import week_of
from models.call import CallMeta
from models.scorecard import Verdict
from storage.database import Database
from tests import factories
from tests.scored_calls import put

START = factories.STARTED_AT
PERIOD = Period(START.date(), START.date() + timedelta(days=6))


def fill(database: Database, agent_id: str, team: str, verdict: Verdict, calls: int, day: int, total: float) -> None:
    with database.unit_of_work() as uow:
        for number in range(calls):
            name = f"{agent_id}-{team}-{day}-{number}"
            meta = factories.meta(name, agent_id, START + timedelta(days=day, minutes=number))
            points = 10 if verdict is Verdict.MET else 0
            card = factories.scorecard(findings=(factories.finding("greeting", verdict, points),))
            put(uow, name, replace(meta, team=team), replace(card, total=total + number % 3))
        uow.commit()


def two_teams(database: Database) -> None:
    fill(database, "A17", "T1", Verdict.MISSED, 12, -3, 60.0)
    fill(database, "A17", "T1", Verdict.MET, 12, 1, 90.0)
    fill(database, "A18", "T2", Verdict.MISSED, 12, 1, 50.0)


def report(database: Database, team: str | None) -> TeamReport | None:
    return team_report(
        team, PERIOD, find_practice("", "zh"), {"greeting": "assurance"}, "zh", START, database.unit_of_work
    )


def test_a_team_is_beside_its_own_days_before(database: Database) -> None:
    two_teams(database)

    found = report(database, "T1")

    assert found is not None
    assert (found.calls, found.calls_before) == (12, 12)
    assert found.shift is not None
    assert found.shift.points == pytest.approx(30)
    assert [(one.item_id, one.now.hits, one.before.hits) for one in found.changed] == [("greeting", 12, 0)]
    assert [(one.agent_id, one.shift.low > 0) for one in found.improved] == [("A17", True)]
    assert (found.needs, found.compared) == ((), 1)


def test_the_centre_holds_all_teams_and_what_their_agents_need(database: Database) -> None:
    two_teams(database)

    found = report(database, None)

    assert found is not None
    assert (found.calls, found.calls_before, found.items[0].now.n) == (24, 12, 24)
    (need,) = found.needs
    assert (need.item_id, need.below, need.judged) == ("greeting", 1, 2)
    assert need.practice
    assert "全中心管理报告" in render_team(found)


def test_an_agents_calls_in_another_team_are_not_in_the_report(database: Database) -> None:
    two_teams(database)
    fill(database, "A17", "T2", Verdict.MISSED, 30, 2, 10.0)

    found = report(database, "T1")

    assert found is not None
    assert (found.calls, found.needs) == (12, ())


def test_few_calls_are_not_compared(database: Database) -> None:
    fill(database, "A17", "T1", Verdict.MET, 3, 1, 90.0)

    found = report(database, "T1")

    assert found is not None
    assert (found.shift, found.changed, found.improved, found.compared) == (None, (), (), 0)
    page = render_team(found)
    assert "样本不足，无法比较" in page
    assert "<script" not in page


def test_an_unknown_team_has_no_report(database: Database) -> None:
    two_teams(database)
    assert report(database, "T9") is None


def command(database_url: str, *more: str) -> tuple[int, str]:
    days = ("--from", str(PERIOD.since), "--to", str(PERIOD.until))
    done = CliRunner().invoke(app, ["report", "team", *days, "--database-url", database_url, *more])
    return done.exit_code, done.output + str(done.exception or "")


def test_the_command_writes_pages_and_the_table(database: Database, database_url: str, tmp_path: Path) -> None:
    two_teams(database)
    for language, words in (("zh", "培训需求"), ("en", "Training needs")):
        page = tmp_path / f"{language}.html"
        code, said = command(database_url, "-o", str(page), "--language", language)
        assert code == 0, said
        assert words in page.read_text(encoding="utf-8")

    table = tmp_path / "t.xlsx"
    code, said = command(database_url, "T1", "-o", str(table), "--format", "xlsx")
    assert code == 0, said
    names, values = list(load_workbook(table)["callqa"].values)[:2]
    row = dict(zip(names, values, strict=True))
    assert (row["team"], row["item_id"], row["met"], row["before_judged"]) == ("T1", "greeting", 12, 12)


def test_a_team_without_calls_is_named(database: Database, database_url: str) -> None:
    two_teams(database)
    code, said = command(database_url, "T9")
    assert code != 0
    assert "T9" in said


def test_a_week_s_reports_are_written_and_listed_and_replaced(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_teams(database)
    fill(database, "A19", "甲/乙 班", Verdict.MET, 6, 1, 90.0)
    monkeypatch.setenv("CALLQA_DATABASE_URL", database_url)
    monkeypatch.setenv("CALLQA_HOME", str(tmp_path))
    week = f"{START + timedelta(days=1):%G-W%V}"
    for language, title in (("zh", "质检周报"), ("en", "Reports of the week")):
        done = CliRunner().invoke(app, ["report", "weekly", "--week", week, "--language", language])
        assert done.exit_code == 0, done.exception
        folder = tmp_path / "reports" / "weekly" / week
        page = (folder / "index.html").read_text(encoding="utf-8")
        assert title in page
        linked = re.findall('href="([^"]+)"', page)
        assert {unquote(name) for name in linked} | {"index.html"} == {file.name for file in folder.iterdir()}
        assert len(linked) >= 5
    refused = CliRunner().invoke(app, ["report", "weekly", "--week", "2026-47"])
    assert "write it like 2026-W47" in str(refused.exception)
    nothing = CliRunner().invoke(app, ["report", "weekly", "--week", "2020-W01"])
    assert "no scored call from 2019-12-30 to 2020-01-05" in str(nothing.exception)


@pytest.mark.parametrize(
    ("name", "today", "first"),
    [
        (None, date(2026, 11, 23), date(2026, 11, 16)),
        (None, date(2026, 11, 29), date(2026, 11, 16)),
        ("2026-W53", date(2027, 1, 20), date(2026, 12, 28)),
    ],
)
def test_a_week_is_from_monday_to_sunday(name: str | None, today: date, first: date) -> None:
    assert week_of(name, today) == Period(first, first + timedelta(days=6))


def test_key_figures_are_read_from_the_calls_and_their_customers(database: Database) -> None:
    def keep(day: float, meta: CallMeta) -> None:
        with database.unit_of_work() as uow:
            dated = replace(meta, agent_id="A17", started_at=START + timedelta(days=day))
            put(uow, meta.call_id, dated, factories.scorecard())
            uow.commit()

    keep(0, CallMeta("first", team="T1", customer_ref="c1", ring_s=30.0, csat=5.0, resolved=True))
    keep(3, CallMeta("again", team="T2", customer_ref="c1"))
    keep(1, CallMeta("other", team="T1", customer_ref="c2", ring_s=5.0, resolved=False))
    keep(-2, CallMeta("before", team="T1", ring_s=5.0))
    later = START + timedelta(days=30)
    found = team_report(
        "T1", PERIOD, find_practice("", "zh"), {"greeting": "assurance"}, "zh", later, database.unit_of_work
    )
    assert found is not None
    now, before = found.kpis, found.kpis_before
    assert [(one.hits, one.n) for one in (now.in_time, now.solved, now.not_again)] == [(1, 2), (1, 2), (1, 2)]
    assert (now.satisfaction.mean.mean, now.satisfaction.mean.n) == (5.0, 1)
    assert [(one.hits, one.n) for one in (before.in_time, before.solved)] == [(1, 1), (0, 0)]
    assert [(one.name, one.now.n, one.before.n) for one in found.dimensions] == [("assurance", 2, 1)]
    page = render_team(found)
    assert "未知：没有这项记录" in page
    assert "保证性" in page
