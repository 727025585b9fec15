"""Pages of service standards: reading, comparing, and a new version from file to publication."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from httpx2 import Response

from callqa.reports.backtest import BacktestReport
from callqa.services.backtest import Setting, backtest_report
from callqa.services.drafts import MOST_DRAFTS
from callqa.standards import FoundStandard
from callqa.web.app import create_app
from callqa.web.doors import COOKIE
from models.audit import AuditAction, AuditFilter
from storage import Database
from tests import factories
from tests.console import NOW, Browser, Console, wait_for_back_tests
from tests.ledger_calls import put_call
from tests.unit.small_standard import SMALL

IN_USE = FoundStandard("small-zh", SMALL, "small.yaml", None)
NASTY = "<script>alert(1)</script>"
NEW = (
    SMALL.replace('version: "1"', 'version: "2"')
    .replace("首个版本。", f"致歉改为 5 分 {NASTY}")
    .replace("points: 15", "points: 5")
)


@pytest.fixture
def console(database: Database) -> Iterator[Console]:
    """The console where the small standard is in use, with one call to try others on."""
    put_call(
        database,
        "C1",
        started_at=datetime(2026, 11, 18, 2, tzinfo=UTC),
        transcript=factories.transcript(("customer", "你们怎么又弄错了"), ("agent", "对不起，我们的错。"), seed="C1"),
    )

    def backtest(new: FoundStandard, days: int, progress: Callable[[int], None]) -> BacktestReport:
        setting = Setting({}, lambda: database.unit_of_work, NOW, "zh", "Asia/Shanghai")
        return backtest_report(IN_USE, new, days, setting, 1, progress)

    made = Console(database.unit_of_work)
    made.services = replace(made.services, standard_in_use=lambda: IN_USE, backtest=backtest)
    made.app = create_app(made.services)
    yield made
    wait_for_back_tests()


def bring(browser: Browser, text: bytes, name: str = "new.yaml") -> Response:
    key = re.search(r'name="form_key" value="([^"]+)"', browser.get("/standards").text)
    assert key is not None
    return browser.post("/standards/-", data={"form_key": key[1]}, files={"file": (name, text)})


def test_everybody_reads_the_standard_and_is_told_when_its_review_is_due(console: Console) -> None:
    browser = console.browser("a17")
    page = browser.get("/standards").text
    assert "小标准" in page
    assert "复审" not in re.sub(r"<d[td]>.*?</d[td]>|<th.*?</th>", "", page)
    assert "新版本" not in page
    page = browser.get("/standards/small-zh/1").text
    assert "致歉" in page
    assert "未发布" in page
    assert "salutation" in page
    for nothing in ("small-zh/3", "other/1", "..%2F..%2Fetc/passwd", "small-zh/1?against=9"):
        assert browser.get(f"/standards/{nothing}").status_code == 404, nothing
    console.clock.go_on(days=70)
    assert "季度复审将于 2027-02-01 到期" in console.browser("a17").get("/standards").text
    console.clock.go_on(days=10)
    assert "已逾期" in console.browser("a17").get("/standards").text


def test_a_new_version_is_checked_compared_tried_and_published(console: Console, database: Database) -> None:
    browser = console.browser("root")
    answer = bring(browser, NEW.encode())
    assert answer.status_code == 303
    address = answer.headers["location"]
    page = browser.get(address).text
    assert "全部符合预期" in page
    assert re.search(r"分值.{1,30}15 → 5", page)
    assert NASTY not in page
    assert browser.submit(f"{address}/trial", address, days="30").status_code == 303
    deadline = time.monotonic() + 60
    while "试算中" in (page := browser.get(address).text) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert re.search(r"通话</span><b>1</b>", page)
    assert "没有一项结论改变" in page
    assert browser.submit(f"{address}/publish", address).headers["location"] == "/standards/small-zh/2"
    page = browser.get("/standards/small-zh/2?against=1").text
    assert "15 → 5" in page
    assert NASTY not in page
    assert "现行" in browser.get("/standards").text
    with database.unit_of_work() as uow:
        assert uow.standards.versions()[0].text == NEW
        (entry,) = uow.audit.newest(AuditFilter(AuditAction.STANDARD_PUBLISHED), 5)
    assert (entry.event.actor, entry.event.subject) == ("root", "small-zh@2")
    assert console.browser("lead").get(address).status_code == 403


def test_another_process_knows_the_draft_and_its_back_test(console: Console) -> None:
    goes_on, asked = threading.Event(), threading.Event()
    backtest = console.services.backtest

    def slow(new: FoundStandard, days: int, progress: Callable[[int], None]) -> BacktestReport:
        progress(7)
        asked.set()
        assert goes_on.wait(30)
        return backtest(new, days, progress)

    apps = [create_app(replace(console.services, backtest=slow)) for _ in range(2)]
    key = console.browser("root").cookies[COOKIE]
    first, second = (Browser(app, follow_redirects=False, cookies={COOKIE: key}) for app in apps)
    address = bring(first, NEW.encode()).headers["location"]
    other = bring(first, NEW.replace('"2"', '"3"').encode()).headers["location"]
    assert re.search(r"分值.{1,30}15 → 5", second.get(address).text)
    assert second.submit(f"{address}/trial", address, days="30").status_code == 303
    assert asked.wait(30)
    assert "已完成 7 通" in first.get(address).text
    busy = first.submit(f"{other}/trial", other, days="30")
    assert (busy.status_code, "已有一次试算正在进行" in busy.text) == (400, True)
    # Brought again meanwhile, it is still the one that is being tried.
    bring(first, NEW.encode())
    assert "已完成 7 通" in first.get(address).text
    # Of a process that has ended nothing more is heard: its back-test counts as failed and keeps nobody waiting.
    console.clock.go_on(minutes=6)
    assert "试算未能完成" in first.get(address).text
    goes_on.set()
    deadline = time.monotonic() + 60
    while not re.search(r"通话</span><b>1</b>", page := first.get(address).text) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "没有一项结论改变" in page
    assert first.submit(f"{address}/publish", address).headers["location"] == "/standards/small-zh/2"


def test_the_newest_drafts_are_kept(console: Console) -> None:
    browser, addresses = console.browser("root"), []
    for version in range(2, 3 + MOST_DRAFTS):
        console.clock.go_on(seconds=1)
        addresses.append(bring(browser, NEW.replace('"2"', f'"{version}"').encode()).headers["location"])
    assert [browser.get(address).status_code for address in addresses] == [404] + [200] * MOST_DRAFTS


def test_what_cannot_be_published_is_refused_with_its_reason(console: Console, database: Database) -> None:
    browser = console.browser("root")
    for wrong, why in (
        (NEW.replace("points: 5", f"points: {NASTY}").encode(), "new.yaml"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "new.yaml"),
    ):
        answer = bring(browser, wrong)
        assert (answer.status_code, why in answer.text, NASTY in answer.text) == (400, True, False), wrong
    failing = NEW + 'examples: [{item: apology, expect: met, turns: ["agent: 您好"]}]\n'
    address = bring(browser, failing.encode()).headers["location"]
    assert "不符合预期" in browser.get(address).text
    assert browser.submit(f"{address}/publish", address).status_code == 400
    publish = partial(bring, browser)
    first = publish(NEW.encode()).headers["location"]
    assert browser.submit(f"{first}/publish", first).status_code == 303
    other = publish(NEW.replace('"2"', '"3"').encode()).headers["location"]
    answer = browser.submit(f"{other}/publish", other)
    assert (answer.status_code, "change_note" in answer.text) == (400, True)
    with database.unit_of_work() as uow:
        assert [version.ref.version for version in uow.standards.versions()] == ["2"]


def test_a_version_that_this_program_cannot_use_is_shown_as_written(console: Console, database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.standards.publish(factories.published())
        uow.commit()
    page = console.browser("qa").get("/standards/telecom-hotline-zh/2026.1").text
    assert "不能用当前程序打开" in page
    assert "# 注释" in page
