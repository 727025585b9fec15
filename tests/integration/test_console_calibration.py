"""Calibration by way of the console: blind while it is open, and what it shows when it is closed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest

from callqa.services.people import add_person
from models.call import CallMeta
from models.person import Person, Post
from models.scorecard import Verdict
from storage import Database
from tests import factories
from tests.console import NOW, PASSWORD, Browser, Console
from tests.scored_calls import put


@pytest.fixture
def console(database: Database) -> Console:
    """Two calls of one team, one of another; all met by the machine's word."""
    with database.unit_of_work() as uow:
        for name, team in (("C1", "一班"), ("C2", "一班"), ("C3", "二班")):
            meta = CallMeta(name, "A17", team=team, started_at=factories.STARTED_AT)
            found = (factories.finding(), factories.finding("apology"))
            put(uow, name, meta, factories.scorecard(findings=found))
        uow.commit()
    console = Console(database.unit_of_work)
    add_person(
        Person("qa2", "孙质检", Post.QA, None, None, NOW), PASSWORD, "test", console.services.hasher, console.new_unit
    )
    return console


def begun(browser: Browser, **fields: str | Sequence[str]) -> str:
    """A set of two calls for two reviewers; its address."""
    given: dict[str, str | Sequence[str]] = {"title": "第一期", "calls": "C1\nC2", "reviewer": ["qa", "qa2"], **fields}
    answer = browser.submit("/calibration", **given)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def judge(browser: Browser, path: str, verdicts: Mapping[str, Verdict]) -> str:
    answer = browser.submit(path, item=list(verdicts), verdict=[v.value for v in verdicts.values()])
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_blind_while_open_and_all_is_shown_when_closed(console: Console) -> None:
    lead, first, second = (console.browser(name) for name in ("lead", "qa", "qa2"))
    path = begun(lead, title="<script>alert(1)</script>")
    page = first.get(f"{path}/calls/1").text
    assert "<script>alert" not in page
    assert "selected" not in page
    assert "C1" not in page
    assert "A17" not in page
    both = {"greeting": Verdict.MET, "apology": Verdict.MISSED}
    assert judge(first, f"{path}/calls/1", both) == f"{path}/calls/2"
    assert judge(first, f"{path}/calls/2", both) == path
    assert judge(second, f"{path}/calls/1", both | {"apology": Verdict.PARTIAL}) == f"{path}/calls/2"
    assert first.get(f"{path}/calls/1").text.count("selected") == 2
    assert "selected" not in second.get(f"{path}/calls/2").text
    for browser in (lead, first, second):
        seen = browser.get(path).text
        assert "2 / 2" in seen
        assert "Krippendorff" not in seen
    assert first.submit(f"{path}/close").status_code == 403
    assert lead.submit(f"{path}/close").status_code == 303
    assert lead.submit(f"{path}/close").status_code == 404
    seen = second.get(path).text
    assert "Krippendorff" in seen
    assert "分歧之处" in seen
    assert "◐" in seen or "部分符合" in seen
    # Not in a key of a form.
    assert re.search(r"\bC1\b", seen)
    assert not re.search(r"\bC2\b", seen)
    assert second.get(f"{path}/calls/2").status_code == 303
    late = second.submit(f"{path}/calls/2", item=list(both), verdict=["met", "met"])
    assert late.status_code in {303, 400}
    with console.new_unit() as uow:
        assert len(uow.calibrations.judgements(int(path.rsplit("/", 1)[1]))) == 6
        assert [e.event.action for e in uow.audit.entries()][-2:] == ["calibration_made", "calibration_closed"]


def test_every_item_must_be_judged_and_again_replaces(console: Console) -> None:
    path = begun(console.browser("root"))
    browser = console.browser("qa")
    missing = browser.submit(f"{path}/calls/1", item=["greeting"], verdict=["met"])
    assert (missing.status_code, "请评定全部项目" in missing.text) == (400, True)
    for verdict in (Verdict.MET, Verdict.MISSED):
        judge(browser, f"{path}/calls/1", {"greeting": verdict, "apology": verdict})
    with console.new_unit() as uow:
        found = uow.calibrations.judgements(int(path.rsplit("/", 1)[1]))
    assert [one.verdict for one in found] == [Verdict.MISSED] * 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": " "}, "请填写名称"),
        ({"calls": ""}, "没有可用的通话"),
        ({"calls": "C3"}, "没有通话 C3"),
        ({"calls": "<b>"}, "没有通话 &lt;b&gt;"),
        ({"reviewer": ["qa"]}, "至少两名评审人"),
        ({"reviewer": ["qa", "a17", "nobody"]}, "至少两名评审人"),
    ],
)
def test_a_set_that_cannot_be(console: Console, fields: dict[str, str | Sequence[str]], said: str) -> None:
    given: dict[str, str | Sequence[str]] = {"title": "一", "calls": "C1", "reviewer": ["qa", "qa2"], **fields}
    answer = console.browser("lead").submit("/calibration", **given)
    assert (answer.status_code, said in answer.text) == (400, True)


def test_a_set_is_for_its_reviewers_and_for_who_may_see_its_calls(console: Console) -> None:
    root = console.browser("root")
    path = begun(root, calls="C1 C3")
    refused = root.submit("/calibration", title="二", calls="C3", reviewer=["qa", "lead"])
    assert (refused.status_code, "王班长 无权查看" in refused.text) == (400, True)
    lead = console.browser("lead")
    assert lead.get(path).status_code == 404
    assert "第一期" not in lead.get("/calibration").text
    assert lead.submit(f"{path}/close").status_code == 404
    for address in (f"{path}/calls/1", f"{path}/calls/9", "/calibration/99", f"{path}/calls/x"):
        assert root.get(address).status_code == 404
    assert console.browser("qa").get(path).status_code == 200


def test_calls_are_drawn_by_chance_from_what_the_lead_may_see(console: Console) -> None:
    console.clock.now = factories.STARTED_AT
    path = begun(console.browser("lead"), calls="", draw="50")
    with console.new_unit() as uow:
        found = uow.calibrations.get(int(path.rsplit("/", 1)[1]))
    assert found is not None
    assert set(found.recordings) == {factories.recording(name).id for name in ("C1", "C2")}
