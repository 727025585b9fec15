"""The review queue in the console: who sees which calls, searching, assignment, views, and the random sample."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from callqa.services.people import add_person
from callqa.services.rates import run_rates
from callqa.services.samples import draw_samples
from models.call import CallMeta
from models.keeping import ForgottenPart
from models.person import EVERYBODY, Person, Post, Scope
from models.ports import UnitOfWork
from models.queue import Part, QueueCursor, QueueFilter, Urgency
from models.review import Review, ReviewSource, newest_by_item
from models.sample import Frame, Lots, SampledVerdict, draw
from models.scorecard import Verdict
from scoring.rates import Rates
from storage import Database, queue_search, schema
from storage.sealing import Sealer
from storage.search import folded
from storage.search_tables import call_texts
from tests import factories
from tests.console import HASHER, NOW, PASSWORD, Browser, Console
from tests.databases import bare_engine

FATAL = factories.scorecard(
    total=40.0, findings=(factories.finding("prohibited", Verdict.VIOLATED, 0, 0, fatal=True),), fatal=True
)
UNSURE = factories.scorecard(
    total=60.0, findings=(factories.finding("apology", Verdict.MISSED, 0, needs_review=True),), needs_review=True
)
SURE = factories.scorecard(total=95.0)
CALLS = {
    "C1": ("A17", "一班", FATAL, "您好，我想办理携号、转网。"),
    "C2": ("A18", "一班", UNSURE, "宽带断线，<script>alert(1)</script> 退款。"),
    "C3": ("B1", "二班", UNSURE, "携号转网要多久？100%_满意"),
    "C4": ("A17", "一班", SURE, "谢谢再见"),
}


def fill(uow: UnitOfWork) -> None:
    for name, (agent_id, team, card, text) in CALLS.items():
        recording = factories.recording(name)
        uow.calls.add(recording, replace(factories.meta(name, agent_id), team=team))
        uow.transcripts.put(factories.transcript(("agent", "您好很高兴为您服务"), ("customer", text), seed=name))
        card = replace(card, call_id=name, agent_id=agent_id)
        uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card)


@pytest.fixture
def console(database: Database) -> Console:
    with database.unit_of_work() as uow:
        fill(uow)
        uow.commit()
    return Console(database.unit_of_work)


def shown(page: str) -> list[str]:
    return re.findall(r'href="/calls/(\w+)"', page)


def id_of(name: str) -> str:
    return factories.recording(name).id


def found(database: Database, which: QueueFilter, scope: Scope = EVERYBODY) -> list[str]:
    with database.unit_of_work() as uow:
        return [queued.call.call_id for queued in uow.queue.page(scope, which, 50).calls]


def test_each_section_shows_what_belongs_there_and_only_what_may_be_seen(console: Console) -> None:
    reviewer, lead = console.browser("qa"), console.browser("lead")
    must = shown(reviewer.get("/queue").text)
    assert (must[0], sorted(must)) == ("C1", ["C1", "C2", "C3"])
    assert sorted(shown(reviewer.get("/queue?section=all").text)) == ["C1", "C2", "C3", "C4"]
    assert sorted(shown(lead.get("/queue?section=all").text)) == ["C1", "C2", "C4"]
    for path in ("/queue?section=all&team=二班", "/queue?section=all&agent=B1", "/queue?section=all&q=要多久"):
        page = lead.get(path).text
        assert shown(page) == []
        assert "没有符合条件的通话" in page
    assert "二班" not in lead.get("/queue").text
    assert "C3" in shown(reviewer.get("/queue?section=all&agent=B1").text)


def test_scopes_of_several_teams_and_of_an_agent(console: Console, database: Database) -> None:
    every = QueueFilter()
    assert sorted(found(database, every, Scope(frozenset({"一班", "二班"})))) == sorted(CALLS)
    assert found(database, every, Scope(frozenset())) == []
    assert sorted(found(database, every, Scope(None, "A17"))) == ["C1", "C4"]
    assert found(database, QueueFilter(agent_id="A18"), Scope(None, "A17")) == []
    missed = QueueFilter(item_id="apology", verdict=Verdict.MISSED)
    assert sorted(found(database, missed, Scope(frozenset({"一班", "无此班"})))) == ["C2"]
    assert found(database, QueueFilter(phrases=("很高兴为您",)), Scope(frozenset({"二班"}))) == ["C3"]
    with database.unit_of_work() as uow:
        two = uow.queue.page(Scope(frozenset({"一班", "二班"})), every, 2)
        rest = uow.queue.page(Scope(frozenset({"一班", "二班"})), every, 2, two.next)
    assert sorted(queued.call.call_id for page in (two, rest) for queued in page.calls) == sorted(CALLS)


SEARCHES = [
    (("携号转网",), ["C1", "C3"]),
    (("携号，转网",), ["C1", "C3"]),
    (("携号",), ["C1", "C3"]),
    (("转网", "要多久"), ["C3"]),
    (("服务您好我想",), []),
    (("100%_满意",), ["C3"]),
    (("1%满意",), []),
    (("紫色大象",), []),
    (('"OR"',), []),
    (("SCRIPT",), ["C2"]),
    (("，",), sorted(CALLS)),
]


def test_what_was_said_is_found(console: Console, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [(phrases, expected, by_index) for by_index in (False, True) for phrases, expected in SEARCHES]
    for phrases, expected, by_index in cases:
        if by_index:
            monkeypatch.setattr(queue_search, "_BEFORE_INDEX", 1)
            monkeypatch.setattr(queue_search, "_FIRST_LOOK", 1)
        assert sorted(found(database, QueueFilter(phrases=phrases))) == expected, phrases
        narrowed = [name for name in expected if name in {"C2", "C3"}]
        which = QueueFilter(phrases=phrases, urgency=Urgency.UNSURE, until=date(2026, 11, 30))
        assert sorted(found(database, which)) == narrowed, phrases
    page = console.browser("qa").get("/queue?section=all&q=script 退款").text
    assert shown(page) == ["C2"]
    assert "<script>alert" not in page
    assert re.search(r"<q class=\"small\">[^<]*script", page)


def test_a_search_looks_through_so_many_and_can_be_gone_on_with(
    console: Console, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_search, "_FIRST_LOOK", 1)
    monkeypatch.setattr(queue_search, "LOOKED_THROUGH", 1)
    seen, after, pages = [], None, 0
    with database.unit_of_work() as uow:
        while pages == 0 or after is not None:
            page = uow.queue.page(EVERYBODY, QueueFilter(phrases=("再见",)), 50, after)
            seen += [queued.call.call_id for queued in page.calls]
            after, pages = page.next and QueueCursor.parse(str(page.next)), pages + 1
    assert (seen, pages) == (["C4"], 5)
    assert "继续往后找" in console.browser("qa").get("/queue?section=all&q=再见").text


def test_texts_go_with_what_they_are_of(console: Console, database: Database, database_url: str) -> None:
    with database.unit_of_work() as uow:
        uow.keeping.forget([id_of("C1")], ForgottenPart.CALL, NOW)
        uow.keeping.forget([id_of("C3")], ForgottenPart.TEXT, NOW)
        uow.commit()
    assert found(database, QueueFilter(phrases=("携号转网",))) == []
    schema.upgrade(database_url)
    with bare_engine(database_url).connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(call_texts)).scalar() == 2


def test_nothing_that_is_sealed_can_be_searched(console: Console, database: Database, database_url: str) -> None:
    sealed = Database(database_url, Sealer([b"k" * 32]))
    with sealed.unit_of_work() as uow:
        uow.calls.add(factories.recording("S"), factories.meta("S"))
        uow.transcripts.put(factories.transcript(("agent", "这句话不能被找到"), seed="S"))
        uow.commit()
    with bare_engine(database_url).connect() as connection:
        texts = connection.execute(sa.select(call_texts.c.text)).scalars().all()
        assert not any("不能被找到" in text for text in texts)
    with sealed.unit_of_work() as uow:
        uow.sealed.reseal("", 100)
        uow.commit()
    sealed.close()
    assert found(database, QueueFilter(phrases=("携号转网",))) == []


def test_calls_are_given_to_reviewers_who_may_see_them(console: Console, database: Database) -> None:
    other = Person("qb", "孙质检", Post.QA, frozenset({"二班"}), None, NOW)
    add_person(other, PASSWORD, "test", HASHER, console.new_unit)
    lead, reviewer = console.browser("lead"), console.browser("qa")

    def give(browser: Browser, name: str, to: str) -> int:
        sent = {"calls": id_of(name), "reviewer": to, "query": "section=all"}
        status: int = browser.submit("/queue/assign", **sent).status_code
        return status

    assert give(lead, "C1", "qa") == 303
    assert shown(reviewer.get("/queue?section=mine").text) == ["C1"]
    assert "李质检" in lead.get("/queue").text
    assert give(lead, "C3", "qa") == 404
    assert give(lead, "C1", "qb") == 400
    assert give(lead, "C1", "a17") == 400
    assert give(reviewer, "C2", "qb") == 409
    assert give(console.browser("qb"), "C3", "qb") == 303
    assert give(reviewer, "C3", "qa") == 409
    assert give(reviewer, "C1", "") == 303
    assert shown(reviewer.get("/queue?section=mine").text) == []


def test_a_call_that_was_reviewed_is_out_of_the_way(console: Console) -> None:
    with console.new_unit() as uow:
        uow.reviews.add(factories.review("C1", "prohibited"))
        uow.commit()
    reviewer = console.browser("qa")
    assert sorted(shown(reviewer.get("/queue").text)) == ["C2", "C3"]
    assert shown(reviewer.get("/queue?state=done").text) == ["C1"]
    assert sorted(shown(reviewer.get("/queue?state=any").text)) == ["C1", "C2", "C3"]


def test_views_are_ones_own(console: Console) -> None:
    reviewer = console.browser("qa")
    hostile = '<img src=x onerror="1">'
    answer = reviewer.submit("/queue/views", name=hostile, query="section=all&team=一班&next=//elsewhere&q=退款")
    assert answer.headers["location"].startswith("/queue?section=all&q=")
    page = reviewer.get("/queue").text
    assert "<img" not in page
    assert "&lt;img" in page
    assert "elsewhere" not in page
    assert "&lt;img" not in console.browser("lead").get("/queue").text
    console.browser("lead").submit("/queue/views/drop", name=hostile)
    assert "&lt;img" in reviewer.get("/queue").text
    reviewer.submit("/queue/views/drop", name=hostile)
    assert "&lt;img" not in reviewer.get("/queue").text
    assert reviewer.submit("/queue/views", name="").status_code == 400


def test_what_cannot_be_asked_is_refused(console: Console) -> None:
    browser = console.browser("qa")
    for query in ("section=x", "since=x", "verdict=x", "part=x", "least=nan", "after=x", "state=x", "urgency=x"):
        assert browser.get(f"/queue?{query}").status_code == 400, query


def test_the_sample_is_drawn_once_with_a_known_chance(console: Console, database: Database) -> None:
    day = factories.STARTED_AT.date()
    with database.unit_of_work() as uow:
        run = uow.runs.start(factories.run())
        for name in CALLS:
            uow.calls.saw(run.id, f"file:///{name}.wav", id_of(name))
        uow.commit()
    assert draw_samples(run.id, day, 1, 1, database.unit_of_work) == 0
    assert draw_samples(run.id, day + timedelta(days=1), 1, 1, database.unit_of_work) == 3
    assert draw_samples(run.id, day + timedelta(days=1), 1, 1, database.unit_of_work) == 0
    with database.unit_of_work() as uow:
        drawn = {one.agent_id: one for one in uow.samples.of_day(day)}
    assert (drawn["A17"].of_all, drawn["A17"].of_unsure) == (Lots(2, 1), Lots(0, 0))
    assert (drawn["A18"].of_unsure, drawn["A18"].unsure_ids) == (Lots(1, 1), frozenset({id_of("C2")}))
    assert drawn["A17"] == draw("A17", day, {id_of("C4"): False, id_of("C1"): False}, 1, 1)
    assert drawn["A18"] == draw("A18", day, {id_of("C2"): True}, 1, 1)
    page = console.browser("qa").get("/queue?section=sample").text
    assert len(shown(page)) == 3
    assert set(shown(page)) > {"C2", "C3"}


def test_each_call_says_why_it_is_there_and_can_be_asked_for_by_that(console: Console, database: Database) -> None:
    day = factories.STARTED_AT.date()
    with database.unit_of_work() as uow:
        run = uow.runs.start(factories.run())
        for name in CALLS:
            uow.calls.saw(run.id, f"file:///{name}.wav", id_of(name))
        uow.commit()
    draw_samples(run.id, day + timedelta(days=1), 1, 0, database.unit_of_work)
    with database.unit_of_work() as uow:
        drawn = {one for draw in uow.samples.of_day(day) for one in draw.recording_ids}
        # What is sure by now was in doubt when it was drawn.
        uow.scorecards.put(id_of("C3"), factories.ENGINE.digest, "later", replace(SURE, call_id="C3", agent_id="B1"))
        uow.commit()
    (of_a17,) = (name for name in ("C1", "C4") if id_of(name) in drawn)
    expected = {
        "C1": (Part.MUST, *((Part.DRAWN,) if of_a17 == "C1" else ())),
        "C2": (Part.MUST, Part.DOUBT),
        "C3": (Part.DOUBT,),
        "C4": (Part.DRAWN,) if of_a17 == "C4" else (),
    }
    with database.unit_of_work() as uow:
        page = uow.queue.page(EVERYBODY, QueueFilter(), 50)
    assert {one.call.call_id: one.parts for one in page.calls} == expected
    for part in Part:
        belonging = sorted(name for name, parts in expected.items() if part in parts)
        assert sorted(found(database, QueueFilter(part=part))) == belonging, part
        assert sorted(shown(console.browser("qa").get(f"/queue?section=all&part={part}").text)) == belonging
    assert found(database, QueueFilter(part=Part.MUST, urgency=Urgency.NONE)) == []
    assert found(database, QueueFilter(part=Part.DOUBT), Scope(frozenset({"一班"}))) == ["C2"]
    assert found(database, QueueFilter(part=Part.DOUBT, phrases=("要多久",))) == ["C3"]
    in_sample = console.browser("qa").get("/queue?section=sample&part=must").text
    assert sorted(shown(in_sample)) == sorted({"C2", of_a17} - {"C4"})
    assert "存疑抽检</span>" in in_sample
    assert "必须复核</span>" in in_sample
    # There each of them is.
    assert "必须复核</span>" not in console.browser("qa").get("/queue").text


def test_what_people_say_of_drawn_calls_is_read_with_the_chance_of_the_draw(
    console: Console, database: Database
) -> None:
    day = factories.STARTED_AT.date()
    with database.unit_of_work() as uow:
        run = uow.runs.start(factories.run())
        for name in CALLS:
            uow.calls.saw(run.id, f"file:///{name}.wav", id_of(name))
        uow.commit()
    draw_samples(run.id, day + timedelta(days=1), 1, 1, database.unit_of_work)
    with database.unit_of_work() as uow:
        (drawn,) = (one for one in uow.samples.of_day(day) if one.agent_id == "A17")
        (in_sample,) = (name for name in ("C1", "C4") if id_of(name) in drawn.recording_ids)
        card = uow.scorecards.of(id_of(in_sample))
        assert card is not None
        item, machine = card.findings[0].item_id, card.findings[0].verdict
        earlier, later = factories.STARTED_AT + timedelta(hours=1), factories.STARTED_AT + timedelta(hours=2)
        uow.reviews.add(Review(in_sample, item, Verdict.MET, "lin", later))
        uow.reviews.add(Review(in_sample, item, Verdict.VIOLATED, "he", earlier))
        # Not drawn: what a reviewer chose to look at says nothing of the other calls.
        other = "C1" if in_sample == "C4" else "C4"
        not_drawn = uow.scorecards.of(id_of(other))
        assert not_drawn is not None
        uow.reviews.add(Review(other, not_drawn.findings[0].item_id, Verdict.VIOLATED, "lin", later))
        uow.commit()
    with database.unit_of_work() as uow:
        found = uow.samples.items_of(run.id)
        assert [one for one in found if one.person] == [SampledVerdict(item, machine, Verdict.MET, 0.5)]
        cards = [uow.scorecards.of(id_of(name)) for name in (in_sample, "C2", "C3")]
        assert len(found) == sum(len(one.findings) for one in cards if one is not None)
        assert sorted({one.chance for one in found}) == [0.5, 1.0]
        # A ruling holds, whatever is imported later: here, against the machine, and on the call's page.
        ruled = Review(in_sample, item, Verdict.PARTIAL, "lead", earlier, source=ReviewSource.APPEAL)
        uow.reviews.add(ruled)
        found = uow.samples.items_of(run.id)
        assert [one for one in found if one.person] == [SampledVerdict(item, machine, Verdict.PARTIAL, 0.5)]
        looked_at = uow.glances.reviewed(earlier, later + timedelta(hours=1), EVERYBODY)
        assert sorted(one.person for one in looked_at) == [Verdict.PARTIAL, Verdict.VIOLATED]
        assert newest_by_item(uow.reviews.of([in_sample]))[item] == ruled
        assert uow.samples.items_of("another run") == []


def test_rates_speak_for_the_days_that_were_drawn_and_tell_what_came_late(console: Console, database: Database) -> None:
    day = factories.STARTED_AT.date()
    with database.unit_of_work() as uow:
        run = uow.runs.start(factories.run())
        for name in CALLS:
            uow.calls.saw(run.id, f"file:///{name}.wav", id_of(name))
        uow.commit()
        assert uow.samples.frame(run.id) == Frame(frozenset(), 0)
    draw_samples(run.id, day + timedelta(days=1), 1, 1, database.unit_of_work)
    with database.unit_of_work() as uow:
        drawn = uow.samples.of_day(day)
        before = uow.samples.frame(run.id)
        assert before.late == 0
        assert len(before.recording_ids) == sum(one.of_all.calls for one in drawn)
        # On a drawn day, but in no run that this one knows of; and one on a day without a draw.
        for name, started_at in (("late", factories.STARTED_AT), ("next", factories.STARTED_AT + timedelta(days=1))):
            uow.calls.add(factories.recording(name), CallMeta(name, "A17", started_at=started_at))
            uow.transcripts.put(factories.transcript(("agent", "您好"), seed=name))
            card = replace(SURE, call_id=name, agent_id="A17")
            uow.scorecards.put(id_of(name), factories.ENGINE.digest, factories.SCORER, card)
        uow.calls.saw(run.id, "file:///next.wav", id_of("next"))
        assert uow.samples.frame(run.id) == replace(before, late=1)
        assert uow.samples.frame("another run") == Frame(frozenset(), 0)
        names = [*CALLS, "next"]
        by_id = {id_of(name): one for name in names if (one := uow.scorecards.of(id_of(name))) is not None}
        assert run_rates(run.id, by_id, uow) == Rates({})
        item = UNSURE.findings[0].item_id
        uow.reviews.add(Review("C2", item, Verdict.MET, "lin", factories.STARTED_AT))
        found = run_rates(run.id, by_id, uow)
        assert (found.late, found.undrawn) == (1, len(by_id) - len(before.recording_ids))
        assert (found.items[item].reviewed, found.items[item].unreviewed) == (1, 1)


def test_a_longer_page_asks_the_database_no_more_often(console: Console, database: Database) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    counts = []
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for size in (1, len(CALLS)):
            sent.clear()
            with database.unit_of_work() as uow:
                assert len(uow.queue.page(EVERYBODY, QueueFilter(urgency=Urgency.UNSURE), size).calls) == min(size, 2)
            counts.append(len(sent))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]


def test_folding_leaves_what_is_said() -> None:
    assert folded("您好，Call 10086。\n") == "您好call10086"


def test_a_meta_without_team_is_seen_by_who_sees_all(database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording("N"), CallMeta("N", "A17", started_at=factories.STARTED_AT))
        uow.transcripts.put(factories.transcript(("agent", "您好"), seed="N"))
        uow.scorecards.put(id_of("N"), factories.ENGINE.digest, factories.SCORER, replace(SURE, call_id="N"))
        uow.commit()
    assert found(database, QueueFilter()) == ["N"]
    assert found(database, QueueFilter(), Scope(frozenset({"一班"}))) == []
