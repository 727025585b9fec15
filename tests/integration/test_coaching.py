"""An agent's coaching report: from stored calls to the page, on both databases."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from callqa.cli import app
from callqa.practice import find_practice
from callqa.printing import chromium
from callqa.reports.coaching_context import CoachingReport, Ground
from callqa.reports.render import render_coaching
from callqa.services.coaching import coaching_report
from callqa.services.overview import Period
from models.person import EVERYBODY, Scope
from models.scorecard import Verdict
from storage.database import Database
from tests import factories
from tests.databases import not_here
from tests.scored_calls import put

START = factories.STARTED_AT
PERIOD = Period(START.date(), START.date() + timedelta(days=6))


def fill(database: Database, agent_id: str, verdict: Verdict, calls: int, day: int) -> None:
    with database.unit_of_work() as uow:
        for number in range(calls):
            name = f"{agent_id}-{day}-{number}"
            meta = factories.meta(name, agent_id, START + timedelta(days=day, minutes=number))
            points = 10 if verdict is Verdict.MET else 0
            said = replace(factories.evidence(f"您好{name}"), start_s=7.5)
            card = factories.scorecard(findings=(factories.finding("greeting", verdict, points, proof=(said,)),))
            put(uow, name, meta, card)
        uow.commit()


def report(database: Database, agent_id: str = "A17", scope: Scope = EVERYBODY) -> CoachingReport | None:
    return coaching_report(agent_id, PERIOD, find_practice("", "zh"), "zh", START, scope, database.unit_of_work)


def test_a_habit_has_the_agents_own_words_their_second_and_practice(database: Database) -> None:
    fill(database, "A17", Verdict.MET, 12, -3)
    fill(database, "A17", Verdict.MISSED, 12, 1)
    fill(database, "A18", Verdict.MET, 12, 1)

    found = report(database)

    assert found is not None
    (habit,) = found.habits
    assert (habit.ground, found.strengths) == (Ground.OWN_PAST, ())
    assert (habit.figures.now.hits, habit.figures.now.n) == (0, 12)
    assert (habit.figures.before.n, habit.figures.team.hits, habit.figures.team.n) == (12, 12, 12)
    assert habit.figures.lost_per_call == 10
    assert [(q.words, q.start_s) for q in habit.quotes] == [("您好A17-1-11", 7.5), ("您好A17-1-10", 7.5)]
    assert habit.practice
    page = render_coaching(found, "https://qa.example.com")
    assert "您好A17-1-11" in page
    assert "00:07.5" in page
    assert f'https://qa.example.com/calls/{habit.quotes[0].recording_id}#t=7.5"' in page
    assert "A18" not in page
    assert "<script" not in page


@pytest.mark.parametrize(("verdict", "words"), [(Verdict.MET, "对不起"), (Verdict.MISSED, "断了两天")])
def test_an_apology_is_quoted_in_the_agents_words_and_a_missing_one_in_the_customers(
    verdict: Verdict, words: str, database: Database
) -> None:
    cause = replace(factories.evidence("断了两天"), kind="service_down", utterance=1)
    given = (replace(factories.evidence("对不起"), kind="apology", utterance=2),) if verdict is Verdict.MET else ()
    other = Verdict.MISSED if verdict is Verdict.MET else Verdict.MET
    with database.unit_of_work() as uow:
        for agent_id, said, proof in (("A17", verdict, (cause, *given)), ("A18", other, ())):
            for number in range(12):
                meta = factories.meta(f"{agent_id}-{number}", agent_id, START + timedelta(days=1, minutes=number))
                points = 10 if said is Verdict.MET else 0
                found = factories.finding("apology", said, points, proof=proof)
                put(uow, f"{agent_id}-{number}", meta, factories.scorecard(findings=(found,)))
        uow.commit()

    told = report(database)

    assert told is not None
    (point,) = (*told.strengths, *told.habits)
    assert {quote.words for quote in point.quotes} == {words}


def test_few_calls_are_said_to_be_few(database: Database) -> None:
    fill(database, "A17", Verdict.MISSED, 3, 1)

    found = report(database)

    assert found is not None
    assert (found.is_small, found.strengths, found.habits) == (True, (), ())
    assert "样本太小" in render_coaching(found)


def test_nobody_unknown_or_out_of_scope_has_a_report(database: Database) -> None:
    fill(database, "A17", Verdict.MET, 1, 1)

    assert report(database, "A99") is None
    assert report(database, "A17", Scope(frozenset({"T9"}))) is None
    assert report(database, "A17", Scope(None, "A18")) is None


def test_the_agent_sees_no_figures_of_so_small_a_team(database: Database) -> None:
    fill(database, "A17", Verdict.MET, 6, 1)
    fill(database, "A18", Verdict.MISSED, 6, 1)

    found = report(database, scope=Scope(None, "A17"))

    assert found is not None
    assert (found.team_score, found.items[0].team.n) == (None, 0)


def command(database_url: str, *more: str) -> tuple[int, str]:
    days = ("--from", str(PERIOD.since), "--to", str(PERIOD.until))
    done = CliRunner().invoke(app, ["report", "agent", "A17", *days, "--database-url", database_url, *more])
    return done.exit_code, done.output + str(done.exception or "")


def test_the_command_writes_the_page_in_both_languages(database: Database, database_url: str, tmp_path: Path) -> None:
    fill(database, "A17", Verdict.MISSED, 12, 1)
    for language, words in (("zh", "要改的习惯"), ("en", "Habits to change")):
        page = tmp_path / f"{language}.html"
        code, said = command(database_url, "-o", str(page), "--language", language)
        assert code == 0, said
        assert words in page.read_text(encoding="utf-8")


def test_a_pdf_without_a_browser_names_what_to_install(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, "A17", Verdict.MET, 1, 1)
    monkeypatch.setenv("PATH", "")
    code, said = command(database_url, "-o", str(tmp_path / "a.pdf"), "--format", "pdf")
    assert code != 0
    assert "install Chromium" in re.sub(r"\s+", " ", said)
    assert list(tmp_path.glob("a.pdf")) == []


def test_the_table_holds_the_numbers(database: Database, database_url: str, tmp_path: Path) -> None:
    fill(database, "A17", Verdict.MET, 12, -3)
    fill(database, "A17", Verdict.MISSED, 12, 1)
    path = tmp_path / "a.xlsx"

    code, said = command(database_url, "-o", str(path), "--format", "xlsx")

    assert code == 0, said
    names, values = list(load_workbook(path)["callqa"].values)[:2]
    row = dict(zip(names, values, strict=True))
    assert (row["item_id"], row["met"], row["judged"], row["before_met"], row["team_judged"]) == (
        "greeting",
        0,
        12,
        12,
        0,
    )
    assert float(str(row["past_high"])) < 0
    assert row["rest_low"] is None


def streams(pdf: bytes) -> str:
    """The streams of a PDF that are compressed the usual way; among them the tables from glyphs to letters."""
    found = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(raw).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(found)


@pytest.mark.slow
def test_the_pdf_is_a4_with_chinese_that_can_be_selected(database: Database, database_url: str, tmp_path: Path) -> None:
    if chromium() is None:
        not_here("no Chromium is installed; nothing can be printed")
    fill(database, "A17", Verdict.MISSED, 12, 1)
    path = tmp_path / "a.pdf"

    code, said = command(database_url, "-o", str(path), "--format", "pdf")

    assert code == 0, said
    data = path.read_bytes()
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert boxes
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
    letters = streams(data).upper()
    for letter in "坐席辅导":
        assert f"{ord(letter):04X}" in letters
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".callqa")] == []
