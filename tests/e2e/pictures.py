"""Pictures of each page of the console for docs/, from the bundled calls: `python -m tests.e2e.pictures [FOLDER]`.

Needs Chromium.
"""

from __future__ import annotations

import base64
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from callqa.printing import chromium
from tests.e2e.console_browser import BROWSER, DESKTOP, PHONE, Served, begin_calibration, served_demo, visitor

FOLDER = Path("docs/images")
MOST_HEIGHT_PX = 1500
"""Longer pages are cut there: the rest is more of the same."""
QUALITY = 72
READ_ONLY = {
    "overview": "/overview",
    "queue": "/queue",
    "teams": "/teams",
    "team": "/teams/一班",
    "team-report": "/teams/一班/report",
    "agent": "/agents/A801",
    "coaching": "/agents/A801/coaching",
    "promises": "/promises",
    "appeals": "/appeals",
    "calibrations": "/calibration",
    "calibration": "/calibration/1",
    "standards": "/standards",
    "standard": "/standards/telecom-hotline-zh/2026.1",
    "proposals": "/standards/-/proposals",
    "quality": "/quality",
    "fairness": "/quality/fairness",
    "people": "/people",
    "audit": "/audit",
    "me": "/me",
    "tokens": "/me/tokens",
}

SURVEYS = (
    "问卷编号,客户号码,评价时间,满意度,评语\n"
    "S1,13800138000,2026-11-20 10:00,4,还行\nS2,,2026-11-20 10:00,9,还行\nS3,,昨天,4,慢\n"
    "S4,,2026-11-20 10:00,3,慢,真慢\nS5,,2026-11-20 10:00,3,\nS5,,2026-11-20 10:00,4,\n"
)
"""An export of which some rows cannot be used."""


def main() -> None:
    """Make them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = chromium()
    if path is None:
        sys.exit("no Chromium here")
    # What the browser itself writes into fields of dates and files is Chinese too.
    options = BROWSER | {"args": [*BROWSER["args"], "--lang=zh-CN"], "env": {**os.environ, "LANGUAGE": "zh_CN"}}
    with (
        tempfile.TemporaryDirectory() as home,
        served_demo(Path(home) / "callqa-data") as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, **options)
        for page, name in _pages(browser, served):
            _shoot(page, folder / f"{name}.webp")
        browser.close()


def _pages(browser: Browser, served: Served) -> Iterator[tuple[Page, str]]:
    """Each page as it stands when its picture is to be made, with the picture's name."""
    yield visitor(browser, served).go("/login"), "login"
    qa = visitor(browser, served, "demo-qa")
    page = qa.go("/calls/D06")
    page.keyboard.press("n")
    page.keyboard.press("e")
    page.wait_for_timeout(1500)
    page.keyboard.press("Space")
    yield page, "call"
    page.keyboard.press("?")
    yield page, "keys"
    qa.go("/calls/D19").keyboard.press("c")
    page.get_by_text("已复核").wait_for()

    agent = visitor(browser, served, "demo-agent")
    yield agent.go("/calls/D08/appeals/commitment"), "appeal-new"
    agent.page.get_by_label("申诉理由").fill("结尾已经告诉客户明天回电。")
    agent.page.get_by_role("button", name="提交申诉").click()

    lead = visitor(browser, served, "demo-lead")
    yield lead.go("/appeals/1"), "appeal"
    begin_calibration(lead)
    yield lead.go("/calibration/1/calls/1"), "calibration-call"
    for person, differs in ((lead, "met"), (qa, "partial")):
        for number in (1, 2):
            page = person.go(f"/calibration/1/calls/{number}")
            for choice in page.get_by_role("combobox").all():
                choice.select_option("met")
            page.get_by_label("结束语").select_option(differs)
            page.get_by_role("button", name="保存并继续").click()
    lead.go("/calibration/1").get_by_role("button", name="结束并公布结果").click()

    admin = visitor(browser, served, "demo-admin")
    text = (files("scoring") / "standards" / "telecom-hotline-zh.yaml").read_text(encoding="utf-8")
    text = text.replace('"2026.1"', '"2027.1"').replace("2026-11-01", "2027-01-01").replace("2027-02-01", "2027-04-01")
    text = text.replace("change_note: 首个版本。", "change_note: 申诉期延长到十天。").replace(
        "appeal_days: 7", "appeal_days: 10"
    )
    page = admin.go("/standards")
    page.get_by_label("标准文件").set_input_files({"name": "a.yaml", "mimeType": "text/yaml", "buffer": text.encode()})
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="开始试算").click()
    while page.get_by_role("link", name="刷新").count():
        page.wait_for_timeout(500)
        page.reload()
    yield page, "draft"
    page.get_by_role("button", name="发布此版本").click()
    page = admin.go("/imports")
    page.get_by_label("CSV 文件").first.set_input_files(
        {"name": "十一月问卷.csv", "mimeType": "text/csv", "buffer": SURVEYS.encode()}
    )
    page.get_by_role("button", name="导入").first.click()
    yield page, "imports"
    for name, path in READ_ONLY.items():
        yield admin.go(path), name
    page.context.add_cookies([{"name": "callqa_theme", "value": "dark", "url": served.address}])
    yield admin.go("/overview"), "overview-dark"
    yield admin.go("/calls/D13"), "call-dark"
    page.context.add_cookies([{"name": "callqa_theme", "value": "light", "url": served.address}])
    page.context.add_cookies([{"name": "callqa_language", "value": "en", "url": served.address}])
    yield admin.go("/queue"), "queue-en"
    phone = visitor(browser, served, "demo-agent", viewport=PHONE, is_mobile=True, has_touch=True)
    yield phone.go("/agents/A801"), "agent-phone"
    yield phone.go("/calls/D01"), "call-phone"


def _shoot(page: Page, path: Path) -> None:
    """The whole page, as in a window that is high enough for it."""
    width = (page.viewport_size or DESKTOP)["width"]
    # What is open above the page, or follows one through it, belongs into the window as it is.
    if page.locator("dialog[open]").count() == 0:
        page.evaluate("scrollTo(0, 0)")
        height = int(page.evaluate("document.querySelector('main, body').scrollHeight"))
        page.set_viewport_size({"width": width, "height": min(max(height, DESKTOP["height"]), MOST_HEIGHT_PX)})
    page.wait_for_timeout(200)
    # Playwright itself writes no WebP, which is a third of a PNG.
    shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    path.write_bytes(base64.b64decode(shot["data"]))
    page.set_viewport_size({"width": width, "height": (PHONE if width < 500 else DESKTOP)["height"]})
    print(path, path.stat().st_size)  # noqa: T201 - a script


if __name__ == "__main__":
    main()
