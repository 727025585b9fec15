"""The console's figures: the last night, teams, agents, quality of the machine, and who may see which of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from models.call import CallMeta
from models.ports import UnitOfWork
from models.review import Review
from models.scorecard import Finding, Verdict
from storage import Database
from tests import factories
from tests.console import NOW, Browser, Console
from tests.scored_calls import NOISE, put

MARK = "<b>名</b>"


def call(
    uow: UnitOfWork,
    name: str,
    total: float | None,
    agent_id: str = "A17",
    team: str | None = "一班",
    days_ago: int = 1,
    findings: Sequence[Finding] | None = None,
    fatal: bool = False,
    needs_review: bool = False,
) -> None:
    meta = CallMeta(name, agent_id, f"{agent_id}{MARK}", team, started_at=NOW - timedelta(days=days_ago))
    found = tuple(findings) if findings is not None else (factories.finding("greeting"),)
    put(uow, name, meta, factories.scorecard(total=total, findings=found, fatal=fatal, needs_review=needs_review))


def night(uow: UnitOfWork, names: Sequence[str]) -> None:
    run = uow.runs.start(replace(factories.run(), started_at=NOW - timedelta(hours=8)))
    for name in names:
        uow.calls.saw(run.id, f"file:///calls/{name}.wav", factories.recording(name).id)


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    main = answer.text.split('<main id="content"')[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def console(database: Database) -> Console:
    """A night with six calls of A17 in the first team and one of A18 in the second."""
    made = Console(database.unit_of_work)
    with database.unit_of_work() as uow:
        for number in range(6):
            verdict = Verdict.MET if number else Verdict.MISSED
            call(uow, f"C{number}", 70.0 + number, findings=[factories.finding("greeting", verdict)])
        call(uow, "D0", 20.0, "A18", "二班", fatal=True)
        call(uow, "X0", 90.0, "A19", "三班")
        uow.calls.quarantine(factories.recording("X0").id, NOISE)
        night(uow, [*(f"C{number}" for number in range(6)), "D0", "X0"])
        uow.commit()
    return made


def test_a_console_without_calls_says_so_on_every_page(database: Database) -> None:
    browser = Console(database.unit_of_work).browser("qa")
    assert "还没有质检过通话" in text(browser, "/overview")
    assert "这段时间没有已评的通话" in text(browser, "/teams")
    assert "这段时间没有已评的通话" in text(browser, "/quality")
    assert "没有坐席达到 5 通" in text(browser, "/quality/fairness")


def test_the_last_night_counts_what_the_visitor_may_see(console: Console) -> None:
    page = text(console.browser("qa"), "/overview")
    assert "已评通话 7 共 8 条录音" in page
    assert "一票否决 1" in page
    assert "已隔离 1" in page
    # 70 to 75 and a fatal 0: mean 62.1.
    assert "平均得分 62.1 95% 置信区间 36.8–87.5，n = 7" in page
    lead = text(console.browser("lead"), "/overview")
    assert "已评通话 6 共 6 条录音" in lead
    assert "一票否决 0" in lead
    assert "平均得分 72.5 95% 置信区间 70.5–74.5，n = 6" in lead
    assert "二班" not in lead
    assert "83% 6" in lead


def test_promises_due_today_are_those_in_scope(console: Console, database: Database) -> None:
    due = NOW + timedelta(hours=3)
    with database.unit_of_work() as uow:
        for name, team, at in (("P1", "一班", due), ("P2", "二班", due), ("P3", "一班", due + timedelta(days=1))):
            meta = CallMeta(name, "A30", team=team, started_at=NOW - timedelta(days=1))
            put(uow, name, meta, factories.scorecard(promises=(factories.promise(due_at=at),)))
        uow.commit()
    assert "今日到期承诺 2 2 项未兑现" in text(console.browser("qa"), "/overview")
    assert "今日到期承诺 1 1 项未兑现" in text(console.browser("lead"), "/overview")


def test_a_supervisor_sees_own_teams_and_their_agents_only(console: Console) -> None:
    lead = console.browser("lead")
    assert "二班" not in text(lead, "/teams")
    assert "A17" in text(lead, f"/teams/{quote('一班')}")
    for path in (f"/teams/{quote('二班')}", "/agents/A18", "/teams/none", "/agents/none", "/quality?item=none"):
        assert lead.get(path).status_code == 404, path
    assert "二班" in text(console.browser("qa"), "/teams")


def test_a_call_in_another_team_does_not_count_for_a_supervisor(console: Console, database: Database) -> None:
    with database.unit_of_work() as uow:
        call(uow, "moved", 10.0, "A17", "二班", days_ago=2)
        uow.commit()
    assert "通话 7 " in text(console.browser("qa"), "/agents/A17")
    page = text(console.browser("lead"), "/agents/A17")
    assert "通话 6 " in page
    assert "moved" not in page


def test_an_agent_sees_own_figures_and_the_teams_mean_and_nobody_else(console: Console, database: Database) -> None:
    with database.unit_of_work() as uow:
        for number in range(5):
            call(uow, f"E{number}", 50.0, f"A2{number % 4}")
        uow.commit()
    browser = console.browser("a17")
    page = text(browser, "/agents/A17")
    assert "平均得分 72.5" in page
    assert "班组平均 62.3 95% 置信区间" in page
    assert not re.search("A2[0-3]", page)
    for path in ("/agents/A18", "/agents/A20", "/agents/none"):
        assert browser.get(path).status_code == 404
    assert browser.get("/teams").status_code == 403


def test_of_a_small_team_an_agent_can_reckon_nobody_elses_figures(console: Console, database: Database) -> None:
    """A17 and three others; the fourth one's call is of nobody known, has no total, or is of long ago."""
    with database.unit_of_work() as uow:
        for number in range(3):
            call(uow, f"S{number}", 50.0, f"A3{number}")
        call(uow, "U1", 50.0, "unassigned")
        call(uow, "N1", None, "A40", findings=())
        call(uow, "L1", 50.0, "A41", days_ago=60)
        uow.commit()
    browser = console.browser("a17")
    page = text(browser, "/agents/A17")
    assert "不足 5 人" in page
    assert not re.search(r"班组平均 \d", page)
    assert 'class="series n2"' not in browser.get("/agents/A17").text
    # Who sees the team's agents anyway sees its mean.
    assert re.search(r"班组平均 \d", text(console.browser("lead"), "/agents/A17"))
    # 90 days hold the call of long ago: five agents. Its day and the item of few are still nobody's to see.
    page = text(browser, "/agents/A17?days=90")
    assert re.search(r"班组平均 \d", page)
    assert "09-2" not in page


def test_where_a_day_is_of_few_no_day_of_the_team_is_shown(console: Console, database: Database) -> None:
    """The whole without the days that are shown would be that day."""
    browser, series = console.browser("a17"), 'class="series n2"'
    with database.unit_of_work() as uow:
        for number in range(5):
            call(uow, f"E{number}", 50.0, f"A2{number % 4}")
            call(uow, f"F{number}", 50.0, f"A2{number % 4}", days_ago=2)
            call(uow, f"G{number}", 50.0, f"A3{number}", days_ago=2)
        uow.commit()
    assert series in browser.get("/agents/A17").text
    with database.unit_of_work() as uow:
        call(uow, "L1", 50.0, "A20", days_ago=20)
        uow.commit()
    page = browser.get("/agents/A17").text
    assert series not in page
    assert "班组平均" in page


def test_an_agent_without_calls_has_an_empty_page(database: Database) -> None:
    console = Console(database.unit_of_work)
    assert "这段时间没有已评的通话" in text(console.browser("a17"), "/agents/A17")


def test_a_ranking_gives_ranges_and_leaves_out_who_has_too_few_calls(console: Console, database: Database) -> None:
    with database.unit_of_work() as uow:
        for number in range(6):
            call(uow, f"F{number}", 71.0 + number, "A21")
            call(uow, f"G{number}", 20.0 + number, "A22")
        call(uow, "H0", 100.0, "A23")
        call(uow, "U0", 100.0, "unassigned")
        uow.commit()
    page = text(console.browser("qa"), f"/teams/{quote('一班')}")
    ranks = re.findall(r"(\d+(?:–\d+)?) A(\d\d)", page)
    assert ranks[:3] == [("1–2", "21"), ("1–2", "17"), ("3", "22")]
    assert re.search(r"少于 5 通，不排名 A23\S* A23 1 通", page)
    assert "unassigned" not in page


def test_an_agents_page_praises_what_the_machine_is_sure_of(console: Console, database: Database) -> None:
    with database.unit_of_work() as uow:
        call(uow, "doubtful", 99.0, needs_review=True)
        uow.commit()
    praised = text(console.browser("qa"), "/agents/A17").split("值得表扬的通话")[1].split("得分最低的通话")
    assert "C5" in praised[0]
    assert "doubtful" not in praised[0]
    assert "C0" in praised[1]


def test_machine_and_people_are_compared_by_their_last_word(console: Console, database: Database) -> None:
    with database.unit_of_work() as uow:
        for name, verdict, reviewer, hours in (
            ("C0", Verdict.MET, "qa", 2),
            ("C0", Verdict.MISSED, "lead", 1),
            ("C1", Verdict.MISSED, "qa", 1),
            ("C2", Verdict.MET, "qa", 1),
            ("C3", Verdict.NOT_EVALUATED, "qa", 1),
            ("D0", Verdict.MISSED, "qa", 1),
        ):
            uow.reviews.add(Review(name, "greeting", verdict, reviewer, NOW - timedelta(hours=hours)))
        uow.commit()
    # Charged: C0, rightly. Seen by people: C0, C1, D0. The same verdict: C0, C2.
    assert "greeting 4 1/1 1/3 2/4" in text(console.browser("qa"), "/quality")
    assert "2026-11 4 1/1 1/3 2/4" in text(console.browser("qa"), "/quality?item=greeting")
    assert "greeting 3 1/1 1/2 2/3" in text(console.browser("lead"), "/quality")
    assert "机器有把握" in text(console.browser("qa"), "/quality")


def test_fairness_sets_flags_beside_recognition(console: Console, database: Database) -> None:
    with database.unit_of_work() as uow:
        for agent in range(8):
            for number in range(5):
                name = f"R{agent}-{number}"
                meta = CallMeta(name, f"B{agent}", team="一班", started_at=NOW - timedelta(days=1))
                said = factories.transcript(("agent", "您好"), seed=name)
                turns = tuple(replace(turn, confidence=0.6 + agent / 20) for turn in said.utterances)
                uow.calls.add(factories.recording(name), meta)
                uow.transcripts.put(replace(said, utterances=turns))
                put(uow, name, meta, factories.scorecard(total=80.0, needs_review=number * 2 > agent))
        uow.commit()
    page = text(console.browser("lead"), "/quality/fairness")
    assert "B0 60.0 % 80% 38%–96% · 4/5" in page
    assert "有关联：请核对听得差的坐席" in page
    assert "A18" not in page


def test_names_are_shown_as_text(console: Console) -> None:
    browser = console.browser("qa")
    for path in (f"/teams/{quote('一班')}", "/agents/A17"):
        page = browser.get(path).text
        assert MARK not in page
        assert "&lt;b&gt;名&lt;/b&gt;" in page


def test_pages_with_figures_keep_to_the_policy_and_speak_english(console: Console) -> None:
    browser = console.browser("root")
    browser.submit("/me/looks", language="en", back="/me")
    for path in (
        "/overview",
        "/teams",
        f"/teams/{quote('一班')}",
        "/agents/A17",
        "/quality",
        "/quality/fairness?days=5",
    ):
        page = browser.get(path).text
        assert not re.search(r"<style|style=|<script(?![^>]*src=\"/static/)|\son\w+=", page), path
        assert "95 %" in text(browser, path) or "quality" in path


def test_the_coaching_page_is_for_the_team_and_for_the_agent_without_colleagues(
    console: Console, database: Database
) -> None:
    with database.unit_of_work() as uow:
        for number in range(6):
            missed = (factories.finding("greeting", Verdict.MISSED, 0, proof=(factories.evidence(f"喂{number}"),)),)
            call(uow, f"H{number}", 50.0, "A17", findings=missed, days_ago=1)
            call(uow, f"O{number}", 90.0, "A19", days_ago=1)
        uow.commit()
    for name in ("qa", "lead", "a17"):
        page = text(console.browser(name), "/agents/A17/coaching")
        assert "要改的习惯" in page, name
        assert "A19" not in page, name
    assert 'href="/agents/A17/coaching?days=30"' in console.browser("lead").get("/agents/A17").text
    for path in ("/agents/A18/coaching", "/agents/A19/coaching", "/agents/none/coaching"):
        assert console.browser("a17").get(path).status_code == 404, path
    assert console.browser("lead").get("/agents/A18/coaching").status_code == 404
