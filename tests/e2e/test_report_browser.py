"""The run's page in a real browser: what it shows, how it fits, how it prints."""

from __future__ import annotations

import html
import json
import re
import struct
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callqa.printing import FLAGS, chromium
from callqa.reports.build import build_run_report
from callqa.reports.context import RunReport
from callqa.reports.render import render_run_report
from tests.databases import not_here
from tests.unit import report_night as night

pytestmark = pytest.mark.slow

Browse = Callable[..., str]

# Measures the report inside a frame of a given width, since a headless window cannot be as narrow as a phone.
# Contrast after WCAG 2.2, success criterion 1.4.3: every text against the nearest background behind it.
MEASURE = """
const numbers = c => { const [r, g, b, a = 1] = c.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
function measure(frame) {
  const page = frame.contentDocument, view = frame.contentWindow, width = page.documentElement.clientWidth;
  const cut = [], faint = [];
  for (const details of page.querySelectorAll('details')) details.open = true;
  for (const element of page.body.querySelectorAll('*')) {
    const words = [...element.childNodes].filter(n => n.nodeType === 3 && n.data.trim()).map(n => n.data.trim()).join(' ');
    if (!words || element.tagName === 'title') continue;
    const style = view.getComputedStyle(element);
    let behind, ink = numbers(style.color);
    if (element.tagName === 'text') {
      ink = numbers(style.fill);
      const bar = element.previousElementSibling;
      behind = element.className.baseVal ? numbers(view.getComputedStyle(bar).fill) : [243, 245, 248];
    } else {
      for (let e = element; e && !behind; e = e.parentElement) {
        const fill = numbers(view.getComputedStyle(e).backgroundColor);
        if (fill[3] === 1) behind = fill;
      }
      if (!element.closest('.scroll') && element.getBoundingClientRect().right > width + 0.5) cut.push(words);
    }
    if (contrast(ink, behind || [255, 255, 255]) < 4.5) faint.push(words);
  }
  return {
    cut, faint, overflow: page.documentElement.scrollWidth - width, background: view.getComputedStyle(page.querySelector('footer')).backgroundColor,
    marks: [...page.querySelectorAll('mark')].map(m => m.textContent), tags: [...new Set([...page.querySelectorAll('*')].map(e => e.localName))],
  };
}
"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = chromium()
    if found is None:
        not_here("no Chromium is installed; the page cannot be shown to work")
    return found


@pytest.fixture
def browse(browser: str, tmp_path: Path) -> Browse:
    """Run the browser once on a page with a fresh profile; returns what it printed."""

    def run(page: Path, *flags: str) -> str:
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        done = subprocess.run(
            [browser, *FLAGS, "--no-sandbox", "--hide-scrollbars", profile, *flags, page.as_uri()],
            capture_output=True,
            timeout=120,
            check=True,
        )
        return done.stdout.decode()

    return run


def night_report(language: str = "zh") -> RunReport:
    return build_run_report(night.night(), language, generated_at=night.GENERATED_AT)


def write(folder: Path, report: RunReport) -> Path:
    page = folder / "report.html"
    page.write_text(render_run_report(report), encoding="utf-8")
    return page


def measured(browse: Browse, folder: Path, report: RunReport, width: int) -> dict[str, Any]:
    """Sizes, contrasts and contents as the browser laid them out in a frame `width` pixels wide."""
    frame = (
        f'<iframe id="frame" width="{width}" height="900" srcdoc="{html.escape(render_run_report(report))}"></iframe>'
    )
    wrapper = folder / "wrapper.html"
    wrapper.write_text(
        f'<!doctype html><meta charset="utf-8"><body><pre id="out"></pre><script>{MEASURE}</script>{frame}<script>'
        'const frame = document.getElementById("frame");'
        'frame.onload = () => { document.getElementById("out").textContent = JSON.stringify(measure(frame)); };'
        "</script>",
        encoding="utf-8",
    )
    found = re.search('<pre id="out">(.*?)</pre>', browse(wrapper, "--dump-dom"), re.DOTALL)
    assert found is not None
    facts: dict[str, Any] = json.loads(html.unescape(found[1]))
    return facts


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_page_fits_and_can_be_read(browse: Browse, tmp_path: Path, width: int, language: str) -> None:
    facts = measured(browse, tmp_path, night_report(language), width)

    assert facts["overflow"] == 0
    assert facts["cut"] == []
    assert facts["faint"] == []


def test_browser_sees_the_styled_page_and_nothing_that_files_or_calls_smuggled_in(
    browse: Browse, tmp_path: Path
) -> None:
    report = night_report()
    facts = measured(browse, tmp_path, report, 1280)

    assert facts["background"] == "rgb(243, 245, 248)", "the style is blocked: its digest and the policy disagree"
    assert "script" not in facts["tags"]
    assert "img" not in facts["tags"]
    quotes = [
        piece.text
        for card in (*report.first_look, *report.other_calls)
        for turn in card.turns or ()
        for piece in turn.pieces
        if piece.marked
    ]
    assert facts["marks"] == quotes


def test_screenshot_is_a_picture_of_the_asked_size(browse: Browse, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    browse(write(tmp_path, night_report()), "--window-size=1280,2000", f"--screenshot={shot}")

    data = shot.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (1280, 2000)
    # An empty page of this size compresses to a few kilobytes.
    assert len(data) > 60_000


def pages_of(pdf: Path) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf.read_bytes()))


def test_print_is_a4_and_opens_the_conversations(browse: Browse, tmp_path: Path) -> None:
    report = night_report()
    full = tmp_path / "full.pdf"
    browse(write(tmp_path, report), "--no-pdf-header-footer", f"--print-to-pdf={full}")
    bare = tmp_path / "bare.pdf"
    without = replace(report, other_calls=tuple(replace(card, turns=None) for card in report.other_calls))
    browse(write(tmp_path, without), "--no-pdf-header-footer", f"--print-to-pdf={bare}")

    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", full.read_bytes())
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    # The long call alone holds three pages of conversation, closed on screen.
    assert pages_of(full) >= pages_of(bare) + 2


def test_big_page_opens(browse: Browse, tmp_path: Path) -> None:
    report = build_run_report(night.busy_night(2000), generated_at=night.GENERATED_AT)
    page = write(tmp_path, report)

    assert report.left_out_calls == 0
    assert page.stat().st_size < 20_000_000
    shown = browse(page, "--dump-dom")
    assert shown.count('<details class="call') == 2000
