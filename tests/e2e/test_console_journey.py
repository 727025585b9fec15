"""The console as people use it: real Chromium, the demo's calls, the server that `callqa demo --web` starts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from callqa.cli.demo_console import check_is_demo_home
from callqa.printing import chromium
from callqa.settings import Settings
from models.errors import SettingsError
from models.person import Person, Post
from storage import Database
from tests.databases import not_here
from tests.e2e.conftest import Demo, callqa
from tests.e2e.console_browser import (
    BROWSER,
    PHONE,
    Served,
    Visitor,
    begin_calibration,
    serious,
    served_demo,
    visitor,
)

pytestmark = pytest.mark.slow

Enter = Callable[..., Visitor]
"""Somebody's browser window, logged in where a name is given."""


@pytest.fixture(scope="module")
def home(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Of its own: other tests compare with the demo's rows.
    return Path(shutil.copytree(demo.home, tmp_path_factory.mktemp("console") / "callqa-data"))


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    with served_demo(home) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        not_here("no Chromium is installed; the console cannot be shown to work")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, **BROWSER)
        yield opened
        opened.close()


@pytest.fixture
def enter(browser: Browser, served: Served) -> Iterator[Enter]:
    """Makes windows; afterwards no page may have complained of a script or of what the policy blocked."""
    opened: list[Visitor] = []

    def make(name: str | None = None, **options: Any) -> Visitor:
        opened.append(visitor(browser, served, name, **options))
        return opened[-1]

    yield make
    for one in opened:
        one.context.close()
    assert [fault for one in opened for fault in one.faults] == []


def wait_until_heard(page: Page, second: float) -> float:
    """Wait until the sound has come past that second; returns where it is. (The policy forbids Playwright's own waiting.)"""
    for _ in range(300):
        at = float(page.evaluate("document.querySelector('[data-audio]').currentTime"))
        if at > second:
            return at
        page.wait_for_timeout(50)
    raise AssertionError(f"the sound stands at {at} s and does not come to {second} s")


def test_a_reviewer_finds_a_call_hears_it_and_corrects_an_item_by_key(enter: Enter) -> None:
    qa = enter("demo-qa")
    page = qa.go("/queue")
    page.get_by_label("工号").fill("A802")
    page.get_by_role("button", name="查询").click()
    rows = page.locator("tr[data-row]")
    expect(rows.get_by_role("link")).to_have_text(["D19", "D06"])
    page.get_by_role("link", name="D06").click()

    expect(page.locator("[data-lanes] path").first).to_be_attached()

    # The sound goes on by itself, and jumps to the word that was clicked.
    page.keyboard.press("Space")
    wait_until_heard(page, 0.3)
    word = page.locator("[data-turns] [data-s]").nth(30)
    second = float(word.get_attribute("data-s") or "nan")
    word.click()
    assert wait_until_heard(page, second) < second + 5
    page.keyboard.press("Space")
    assert page.evaluate("document.querySelector('[data-audio]').paused")
    expect(page.locator("[data-turns] span.now")).to_have_count(1)

    # Two items wait; n goes to the second, m takes a reason, 3 says "missed".
    expect(page.locator("[data-part=verdict]")).to_contain_text("待复核 2 项")
    page.keyboard.press("n")
    item = page.locator("#item-prohibited")
    expect(item).to_have_attribute("aria-current", "true")
    page.keyboard.press("m")
    page.keyboard.type("语气急，但没有出现禁语 3c")
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.locator("[data-part=verdict]")).to_contain_text("待复核 1 项")
    expect(item).to_contain_text("改判 · 演示质检员")
    expect(item).to_contain_text("语气急，但没有出现禁语 3c")
    page.reload()
    expect(item.locator(".sides")).to_contain_text("违规")
    expect(item.locator(".sides")).to_contain_text("未做到")


def test_a_link_leads_to_a_second_of_the_call(enter: Enter) -> None:
    qa = enter("demo-qa")
    page = qa.go("/calls/D06")
    turn = page.locator("[data-turns] > [data-from]").nth(2)
    second = float(turn.get_attribute("data-from") or "nan") + 0.1
    page = qa.go(f"/calls/D06#t={second:.1f}")
    expect(turn).to_have_class(re.compile(r"\blinked\b"))
    expect(turn).to_be_in_viewport()
    # Nobody's loudspeaker starts by a link; the sound begins there when it is asked for.
    assert page.evaluate("document.querySelector('[data-audio]').paused")
    page.keyboard.press("Space")
    assert wait_until_heard(page, second) < second + 5


def test_a_call_with_one_flagged_item_is_settled_in_five_presses_from_the_queue(enter: Enter) -> None:
    qa = enter("demo-qa")
    page = qa.go("/queue")
    pressed = ["j", "Enter", "e", "c"]
    for key in pressed[:2]:
        page.keyboard.press(key)
    page.wait_for_url("**/calls/D10")
    expect(page.locator("[data-part=verdict]")).to_contain_text("待复核 1 项")
    page.keyboard.press("e")
    wait_until_heard(page, 30)
    page.keyboard.press("c")
    expect(page.locator("[data-part=verdict]")).to_contain_text("已复核")
    assert len(pressed) <= 5
    # What is settled is out of the way, and the next call is one press away.
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/calls/(?!D10)"))
    qa.go("/queue")
    expect(page.get_by_role("link", name="D10")).to_have_count(0)


def test_a_reviewer_points_to_the_sentence_that_is_heard_by_key(enter: Enter) -> None:
    page = enter("demo-qa").go("/calls/D01")
    item = page.locator("#item-prohibited")
    item.locator("h3").click()
    expect(item).to_have_attribute("aria-current", "true")
    chosen = item.locator("select[name=utterance]")
    # Of nothing heard, or the customer's words, nothing is attached: the list is there to choose from.
    page.keyboard.press("s")
    expect(chosen).to_be_focused()
    expect(chosen).to_have_value("")
    page.keyboard.press("Escape")
    page.locator("[data-turns] .customer [data-seek]").first.click()
    expect(page.locator("[data-turns] .customer.now")).to_have_count(1)
    page.evaluate("document.querySelector('[data-audio]').pause()")
    page.keyboard.press("s")
    expect(chosen).to_have_value("")
    page.keyboard.press("Escape")
    said = page.locator("[data-turns] .agent").nth(1)
    said.locator("[data-seek]").first.click()
    expect(page.locator("[data-turns] .agent.now")).to_have_count(1)
    page.evaluate("document.querySelector('[data-audio]').pause()")
    page.keyboard.press("s")
    number = (said.get_attribute("id") or "").removeprefix("u")
    expect(chosen).to_have_value(number)
    # It was not said what it is: nothing is saved, and what was chosen stays.
    page.keyboard.press("4")
    expect(item.get_by_role("alert")).to_contain_text("属于哪一类")
    expect(chosen).to_have_value(number)
    page.keyboard.press("t")
    expect(item.locator("select[name=kind]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    expect(item.locator(".sides")).to_contain_text("所指：")
    expect(item.locator(f".sides a[href='#u{number}']")).to_have_count(1)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_agent_objects_and_the_supervisor_rules(enter: Enter) -> None:
    agent = enter("demo-agent")
    page = agent.page
    page.get_by_role("link", name="D08").click()
    page.locator("#item-commitment").get_by_role("link", name="申诉").click()
    page.get_by_label("申诉理由").fill("结尾已经告诉客户明天回电")
    page.get_by_role("button", name="提交申诉").click()
    expect(page.locator("h1 + .chip")).to_have_text("? 待裁定")

    lead = enter("demo-lead")
    lead.go("/appeals").get_by_role("link", name="服务承诺").click()
    lead.page.get_by_label("裁定结论").select_option(label="申诉成立 → 部分符合")
    lead.page.get_by_label("裁定理由").fill("有回电承诺，没有时限")
    lead.page.get_by_role("button", name="作出裁定").click()
    expect(lead.page.locator("h1 + .chip")).to_have_text("申诉成立")

    page.reload()
    expect(page.get_by_text("有回电承诺，没有时限")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("演示班组长")


def test_reviewers_calibrate_blind(enter: Enter) -> None:
    lead = enter("demo-lead")
    page = begin_calibration(lead)

    qa = enter("demo-qa")
    qa.go("/calibration").get_by_role("link", name="十一月第三周").click()
    for one, verdict in ((page, "met"), (qa.page, "partial")):
        one.get_by_role("link", name="评审第 1 通").click()
        for number in (1, 2):
            expect(one.get_by_text(f"第 {number} 通，共 2 通")).to_be_visible()
            # The machine was sure of 83 % and more; nothing tells it.
            assert "%" not in one.locator("main").inner_text()
            for choice in one.get_by_role("combobox").all():
                choice.select_option("met")
            one.get_by_label("结束语").select_option(verdict)
            one.get_by_role("button", name="保存并继续").click()
        expect(one.get_by_text("您已评完全部通话")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="结束并公布结果").click()
    row = page.get_by_role("row", name="结束语").first
    expect(row).to_contain_text("0%")
    expect(page.get_by_role("row", name="全部项目")).to_contain_text("83%")


def test_an_admin_publishes_a_new_version_of_the_standard(enter: Enter, served: Served) -> None:
    text = (files("scoring") / "standards" / "telecom-hotline-zh.yaml").read_text(encoding="utf-8")
    # From later on, so that the other tests' standard stays the one in use.
    for old, new in (("2026.1", "2027.1"), ("2026-11-01", "2027-01-01"), ("2027-02-01", "2027-04-01")):
        assert old in text
        text = text.replace(old, new, 1)
    admin = enter("demo-admin")
    page = admin.go("/standards")
    page.get_by_label("标准文件").set_input_files(
        {"name": "ours.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
    )
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("全部符合预期")).to_be_visible()
    page.get_by_role("button", name="开始试算").click()
    trial = page.locator("#trial")
    for _ in range(60):
        if trial.get_by_role("link", name="刷新").count() == 0:
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(trial).to_contain_text("没有一项结论改变")
    expect(trial.locator(".tile b").first).to_have_text("8")
    page.get_by_role("button", name="发布此版本").click()
    page.wait_for_url("**/standards/telecom-hotline-zh/2027.1")
    admin.go("/standards")
    expect(page.get_by_role("link", name="2027.1", exact=True)).to_be_visible()


PAGES = {
    "demo-admin": (
        "/overview",
        "/queue",
        "/queue?section=sample",
        "/queue?section=mine",
        "/teams",
        "/teams/一班",
        "/teams/一班/report",
        "/centre",
        "/agents/A801",
        "/promises",
        "/appeals",
        "/calibration",
        "/standards",
        "/standards/telecom-hotline-zh/2026.1",
        "/quality",
        "/quality/fairness",
        "/imports",
        "/people",
        "/audit?verify=true",
        "/me",
        "/me/tokens",
        "/calls/D13",
    ),
    "demo-agent": ("/agents/A801", "/agents/A801/coaching", "/calls/D01", "/calls/D01/appeals/hold", "/appeals"),
    None: ("/login",),
}


@pytest.mark.parametrize("name", PAGES)
def test_no_page_keeps_anybody_out(enter: Enter, name: str | None) -> None:
    # Colours that fade in would be measured half-way.
    window = enter(name, reduced_motion="reduce")
    for path in PAGES[name]:
        page = window.go(path)
        page.emulate_media(color_scheme="light")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert serious(page) == []
        page.emulate_media(color_scheme="dark")
        assert serious(page, "color-contrast") == []
    if name is not None:
        window.page.keyboard.press("?")
        expect(window.page.get_by_role("dialog")).to_be_visible()
        assert serious(window.page) == []


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("demo-lead", ("/overview", "/teams/一班/report", "/agents/A802", "/calls/D19", "/me", "/queue", "/promises")),
        ("demo-agent", ("/agents/A801", "/agents/A801/coaching", "/calls/D01", "/me")),
    ],
)
def test_a_phone_needs_no_scrolling_sideways(enter: Enter, name: str, paths: tuple[str, ...]) -> None:
    window = enter(name, viewport=PHONE, is_mobile=True, has_touch=True)
    for path in paths:
        page = window.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert serious(page) == []


def test_the_demos_people_are_kept_out_of_a_companys_home(home: Path, tmp_path: Path) -> None:
    shutil.copyfile(home / "demo.db", tmp_path / "demo.db")
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    with database.unit_of_work() as uow:
        uow.people.put(Person("somebody", "某人", Post.ADMIN, None, None, datetime(2026, 11, 20, tzinfo=UTC)))
        uow.commit()
    database.close()
    refused = callqa("demo", "--web", "--home", str(tmp_path), cwd=tmp_path)
    assert refused.returncode == 2
    assert "somebody" in refused.stderr

    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "callqa.db").touch()
    with pytest.raises(SettingsError, match="--home"):
        check_is_demo_home(Settings(home=tmp_path / "company"))
