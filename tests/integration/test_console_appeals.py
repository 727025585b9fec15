"""Appeals by way of the console: who objects, who rules, until when, and what a ruling does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callqa.services.review import as_people_see_it, find_call, read_call
from callqa.standards import find_standard
from models.call import CallMeta
from models.keeping import ForgottenPart
from models.person import EVERYBODY
from models.review import Review, ReviewSource
from models.scorecard import Verdict
from storage import Database
from tests import factories
from tests.console import NOW, Console
from tests.scored_calls import put

SHIPPED = find_standard("telecom-hotline-zh")
MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def console(database: Database) -> Console:
    """Calls of A17 in the supervisor's team and in another one, and one of somebody else."""
    found = (factories.finding(verdict=Verdict.MISSED, points=0), factories.finding("apology"))
    with database.unit_of_work() as uow:
        for name, agent, team in (("C1", "A17", "一班"), ("C2", "A17", "二班"), ("C3", "A18", "一班")):
            meta = CallMeta(name, agent, team=team, started_at=factories.STARTED_AT)
            put(uow, name, meta, replace(factories.scorecard(total=50, findings=found), standard=SHIPPED.ref))
        uow.commit()
    console = Console(database.unit_of_work)
    # Scores are stored by the database's clock.
    console.clock.now = datetime.now(UTC)
    return console


def objects(console: Console, call: str = "C1", item: str = "greeting", reason: str = "我问候了") -> int:
    """The agent objects; the appeal's id."""
    answer = console.browser("a17").submit(f"/calls/{call}/appeals", item=item, reason=reason)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].removeprefix("/appeals/"))


def test_an_appeal_from_the_objection_to_the_effective_score(console: Console) -> None:
    agent, lead = console.browser("a17"), console.browser("lead")
    form = agent.get("/calls/C1/appeals/greeting").text
    assert "提交申诉" in form
    assert "申诉截止" in form
    assert "/calls/C1/appeals/greeting" in agent.get("/calls/C1").text
    appeal = objects(console, reason=MARKUP)
    assert f'href="/appeals/{appeal}"' in agent.get("/appeals").text
    page = lead.get(f"/appeals/{appeal}").text
    assert MARKUP not in page
    assert "&lt;script&gt;" in page
    assert "维持原结论" not in agent.get(f"/appeals/{appeal}").text
    answer = lead.submit(f"/appeals/{appeal}", verdict="met", reason=f"确有问候{MARKUP}")
    assert answer.headers["location"] == f"/appeals/{appeal}"
    seen = agent.get(f"/appeals/{appeal}").text
    assert "申诉成立" in seen
    assert "王班长" not in seen
    assert MARKUP not in seen
    assert "王班长" in lead.get(f"/appeals/{appeal}").text
    with console.new_unit() as uow:
        (review,) = uow.reviews.of(["C1"])
        assert (review.verdict, review.source, review.reviewer) == (Verdict.MET, ReviewSource.APPEAL, "lead")
        stored = find_call(uow, "C1", EVERYBODY)
        assert stored is not None
        call = read_call(uow, stored)
        last = [entry.event for entry in uow.audit.entries()][-2:]
    assert [(event.actor, event.action, event.subject) for event in last] == [
        ("a17", "appeal_made", "C1"),
        ("lead", "appeal_ruled", "C1"),
    ]
    assert MARKUP not in repr(last)
    assert call.card is not None
    people = as_people_see_it(call.card, call.reviews, console.services.standards)
    assert people is not None
    assert (call.card.total, people.grade.total) == (50, 100)


def test_an_item_is_appealed_once_and_a_ruling_is_final(console: Console) -> None:
    appeal = objects(console)
    again = console.browser("a17").submit("/calls/C1/appeals", item="greeting", reason="再说一次")
    assert (again.status_code, "已有申诉" in again.text) == (400, True)
    lead = console.browser("lead")
    for verdict, reason in (("", "x"), ("missed", "x"), ("met", " "), ("met", "长" * 1001)):
        assert lead.submit(f"/appeals/{appeal}", verdict=verdict, reason=reason).status_code == 400
    assert lead.submit(f"/appeals/{appeal}", verdict="rejected", reason="没有问候").status_code == 303
    assert lead.submit(f"/appeals/{appeal}", verdict="met", reason="改主意").status_code == 400
    assert console.browser("root").submit("/calls/C1/items/greeting", verdict="met").status_code == 409
    with console.new_unit() as uow:
        assert [review.verdict for review in uow.reviews.of(["C1"])] == [Verdict.MISSED]
    assert console.browser("a17").submit("/calls/C1/appeals", item="greeting", reason="不服").status_code == 400


def test_the_days_to_object_end(console: Console) -> None:
    console.clock.go_on(days=6, hours=23)
    assert "提交申诉" in console.browser("a17").get("/calls/C1/appeals/greeting").text
    console.clock.go_on(hours=2)
    agent = console.browser("a17")
    assert "申诉期已过" in agent.get("/calls/C1/appeals/greeting").text
    assert agent.submit("/calls/C1/appeals", item="greeting", reason="晚了").status_code == 400
    assert "没有待裁定的申诉" in agent.get("/appeals").text


def test_nobody_objects_for_others_or_sees_others_appeals(console: Console) -> None:
    agent = console.browser("a17")
    for call, item in (("C3", "greeting"), ("C1", "nothing"), ("nowhere", "greeting")):
        assert agent.submit(f"/calls/{call}/appeals", item=item, reason="x").status_code == 404
        assert agent.get(f"/calls/{call}/appeals/{item}").status_code == 404
    assert console.browser("lead").submit("/calls/C1/appeals", item="greeting", reason="x").status_code == 403
    other = objects(console, "C2")
    lead = console.browser("lead")
    assert lead.get(f"/appeals/{other}").status_code == 404
    assert lead.submit(f"/appeals/{other}", verdict="met", reason="x").status_code == 404
    assert "C2" not in lead.get("/appeals").text
    assert console.browser("qa").submit(f"/appeals/{other}", verdict="met", reason="x").status_code == 403
    assert "C2" in console.browser("root").get("/appeals").text


def test_nobody_rules_on_their_own_review(console: Console) -> None:
    with console.new_unit() as uow:
        uow.reviews.add(Review("C1", "greeting", Verdict.PARTIAL, "lead", NOW))
        uow.commit()
    appeal = objects(console)
    lead = console.browser("lead")
    assert "须由其他人裁定" in lead.get(f"/appeals/{appeal}").text
    assert lead.submit(f"/appeals/{appeal}", verdict="met", reason="x").status_code == 400
    # What stood was the review, not the machine's verdict.
    assert console.browser("root").submit(f"/appeals/{appeal}", verdict="missed", reason="没有").status_code == 303


def test_an_erased_call_takes_its_appeals_along(console: Console, database: Database) -> None:
    appeal = objects(console)
    console.browser("lead").submit(f"/appeals/{appeal}", verdict="met", reason="是")
    with database.unit_of_work() as uow:
        uow.keeping.forget([factories.recording("C1").id], ForgottenPart.CALL, NOW)
        uow.commit()
    assert console.browser("root").get(f"/appeals/{appeal}").status_code == 404
