"""The coaching page's notes: supervisors write them for their team, the agent sees and answers them, nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models.call import CallMeta
from models.scorecard import Verdict
from storage import Database
from tests import factories
from tests.console import NOW, Browser, Console
from tests.scored_calls import put

PAGE = "/agents/A17/coaching"


@pytest.fixture
def console(database: Database) -> Console:
    """Six calls of A17 in the first team on the day before yesterday, and one of A18 in the second."""
    with database.unit_of_work() as uow:
        for name, agent_id, team in (*((f"C{n}", "A17", "一班") for n in range(6)), ("D0", "A18", "二班")):
            meta = CallMeta(name, agent_id, None, team, started_at=NOW - timedelta(days=2))
            missed = factories.finding("greeting", Verdict.MISSED, 0)
            put(uow, name, meta, factories.scorecard(findings=(missed,)))
        uow.commit()
    return Console(database.unit_of_work)


def notes(browser: Browser, path: str = PAGE) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.text.split('id="actions"')[1].split("</section>")[0]


def written(console: Console, **more: str) -> str:
    answer = console.browser("lead").submit(PAGE, PAGE, action="先致歉", item="greeting", **more)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#actions")
    number = re.search(r"/coaching/(\d+)/close", notes(console.browser("lead")))
    assert number is not None
    return number[1]


def test_a_supervisor_writes_the_agent_answers_and_the_supervisor_closes(console: Console) -> None:
    number = written(console, note="电话13800138000", due="2026-12-01")
    mine = notes(console.browser("a17"))
    assert "先致歉" in mine
    assert "13800138000" not in mine
    assert "王班长" not in mine
    assert "数据太少" in mine
    assert console.browser("a17").submit(f"{PAGE}/{number}/answer", PAGE, answer="我会<b>注意</b>").status_code == 303
    again = console.browser("a17").submit(f"{PAGE}/{number}/answer", PAGE, answer="不")
    assert (again.status_code, "不能更改" in again.text) == (400, True)
    lead = console.browser("lead")
    assert "我会&lt;b&gt;注意" in notes(lead)
    assert "王班长" in notes(lead)
    assert lead.submit(f"{PAGE}/{number}/close", PAGE, outcome="done").status_code == 303
    assert "已做到" in notes(lead)
    assert "/close" not in notes(lead)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"action": " "}, "请写明内容"),
        ({"action": "x", "item": "nothing"}, "没有这个项目"),
        ({"action": "x", "due": "tomorrow"}, "不是日期"),
        ({"action": "x", "due": "2020-01-01"}, "已经过去"),
    ],
)
def test_what_is_refused_is_said_on_the_page(console: Console, fields: dict[str, str], told: str) -> None:
    answer = console.browser("lead").submit(PAGE, PAGE, **fields)
    assert (answer.status_code, told in answer.text) == (400, True)
    assert "没有商定的行动" in notes(console.browser("lead"))


def test_notes_stay_within_the_team_and_with_the_agent(console: Console) -> None:
    number = written(console)
    lead, agent = console.browser("lead"), console.browser("a17")
    for path in ("/agents/A18/coaching", "/agents/none/coaching", "/agents/A18/coaching/1/close"):
        assert lead.submit(path, PAGE, action="x", outcome="done").status_code == 404, path
    for path in (f"/agents/A18/coaching/{number}/answer", f"{PAGE}/999/answer", f"{PAGE}/x/answer"):
        assert agent.submit(path, PAGE, answer="x").status_code == 404, path
    assert agent.submit(PAGE, PAGE, action="x").status_code == 403
    assert console.browser("qa").submit(f"{PAGE}/{number}/close", PAGE, outcome="done").status_code == 403
    assert "<form" not in notes(console.browser("qa"))
    assert lead.submit(f"{PAGE}/{number}/close", PAGE, outcome="forgotten").status_code == 400
    assert lead.post(PAGE, data={"action": "x"}).status_code == 403


def test_the_page_in_english(console: Console) -> None:
    written(console)
    lead = console.browser("lead")
    lead.submit("/me/looks", language="en", back="/me")
    assert "Agreed actions" in notes(lead)
    assert "too little data to compare" in notes(lead)


def test_the_page_shows_weeks_and_items_as_a_picture_and_as_tables(console: Console) -> None:
    page = console.browser("lead").get(f"{PAGE}?days=7").text
    weeks = page.split("<h2>得分走势</h2>")[1].split("</section>")[0]
    assert weeks.count("<circle") == 1
    assert "2026-11-14 至 2026-11-20" in weeks
    assert weeks.count("<tr>") == 3
    items = page.split("各项对比")[1].split("</section>")[0]
    assert '<th scope="row">greeting</th><td>0%（0/6' in items
    console.clock.go_on(days=60)
    empty = console.browser("lead").get(f"{PAGE}?days=7").text
    assert 'class="plot"' not in empty
    assert empty.count("样本不足") >= 2
