"""The page of the audit log: newest first, filters, and whether it was tampered with."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from callqa.web.pages.audit import SIZE
from models.audit import AuditAction, AuditEvent
from storage import Database
from tests.console import NOW, STAFF, Browser, Console
from tests.databases import bare_engine

NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def browser(database: Database) -> Browser:
    console = Console(database.unit_of_work)
    with database.unit_of_work() as uow:
        for number in range(SIZE):
            uow.audit.record(
                AuditEvent(NOW + timedelta(minutes=number), "王", AuditAction.PROMISE_MARKED, f"p{number}")
            )
        uow.audit.record(AuditEvent(NOW, NASTY, "newer_than_this_program", NASTY, {"ids": [NASTY, 2, 3, 4, 5, 6]}))
        uow.commit()
    return console.browser("root")


def numbers(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<td class="number">(\d+)</td>', page)]


def test_the_newest_entries_come_first_and_older_ones_by_pages(browser: Browser) -> None:
    page = browser.get("/audit").text
    last = SIZE + len(STAFF) + 2
    assert numbers(page) == list(range(last, last - SIZE, -1))
    assert NASTY not in page
    assert "newer_than_this_program" in page
    assert "… (6)" in page
    older = re.search(r'href="(/audit[^"]*before=\d+)"', page)
    assert older is not None
    assert numbers(browser.get(older[1].replace("&amp;", "&")).text) == list(range(last - SIZE, 0, -1))
    assert len(numbers(browser.get("/audit?action=person_added&actor=test").text)) == len(STAFF)
    assert "没有这样的记录" in browser.get("/audit?actor=nobody").text
    assert browser.get("/audit?before=99999999999999999999").status_code == 400


def test_a_log_that_was_changed_or_cut_off_shows(browser: Browser, database_url: str) -> None:
    page = browser.get("/audit?verify=true").text
    assert "日志完整" in page
    head = re.search(r"\d+:sha256:[0-9a-f]{64}", page)
    assert head is not None
    assert "日志完整" in browser.get(f"/audit?verify=true&head={head[0]}").text
    number = head[0].partition(":")[0]
    for noted in (head[0][:-1] + ("0" if head[0][-1] != "0" else "1"), f"9{head[0]}"):
        assert "日志不可信" in browser.get(f"/audit?verify=true&head={noted}").text
    assert browser.get("/audit?verify=true&head=x").status_code == 400
    with bare_engine(database_url).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("DROP TRIGGER audit_log_no_update"))
        else:
            connection.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
        connection.execute(sa.text(f"UPDATE audit_log SET actor = 'x' WHERE number = {number}"))
    assert f"第 {number} 条的内容被改动" in browser.get("/audit?verify=true").text
