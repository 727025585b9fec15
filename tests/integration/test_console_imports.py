"""The page and the addresses of imports: survey answers and the roster, with what was wrong to take home."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from callqa.services.rights import Right
from callqa.surveys import Scale, surveys_in
from callqa.web.carried import MOST_CARRIED, packed, unpacked
from callqa.web.pages.imports import MOST_SHOWN
from models.audit import AuditAction
from models.errors import InputError
from models.person import EVERYBODY
from storage import Database
from tests.console import Browser, Console
from tests.databases import dump
from tests.integration.test_console_api import caller
from tests.ledger_calls import at, promise, put_call

NASTY = "<script>alert('x')</script>"
HEAD = "问卷编号,客户号码,评价时间,满意度,评语\n"
SURVEYS = (
    HEAD
    + "S1,13800138000,2026-11-20 10:00,4,电话13800138000不要打\n"
    + "S2,,2026-11-20 10:00,9,=1+1\n"
    + f"S3,,2026-11-20 10:00,{NASTY},慢\n"
    + "S4,,2026-11-20 10:00,3,慢,真慢\n"
)
ROSTER = "工号,姓名,班组\nA17,赵坐席,一班\nA18,,一班\n"


@pytest.fixture
def console(database: Database) -> Console:
    put_call(
        database, "C1", promise("明天给您回电", "callback", at(21, month=11, year=2026)), customer_ref="13800138000",
        started_at=at(20, 9, month=11, year=2026),
    )  # fmt: skip
    return Console(database.unit_of_work)


def bring(browser: Browser, what: str, text: str, **fields: str) -> Response:
    key = re.search(r'name="form_key" value="([^"]+)"', browser.get("/imports").text)
    assert key is not None
    files = {"file": ("table.csv", text.encode())}
    return browser.post(f"/imports/{what}", data={"form_key": key[1], **fields}, files=files)


def tiles(page: str) -> list[int]:
    """New, changed, known, not used."""
    return [int(found) for found in re.findall(r"<b>(\d+)</b>", page)]


def refused_rows(browser: Browser, page: str) -> str:
    """The file that the page's button gives."""
    carried = re.search(r'name="rows" value="([^"]+)"', page)
    assert carried is not None
    answer = browser.submit("/imports/refused", "/imports", rows=carried[1])
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return answer.text


def test_answers_are_taken_in_once_and_what_was_wrong_comes_back_to_be_corrected(
    console: Console, database: Database, database_url: str
) -> None:
    browser = console.browser("root")
    before = dump(database_url)
    tried = bring(browser, "surveys", SURVEYS, dry_run="true").text
    assert tiles(tried) == [1, 0, 0, 3]
    assert "试运行，未写入任何内容" in tried
    assert dump(database_url) == before

    page = bring(browser, "surveys", SURVEYS).text
    assert tiles(page) == [1, 0, 0, 3]
    rows = re.findall(r'<tr data-row><td class="number">(\d+)</td><td>(.*?)</td><td>(.*?)</td></tr>', page)
    assert [row[:2] for row in rows] == [("3", "满意度"), ("4", "满意度"), ("5", "—")]
    assert "评分“9”不在所选分制内；请选择文件所用的分制" in rows[0][2]
    assert "含有逗号的内容请加引号" in rows[2][2]
    assert NASTY not in page
    with database.unit_of_work() as uow:
        (one,) = uow.surveys.answers(at(20, month=11, year=2026), at(22, month=11, year=2026), EVERYBODY)
        deeds = [e.event for e in uow.audit.entries() if e.event.action == AuditAction.SURVEYS_IMPORTED]
    assert (one.call_id, one.answer.score) == ("C1", 4.0)
    assert "13800138000" not in str(one.answer.comment)
    assert [(event.actor, event.details["new"]) for event in deeds] == [("root", 1)]

    text = refused_rows(browser, page)
    assert text.startswith("\ufeff行号,未采用原因,问卷编号")
    assert "'=1+1" in text, "no spreadsheet reckons with it"
    # Brought again uncorrected it says the same, by its own lines.
    told = refused_rows(browser, bring(browser, "surveys", text).text)
    assert [row.split(",")[2:] for row in told.splitlines()] == [row.split(",")[2:] for row in text.splitlines()]
    assert [row.split(",")[0] for row in told.splitlines()[1:]] == ["2", "3", "4"]
    # Corrected where it is wrong, the same file is taken in as it is.
    again = bring(browser, "surveys", text.replace(",9,", ",2,").replace(NASTY, "5").replace("慢,真慢", "慢")).text
    assert tiles(again) == [3, 0, 0, 0]
    assert tiles(bring(browser, "surveys", SURVEYS).text) == [0, 0, 1, 3]
    with database.unit_of_work() as uow:
        found = uow.surveys.answers(at(20, month=11, year=2026), at(22, month=11, year=2026), EVERYBODY)
    assert [(one.answer.answer_id, one.answer.score) for one in found] == [("S1", 4), ("S2", 2), ("S3", 5), ("S4", 3)]
    assert found[1].answer.comment == "=1+1"


def test_a_roster_is_brought_and_told_again(console: Console, database: Database) -> None:
    browser = console.browser("root")
    page = bring(browser, "roster", ROSTER).text
    assert tiles(page) == [1, 0, 0, 1]
    assert "没有姓名，请补填" in page
    assert "A18,,一班" in refused_rows(browser, page)
    assert tiles(bring(browser, "roster", ROSTER.replace("一班", "二班")).text) == [0, 1, 0, 1]
    with database.unit_of_work() as uow:
        assert [(entry.agent_id, entry.team) for entry in uow.roster.all()] == [("A17", "二班")]


def test_what_is_no_table_says_so_and_scales_are_chosen(console: Console) -> None:
    browser = console.browser("root")
    for what in ("surveys", "roster"):
        answer = bring(browser, what, f"{NASTY},b\n1,2\n")
        assert (answer.status_code, "table.csv" in answer.text, NASTY in answer.text) == (400, True, False)
        assert browser.submit(f"/imports/{what}", "/imports").status_code == 400
    assert bring(browser, "surveys", SURVEYS, scale="stars").status_code == 400
    assert tiles(bring(browser, "surveys", SURVEYS, scale="1-10").text) == [2, 0, 0, 2]
    whole = packed("x" * 1000)
    assert whole is not None
    for rows in ("", "no rows", "eJw", whole[:-8]):
        assert browser.submit("/imports/refused", "/imports", rows=rows).status_code == 400


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_file(console: Console) -> None:
    browser, many = console.browser("root"), MOST_SHOWN + 20
    page = bring(browser, "surveys", HEAD + "".join(f"S{n},,2026-11-20,9,\n" for n in range(many))).text
    assert page.count("<tr data-row>") == MOST_SHOWN
    assert "另有 20 行" in page
    assert len(refused_rows(browser, page).splitlines()) == many + 1


def test_what_a_form_carries_comes_back_and_is_bounded() -> None:
    assert unpacked(packed("行号\r\n") or "") == "行号\r\n"
    noise = "".join(chr(0x4E00 + (n * n * 7919 + n) % 20_000) for n in range(MOST_CARRIED))
    assert packed(noise) is None
    bomb = packed("x" * (65 * 2**20))
    assert bomb is not None
    with pytest.raises(InputError, match="incomplete"):
        unpacked(bomb)


def test_programs_bring_the_same_and_are_answered_the_same(console: Console, database: Database) -> None:
    program = caller(console, "root", Right.IMPORT_TABLES)
    told = program.post("/api/v1/imports/surveys", content=SURVEYS.encode(), headers={"Content-Type": "text/csv"})
    assert told.status_code == 200
    assert told.json() == {
        "dry_run": False, "new": 1, "changed": 0, "same": 0, "refused": 3,
        "bad": [
            {"line": 3, "column": "满意度", "problem": "bad_score", "detail": "9"},
            {"line": 4, "column": "满意度", "problem": "bad_score", "detail": NASTY},
            {"line": 5, "column": "", "problem": "extra_cells", "detail": ""},
        ],
        "ambiguous": [], "without_call": 0,
    }  # fmt: skip
    dry = program.post("/api/v1/imports/surveys?scale=1-10&dry_run=true", content=SURVEYS.encode()).json()
    assert (dry["dry_run"], dry["new"], dry["changed"], dry["refused"]) == (True, 1, 1, 2)
    told = program.post("/api/v1/imports/roster", content=ROSTER.encode("gb18030"))
    assert (told.json()["new"], told.json()["bad"][0]["column"]) == (1, "姓名")
    bad = program.post("/api/v1/imports/roster", content=b"a,b\n1,2\n")
    assert (bad.status_code, "agent_id" in bad.json()["detail"]) == (400, True)
    assert caller(console, "root", Right.SEE_QUEUE).post("/api/v1/imports/roster", content=b"").status_code == 403
    with database.unit_of_work() as uow:
        actors = [e.event.actor for e in uow.audit.entries() if "imported" in e.event.action]
    assert actors == ["root", "root"]
    assert surveys_in(SURVEYS.encode(), "s", Scale.FIVE, "Asia/Shanghai").refused, "the command reads as the page does"
