"""Pointing to a sentence by way of the console: what is offered, kept, refused and shown, also in appeals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest

from callqa.services.lessons import lessons
from callqa.standards import find_standard
from models.call import CallMeta
from models.lesson import LessonSource
from models.review import Sentence, words_digest
from models.scorecard import Verdict
from storage import Database
from tests import factories
from tests.console import Console

RUDE = "您自己看着办吧<b>"
STANDARD = find_standard("telecom-hotline-zh").ref


@pytest.fixture
def console(database: Database) -> Console:
    """A call in which the machine found nothing prohibited, flagged, and no apology."""
    items = (("prohibited", Verdict.MET), ("apology", Verdict.MISSED), ("closing", Verdict.MISSED))
    found = tuple(
        replace(factories.finding(name, verdict, needs_review=name == "prohibited"), criterion=name)
        for name, verdict in items
    )
    heard = factories.transcript(("agent", "您好"), ("customer", "我要投诉"), ("agent", RUDE))
    with database.unit_of_work() as uow:
        meta = CallMeta("C1", "A17", team="一班", started_at=factories.STARTED_AT)
        uow.calls.add(factories.recording(), meta)
        uow.transcripts.put(heard)
        card = replace(factories.scorecard(findings=found, needs_review=True), standard=STANDARD)
        uow.scorecards.put(factories.recording().id, factories.ENGINE.digest, factories.SCORER, card)
        uow.commit()
    console = Console(database.unit_of_work)
    # Scores are stored by the database's clock, and an appeal has its days.
    console.clock.now = datetime.now(UTC)
    return console


def settle(console: Console, item: str = "prohibited", verdict: str = "violated", **form: str) -> str:
    """Where the form leads."""
    answer = console.browser("qa").submit(f"/calls/C1/items/{item}", "/calls/C1", verdict=verdict, **form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def kept(console: Console) -> list[Sentence | None]:
    with console.new_unit() as uow:
        return [review.sentence for review in uow.reviews.of(["C1"])]


def test_only_the_agents_sentences_and_the_kinds_of_the_item_are_offered(console: Console) -> None:
    page = console.browser("qa").get("/calls/C1").text
    prohibited, apology, closing = page.split('<li class="card item"')[1:4]
    for card in (prohibited, apology):
        offered = card.split('<select name="utterance">')[1].split("</select>")[0]
        assert [f'value="{n}"' in offered for n in range(3)] == [True, False, True]
        assert 'value="" ' not in offered
    assert 'name="kind"' in prohibited
    assert 'value="impatience"' in prohibited
    assert 'value="apology"' not in prohibited
    # Under each verdict it can be one thing only, which need not be said.
    assert 'name="kind"' not in apology
    assert 'name="utterance"' not in closing.split("</form>")[0]
    assert RUDE not in page
    assert 'data-key="s"' in prohibited
    assert page.count('data-key="s"') == page.count('data-key="t"') == 1


def test_a_sentence_is_kept_and_stands_beside_the_verdict_ever_after(console: Console) -> None:
    assert settle(console, utterance="2", kind="impatience") == "/calls/C1"
    assert settle(console, "apology", "met", utterance="0", kind="") == "/calls/C1"
    assert kept(console) == [
        Sentence(0, "apology", words_digest("您好")),
        Sentence(2, "impatience", words_digest(RUDE)),
    ]
    console.clock.go_on(minutes=1)
    page = console.browser("qa").get("/calls/C1").text
    # At the item and in the history.
    assert page.count("所指：") == 4
    assert "不耐烦" in page.split("复核记录")[1]
    settle(console)
    # Who says it again without a sentence points to none; the history still knows.
    after = console.browser("qa").get("/calls/C1").text
    assert (after.count("所指："), kept(console)[-1]) == (3, None)
    browser = console.browser("qa")
    browser.submit("/me/looks", language="en")
    assert "Meant: " in browser.get("/calls/C1").text


def test_without_a_sentence_nothing_changes(console: Console) -> None:
    assert settle(console) == "/calls/C1"
    console.clock.go_on(minutes=1)
    assert settle(console, utterance="", kind="") == "/calls/C1"
    assert kept(console) == [None, None]


@pytest.mark.parametrize(
    ("form", "why", "message"),
    [
        ({"utterance": "1", "kind": "abuse"}, "not_agent", "不是坐席说的"),
        ({"utterance": "3", "kind": "abuse"}, "unknown", "请选择本通话中坐席说的一句"),
        ({"utterance": "-1", "kind": "abuse"}, "unknown", "未保存"),
        ({"utterance": "2 ", "kind": "abuse"}, "unknown", "未保存"),
        ({"utterance": "２", "kind": "abuse"}, "unknown", "未保存"),
        ({"utterance": "9" * 5000, "kind": "abuse"}, "unknown", "未保存"),
        ({"kind": "abuse"}, "unknown", "未保存"),
        ({"utterance": "2"}, "no_kind", "属于哪一类"),
        ({"utterance": "2", "kind": "apology"}, "wrong_kind", "不能指定这类语句"),
        ({"utterance": "2", "kind": "abuse", "verdict": "met"}, "wrong_kind", "未保存"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_message(
    console: Console, form: dict[str, str], why: str, message: str
) -> None:
    where = settle(console, **form)
    assert where == f"/calls/C1?said=sentence_{why}"
    page = console.browser("qa").get(where).text
    assert message in page.split('role="alert">')[1].split("</p>")[0]
    assert kept(console) == []


def test_a_made_up_message_is_not_said(console: Console) -> None:
    assert 'role="alert"' not in console.browser("qa").get("/calls/C1?said=receipt").text


def test_a_ruling_that_leaves_the_verdict_keeps_its_sentence(console: Console) -> None:
    settle(console, utterance="2", kind="abuse")
    console.clock.go_on(minutes=1)
    made = console.browser("a17").submit("/calls/C1/appeals", item="prohibited", reason="没有这个意思")
    where = made.headers["location"]
    lead = console.browser("lead")
    assert "所指：" in lead.get(where).text
    console.clock.go_on(minutes=1)
    assert lead.submit(where, verdict="rejected", reason="确有其事").status_code == 303
    assert kept(console) == [Sentence(2, "abuse", words_digest(RUDE))] * 2


def test_a_ruling_that_changes_the_verdict_drops_the_sentence(console: Console) -> None:
    settle(console, utterance="2", kind="abuse")
    console.clock.go_on(minutes=1)
    made = console.browser("a17").submit("/calls/C1/appeals", item="prohibited", reason="没有这个意思")
    console.clock.go_on(minutes=1)
    console.browser("lead").submit(made.headers["location"], verdict="met", reason="是客户的话")
    assert kept(console)[-1] is None


def objected(console: Console) -> str:
    """Where the agent's objection to the charge is ruled on."""
    made = console.browser("a17").submit("/calls/C1/appeals", item="prohibited", reason="没有这个意思")
    console.clock.go_on(minutes=1)
    return str(made.headers["location"])


def test_a_ruling_points_to_a_sentence_and_teaches(console: Console) -> None:
    settle(console, utterance="0", kind="abuse")
    where, lead = objected(console), console.browser("lead")
    form = lead.get(where).text.split("<form")[-1]
    offered = form.split('<select name="utterance">')[1].split("</select>")[0]
    assert [f'value="{n}"' in offered for n in range(3)] == [True, False, True]
    assert 'value="impatience"' in form
    answer = lead.submit(where, verdict="rejected", reason="是后一句", utterance="2", kind="impatience")
    assert answer.status_code == 303
    assert kept(console)[-1] == Sentence(2, "impatience", words_digest(RUDE))
    assert escape(RUDE) in lead.get(where).text.split("所指：")[1]
    with console.new_unit() as uow:
        (lesson,) = [one for one in lessons(uow, "zh") if one.text == RUDE]
    assert (lesson.labels, lesson.source, lesson.taught_by) == (("impatience",), LessonSource.APPEAL, ("lead",))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"utterance": "1", "kind": "abuse"}, "不是坐席说的"),
        ({"utterance": "2"}, "属于哪一类"),
        ({"utterance": "2", "kind": "abuse", "verdict": "met"}, "不能指定这类语句"),
        ({"utterance": "x", "kind": "abuse"}, "请选择本通话中坐席说的一句"),
    ],
)
def test_a_ruling_on_what_cannot_be_meant_is_not_made(console: Console, form: dict[str, str], message: str) -> None:
    settle(console)
    where = objected(console)
    answer = console.browser("lead").submit(where, **({"verdict": "rejected", "reason": "确有其事"} | form))
    assert (answer.status_code, message in answer.text) == (400, True)
    assert kept(console) == [None]
    assert "作出裁定" in console.browser("lead").get(where).text
