"""The page of promises: what is shown to whom, marking, linking to tickets, importing them."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from models.audit import AuditAction
from models.ledger import StatusSource
from models.scorecard import PromiseStatus
from storage import Database
from tests import factories
from tests.console import NOW, Browser, Console
from tests.ledger_calls import at, entries, promise, put_call

SAID = "明天上午给您回电"
NASTY = "<script>alert('x')</script>"


@pytest.fixture
def console(database: Database) -> Console:
    put_call(
        database,
        "C1",
        promise(SAID, "callback", at(1, month=11, year=2026)),
        team="一班",
        started_at=at(10, month=11, year=2026),
    )
    put_call(
        database, "C2", promise(NASTY, "refund", at(30, month=11, year=2026)), agent_id="B20", agent_name="钱坐席",
        customer_ref="13800138000", team="二班", started_at=at(11, month=11, year=2026),
    )  # fmt: skip
    return Console(database.unit_of_work)


def address(database: Database, call_id: str) -> str:
    (entry,) = [entry for entry in entries(database) if entry.meta.call_id == call_id]
    return f"/promises/{entry.recording_id}/{entry.id}"


def bring(browser: Browser, text: str, page: str = "/promises") -> Response:
    key = re.search(r'name="form_key" value="([^"]+)"', browser.get(page).text)
    assert key is not None
    return browser.post("/promises/import", data={"form_key": key[1]}, files={"file": ("tickets.csv", text.encode())})


def test_each_sees_the_promises_of_their_teams_and_no_customers_number(console: Console) -> None:
    page = console.browser("qa").get("/promises").text
    assert "C1" in page
    assert "C2" in page
    assert "13800138000" not in page
    assert NASTY not in page
    assert "&lt;script&gt;" in page
    page = console.browser("lead").get("/promises").text
    assert "C1" in page
    assert not re.search("C2|B20|钱坐席|二班", page)
    assert console.browser("a17").get("/promises").status_code == 403


def test_what_is_chosen_is_shown(console: Console, database: Database) -> None:
    put_call(
        database,
        "SOON",
        promise(SAID, "callback", at(20, 18, month=11, year=2026)),
        agent_id="B9",
        started_at=at(19, month=11, year=2026),
    )
    browser = console.browser("qa")
    for query, shown in {
        "view=overdue": {"C1"},
        "view=kept": set(),
        "view=soon": {"SOON"},
        "agent=B20": {"C2"},
        "team=一班": {"C1"},
        "due=2026-11-10": {"C1"},
        "due=no-day": {"C1", "C2", "SOON"},
        "view=all&days=0&page=9": {"C1", "C2", "SOON"},
    }.items():
        page = browser.get(f"/promises?{query}").text
        assert set(re.findall(r'href="/calls/(\w+)"', page)) == shown, query


def test_calls_of_long_ago_are_left_out_until_they_are_asked_for(console: Console, database: Database) -> None:
    put_call(database, "OLD", promise(SAID, "callback", at(2)), started_at=at(1))
    browser = console.browser("qa")
    assert "OLD" not in browser.get("/promises").text
    assert "OLD" in browser.get("/promises?days=0").text
    assert browser.get("/promises?days=7").status_code == 404


def test_a_promise_is_marked_and_linked_with_a_record_of_who_did_it(console: Console, database: Database) -> None:
    browser, path = console.browser("lead"), address(database, "C1")
    answer = browser.submit(path, ticket=" T-7 ", back="/promises?view=all")
    assert answer.headers["location"].startswith("/promises?view=all#p-")
    assert "T-7" in browser.get("/promises").text
    # Later the number alone is enough.
    told = bring(browser, "工单号,状态,完成时间\nT-7,已完成,2026-11-20 10:00\nT-8,已完成,2026-11-20 10:00\n").text
    assert "已更新 1 行" in told
    assert "第 3 行" in told
    assert browser.submit(path, status="cancelled", note=f"客户撤回 {NASTY}").status_code == 303
    page = browser.get("/promises?view=cancelled").text
    assert "客户撤回 &lt;script&gt;" in page
    assert browser.submit(path, ticket="T-9").status_code == 409
    with database.unit_of_work() as uow:
        (entry,) = [entry for entry in uow.ledger.entries() if entry.meta.call_id == "C1"]
        deeds = [
            (e.event.actor, e.event.action)
            for e in uow.audit.entries()
            if "promise" in e.event.action or "ticket" in e.event.action
        ]
    said = [(event.status, event.source, event.recorded_by) for event in entry.events]
    assert said == [
        (PromiseStatus.OPEN, StatusSource.TICKET, "lead"),
        (PromiseStatus.BROKEN, StatusSource.TICKET, "lead"),
        (PromiseStatus.CANCELLED, StatusSource.PERSON, "lead"),
    ]
    assert deeds == [
        ("lead", AuditAction.PROMISE_LINKED),
        ("lead", AuditAction.TICKETS_IMPORTED),
        ("lead", AuditAction.PROMISE_MARKED),
    ]
    assert NOW.date().isoformat() in page


def test_nobody_touches_promises_of_other_teams(console: Console, database: Database) -> None:
    browser, path = console.browser("lead"), address(database, "C2")
    assert browser.submit(path, status="kept").status_code == 404
    assert browser.submit(path, ticket="T-1").status_code == 404
    assert (
        browser.submit(
            path.replace(factories.recording("C2").id, factories.recording("C1").id), status="kept"
        ).status_code
        == 404
    )
    told = bring(browser, "通话编号,状态\nC2,已取消\n").text
    assert "没有对应的承诺" in told
    assert all(not entry.events for entry in entries(database))
    assert "已更新 1 行" in bring(console.browser("qa"), "通话编号,状态\nC2,已取消\n").text


def test_what_is_no_export_says_so(console: Console) -> None:
    browser = console.browser("qa")
    answer = bring(browser, f"{NASTY},b\n1,2\n")
    assert answer.status_code == 400
    assert "tickets.csv" in answer.text
    assert NASTY not in answer.text
    assert browser.submit("/promises/import").status_code == 400
    assert browser.submit("/promises/x/y", status="sometimes").status_code == 400


def test_where_nothing_was_promised_the_page_says_what_will_be_here(database: Database) -> None:
    page = Console(database.unit_of_work).browser("qa").get("/promises").text
    assert "没有承诺" in page
