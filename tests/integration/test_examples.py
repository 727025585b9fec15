"""How a colleague does an item well: shown only with their consent, without their name, to their own team."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callqa.cli import app
from callqa.practice import find_practice
from callqa.reports.coaching_context import Quote
from callqa.reports.render import render_coaching
from callqa.services.coaching import coaching_report
from callqa.services.examples import consent_to_examples
from callqa.services.overview import Period
from models.call import CallMeta
from models.keeping import ForgottenPart
from models.person import EVERYBODY, Scope
from models.review import Review, ReviewSource
from models.scorecard import Evidence, Verdict
from storage import Database
from tests import factories
from tests.console import NOW, Console
from tests.scored_calls import put

START = factories.STARTED_AT
PERIOD = Period(START.date(), START.date() + timedelta(days=6))
GOOD = "B-1"


def call(
    database: Database, name: str, verdict: Verdict = Verdict.MET, *, team: str | None = "T1", day: int = 1,
    is_sure: bool = True, fatal: bool = False, is_said: bool = True,
    turns: Sequence[tuple[str, str]] | None = None, proofs: Sequence[Evidence] = (),
) -> None:  # fmt: skip
    """A call of the agent that its name begins with, who greets in the second sentence of the first turn."""
    proof = tuple(proofs or [factories.evidence(f"您好{name}", char_start=2)]) if is_said else ()
    found = factories.finding("greeting", verdict, 10 if verdict is Verdict.MET else 0, proof=proof)
    card = factories.scorecard(findings=(replace(found, needs_review=not is_sure),), fatal=fatal)
    meta = CallMeta(name, name[0], f"Name {name[0]}", team, "13800138000", START + timedelta(days=day))
    with database.unit_of_work() as uow:
        put(uow, name, meta, card, turns=turns or [("agent", f"嗯。您好{name}，请讲。稍等。"), ("customer", "你好")])
        uow.commit()


def missed(database: Database, agent_id: str = "A", team: str | None = "T1") -> None:
    for number in range(8):
        call(database, f"{agent_id}-m{number}", Verdict.MISSED, team=team)


def reviewed(
    database: Database, call_id: str, verdict: Verdict, hours: float = 0, source: ReviewSource = ReviewSource.CONSOLE
) -> None:
    at = START + timedelta(days=2, hours=hours)
    with database.unit_of_work() as uow:
        uow.reviews.add(Review(call_id, "greeting", verdict, "qa", at, source=source))
        uow.commit()


def consent(database: Database, *agents: str, is_given: bool = True) -> None:
    for agent_id in agents:
        assert consent_to_examples(agent_id, is_given, agent_id, START, database.unit_of_work)


def example(database: Database, agent_id: str = "A", scope: Scope = EVERYBODY) -> Quote | None:
    found = coaching_report(agent_id, PERIOD, find_practice("", "zh"), "zh", START, scope, database.unit_of_work)
    assert found is not None
    (habit,) = found.habits
    assert habit.practice, "the training library stays, whoever consents"
    return habit.example


def test_only_who_consents_is_an_example_and_no_longer_than_that(database: Database) -> None:
    missed(database)
    call(database, GOOD)
    assert example(database) is None
    consent(database, "A", "B")
    shown = example(database)
    assert shown is not None
    assert (shown.call_id, shown.words, shown.start_s) == (GOOD, f"您好{GOOD}，请讲。", 0.4)
    consent(database, "B", is_given=False)
    assert example(database) is None


def test_the_page_shows_words_and_second_but_not_whose_they_are(database: Database) -> None:
    missed(database)
    call(database, GOOD)
    consent(database, "B")
    found = coaching_report("A", PERIOD, {}, "zh", START, Scope(None, "A"), database.unit_of_work)
    assert found is not None
    page = render_coaching(found, "https://qa.example.com")
    part = page.split("做得好的同事这样说")[1].split("</blockquote>")[0]
    assert f"您好{GOOD}" in part
    assert "00:00.4" in part
    assert "Name B" not in page
    assert "href" not in part
    assert factories.recording(GOOD).id in part, "whoever erases the customer finds the page by it"


@pytest.mark.parametrize(
    ("what", "how", "reviews", "is_shown"),
    [
        ("a doubt of the machine", {"is_sure": False}, [], False),
        ("a doubt that a person took away", {"is_sure": False}, [Verdict.MET], True),
        ("a person took it back", {}, [Verdict.MISSED], False),
        ("the last person confirmed it", {}, [Verdict.MISSED, Verdict.MET], True),
        ("not met", {"verdict": Verdict.PARTIAL}, [], False),
        ("a fatal finding in the same call", {"fatal": True}, [], False),
        ("nothing said that could be shown", {"is_said": False}, [], False),
        ("another team", {"team": "T2"}, [], False),
        ("no team", {"team": None}, [], False),
        ("before the period", {"day": -1}, [], False),
        ("after the period", {"day": 7}, [], False),
    ],
)
def test_an_example_is_surely_good(
    database: Database, what: str, how: dict[str, Any], reviews: list[Verdict], is_shown: bool
) -> None:
    missed(database)
    call(database, GOOD, **how)
    for hours, verdict in enumerate(reviews):
        reviewed(database, GOOD, verdict, hours)
    consent(database, "B")
    assert (example(database) is not None) is is_shown, what


def test_a_ruling_is_final(database: Database) -> None:
    missed(database)
    call(database, GOOD)
    consent(database, "B")
    reviewed(database, GOOD, Verdict.MISSED, 0, ReviewSource.APPEAL)
    reviewed(database, GOOD, Verdict.MET, 1)
    assert example(database) is None


SORRY, ANGRY = factories.evidence("很抱歉", 1), factories.evidence("太慢了", 0, char_start=1)


@pytest.mark.parametrize(
    ("turns", "proofs", "words"),
    [
        ([("customer", "你太慢了。"), ("agent", "很抱歉，让您久等")], [ANGRY, SORRY], "很抱歉，让您久等"),
        ([("customer", "你太慢了。"), ("customer", "很抱歉")], [ANGRY, SORRY], None),
        ([("agent", "你太慢了。"), ("unknown", "很抱歉")], [SORRY], None),
        ([("customer", "你太慢了。"), ("agent", "抱歉")], [ANGRY, SORRY], None),
        ([("customer", "啊"), ("agent", "很抱歉" + "啊" * 200)], [SORRY], "很抱歉" + "啊" * 80),
    ],
)  # fmt: skip
def test_the_words_are_the_agents_and_a_sentence(
    database: Database, turns: list[tuple[str, str]], proofs: list[Evidence], words: str | None
) -> None:
    missed(database)
    call(database, GOOD, turns=turns, proofs=proofs)
    consent(database, "B")
    shown = example(database)
    assert (None if shown is None else shown.words) == words


def test_of_a_call_whose_text_is_gone_there_is_no_example(database: Database) -> None:
    missed(database)
    call(database, GOOD)
    call(database, "B-old", day=0)
    consent(database, "B")
    with database.unit_of_work() as uow:
        uow.keeping.forget([factories.recording(GOOD).id], ForgottenPart.TEXT, START)
        uow.commit()
    shown = example(database)
    assert shown is not None
    assert shown.call_id == "B-old"


def test_the_confirmed_comes_first_then_the_newest(database: Database) -> None:
    missed(database)
    for name, day in (("B-1", 1), ("C-2", 3), ("B-3", 2)):
        call(database, name, day=day)
    consent(database, "B", "C")
    shown = example(database)
    assert shown is not None
    assert shown.call_id == "C-2"
    reviewed(database, "B-1", Verdict.MET)
    shown = example(database)
    assert shown is not None
    assert shown.call_id == "B-1"


def test_where_there_are_no_teams_all_are_colleagues(database: Database) -> None:
    missed(database, team=None)
    call(database, GOOD, team=None)
    consent(database, "B")
    assert example(database) is not None
    assert example(database, scope=Scope(None, "A")) is not None


def run(url: str, home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--database-url", url, "--home", str(home)])


def test_the_command_keeps_it_and_the_log_says_so_once(database: Database, database_url: str, tmp_path: Path) -> None:
    call(database, GOOD)
    for option, told in (("", "未同意"), ("--yes", "B 同意"), ("--yes", "B 同意"), ("", "B 同意"), ("--no", "未同意")):
        more = (option, "--by", "王") if option else ()
        done = run(database_url, tmp_path, "coaching", "consent", "B", *more)
        assert (done.exit_code, told in done.output) == (0, True), (option, done.output, done.exception)
    refused = run(database_url, tmp_path, "coaching", "consent", "nobody", "--yes")
    assert "no agent 'nobody'" in str(refused.exception)
    with database.unit_of_work() as uow:
        events = [entry.event for entry in uow.audit.entries()]
    kept = [(one.actor, one.action, one.subject, one.details["is_given"]) for one in events]
    assert kept == [("王", "examples_consented", "B", given) for given in (True, False)]
    listed = run(database_url, tmp_path, "audit", "list")
    assert "示例展示意愿" in re.sub(r"\s", "", listed.output)


def test_a_page_with_the_example_goes_when_its_customer_is_erased(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    missed(database)
    call(database, GOOD)
    with database.unit_of_work() as uow:
        put(uow, "other", CallMeta("B-other", "B", None, "T1", "13900139000", START), factories.scorecard())
        uow.commit()
    consent(database, "B")
    found = coaching_report("A", PERIOD, {}, "zh", START, EVERYBODY, database.unit_of_work)
    assert found is not None
    shown = found.habits[0].example
    # As if the page named no other call of the customer.
    bare = replace(found, habits=(replace(found.habits[0], quotes=()),), strengths=())
    page = tmp_path / "reports" / "a.html"
    page.parent.mkdir()
    page.write_text(render_coaching(bare), encoding="utf-8")
    assert shown is not None
    assert shown.call_id not in page.read_text(encoding="utf-8").replace(f"您好{GOOD}", "")
    page.write_text(page.read_text(encoding="utf-8").replace(f"您好{GOOD}", "您好"), encoding="utf-8")

    done = run(database_url, tmp_path, "privacy", "erase", "13800138000", "--json")
    assert done.exit_code == 0, done.output + str(done.exception)
    assert [Path(one).name for one in json.loads(done.stdout)["reports"]] == ["a.html"]


@pytest.fixture
def console(database: Database) -> Console:
    """Six calls of A17 without a greeting and one of A18 with one, both in the first team."""
    with database.unit_of_work() as uow:
        for number in range(7):
            agent_id, verdict = ("A18", Verdict.MET) if number == 6 else ("A17", Verdict.MISSED)
            said = (replace(factories.evidence("您好，工号六号"), start_s=2.5),)
            turns = [("agent", "您好，工号六号，请讲。")]
            meta = CallMeta(f"C{number}", agent_id, None, "一班", started_at=NOW - timedelta(days=2))
            put(
                uow,
                meta.call_id,
                meta,
                factories.scorecard(findings=(factories.finding("greeting", verdict, 0, proof=said),)),
                turns=turns,
            )
        uow.commit()
    return Console(database.unit_of_work)


PAGE = "/agents/A17/coaching"


def test_an_agent_decides_on_the_own_page_and_nobody_else(console: Console, database: Database) -> None:
    agent = console.browser("a17")
    own = agent.get(PAGE).text.split('id="example"')[1].split("</section>")[0]
    assert "现在：不同意" in own
    answer = agent.submit(f"{PAGE}/example", PAGE, consent="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#example")
    assert "现在：同意" in agent.get(PAGE).text
    for name in ("lead", "qa", "root"):
        browser = console.browser(name)
        assert 'id="example"' not in browser.get(PAGE).text
        assert browser.submit(f"{PAGE}/example", PAGE, consent="no").status_code == 403
    assert agent.submit("/agents/A18/coaching/example", PAGE, consent="yes").status_code == 404
    assert agent.submit(f"{PAGE}/example", PAGE, consent="anything").status_code == 303
    with database.unit_of_work() as uow:
        assert [(one.agent_id, one.is_given) for one in uow.example_consents.all()] == [("A17", False)]


def test_the_console_shows_the_example_and_leads_to_the_second_of_own_calls(
    console: Console, database: Database
) -> None:
    consent(database, "A18")
    for name in ("a17", "lead"):
        page = console.browser(name).get(PAGE).text
        habits = page.split("要改的习惯</h2>")[1].split("</section>")[0]
        assert "做得好的同事这样说" in habits
        assert "您好，工号六号，请讲。" in habits
        assert "C6" not in habits
        assert "A18" not in habits
        assert '/calls/C5#t=2.5"' in habits
