"""The demo's console in a real Chromium: started as users start it, with a page for whoever logs in."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.e2e.conftest import command, environment

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
BROWSER: dict[str, Any] = {"args": ["--no-sandbox", "--autoplay-policy=user-gesture-required"]}


@dataclass(frozen=True)
class Served:
    """Where the console is, and the passwords that were printed, by login name."""

    address: str
    passwords: dict[str, str]


@contextmanager
def served_demo(home: Path) -> Iterator[Served]:
    """`callqa demo --web` on that home; ends it by Ctrl-C, as people do."""
    process = subprocess.Popen(
        command(["demo", "--web", "--port", "0", "--home", str(home)]),
        cwd=home.parent,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell in the background lets its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        assert process.stdout is not None
        passwords: dict[str, str] = {}
        address = ""
        while not address and (line := process.stdout.readline()):
            if found := re.match(r"\s+(demo-\w+)\s+(\S+)", line):
                passwords[found[1]] = found[2]
            elif line.startswith("callqa web: "):
                address = line.removeprefix("callqa web: ").strip()
        if not address:
            raise AssertionError(f"the console did not start: {process.communicate()[1]}")
        yield Served(address, passwords)
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors, errors


@dataclass
class Visitor:
    """A browser of its own. `faults` are what it complained of: errors in scripts, and what the policy blocked."""

    context: BrowserContext
    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page and wait until its scripts have run and its sound is drawn."""
        self.page.goto(self.address + path)
        if self.page.locator("[data-audio]").count():
            self.page.locator("[data-lanes] path").first.wait_for(state="attached")
        return self.page

    def log_in(self, name: str, password: str) -> Page:
        """Fill in the form as somebody without a mouse."""
        page = self.go("/login")
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(password)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/(overview|agents/)"))
        return page


def visitor(browser: Browser, served: Served, name: str | None = None, **options: Any) -> Visitor:
    """A new browser window, in which somebody logs in where one is named; `options` are Playwright's for a context."""
    context = browser.new_context(**{"viewport": DESKTOP, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options)
    context.set_default_timeout(15_000)
    opened = Visitor(context, context.new_page(), served.address)

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            opened.faults.append(f"{message.location.get('url', '')}: {message.text}")

    opened.page.on("console", note)
    opened.page.on("pageerror", lambda error: opened.faults.append(f"{opened.page.url}: {error}"))
    if name is not None:
        opened.log_in(name, served.passwords[name])
    return opened


def serious(page: Page, *rules: str) -> list[str]:
    """What axe finds there that keeps people from using the page, by these rules alone where some are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    return [
        f"{page.url}: {one['id']}: {node['html']}"
        for one in page.evaluate("async options => (await axe.run(document, options)).violations", options)
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def begin_calibration(lead: Visitor) -> Page:
    """Give D18 and D01 to both of the demo's reviewers; the page of the set."""
    page = lead.go("/calibration")
    page.get_by_label("名称").fill("十一月第三周")
    page.get_by_label("随机抽取").fill("0")
    page.get_by_label("另加指定通话").fill("D18\nD01")
    for name in ("演示班组长", "演示质检员"):
        page.get_by_label(name).check()
    page.get_by_role("button", name="发起").click()
    return page
