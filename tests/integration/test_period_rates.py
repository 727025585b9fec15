"""True rates over some days: on the quality page and in the API, of the calls that the visitor may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callqa.cli import app
from callqa.services.overview import Period
from callqa.services.rates import PeriodRates, errors_of, period_rates, run_rates
from callqa.services.rights import Right
from callqa.services.samples import draw_samples
from callqa.services.tokens import make_token
from models.calibration import Calibration, Judgement
from models.call import UNASSIGNED_AGENT, CallMeta
from models.person import EVERYBODY, Scope
from models.ports import UnitOfWork
from models.review import Review
from models.sample import Lots, chance_of
from models.scorecard import Verdict
from scoring.rates import FEWEST_DOUBLE, FEWEST_REVIEWED, NO_ERROR, DoubleVerdicts, ReviewerErrors, reviewer_error
from storage import Database
from tests import factories
from tests.console import NOW, STAFF, Browser, Console
from tests.scored_calls import put

AGENTS = {"A17": "一班", "B1": "二班"}
CALLS_A_DAY = 22
TODAY = NOW.date()
MONTH = Period(TODAY - timedelta(days=29), TODAY)


def call(uow: UnitOfWork, name: str, agent_id: str, days_ago: int, verdict: Verdict, is_unsure: bool = False) -> None:
    meta = CallMeta(name, agent_id, team=AGENTS.get(agent_id), started_at=NOW - timedelta(days=days_ago))
    found = (factories.finding("greeting", verdict), factories.finding("closing"))
    put(uow, name, meta, factories.scorecard(total=80.0, findings=found, needs_review=is_unsure))


def run_of(uow: UnitOfWork, name: str, calls: Sequence[str]) -> str:
    run = uow.runs.start(replace(factories.run(), id=name))
    for one in calls:
        uow.calls.saw(run.id, f"file:///{one}.wav", factories.recording(one).id)
    return run.id


@pytest.fixture
def console(database: Database) -> Console:
    """Two agents of two teams on two days, each day a run, of which 16 calls of each agent's day were drawn."""
    made = Console(database.unit_of_work)
    runs = []
    with database.unit_of_work() as uow:
        for days_ago in (1, 2):
            names = []
            for agent_id in AGENTS:
                for number in range(CALLS_A_DAY):
                    names.append(f"{agent_id}-{days_ago}-{number}")
                    verdict = Verdict.MISSED if number % 5 == 0 else Verdict.MET
                    call(uow, names[-1], agent_id, days_ago, verdict)
            runs.append(run_of(uow, f"run-{days_ago}", names))
        uow.commit()
    for run_id in runs:
        draw_samples(run_id, TODAY, 16, 0, database.unit_of_work)
    return made


def review(database: Database, agents: Sequence[str], item_id: str = "greeting", most: int = 99) -> None:
    """People judge the item of so many drawn calls of each agent's day: as the machine, but every call of B1 is faulty."""
    with database.unit_of_work() as uow:
        for days_ago in (1, 2):
            for draw in uow.samples.of_day(TODAY - timedelta(days=days_ago)):
                for recording_id in draw.recording_ids[:most] if draw.agent_id in agents else ():
                    card = uow.scorecards.of(recording_id)
                    assert card is not None
                    (machine,) = (one.verdict for one in card.findings if one.item_id == item_id)
                    said = Verdict.MISSED if draw.agent_id == "B1" else machine
                    uow.reviews.add(Review(card.call_id, item_id, said, "qa", NOW))
        uow.commit()


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    main = answer.text.split('<main id="content"')[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def caller(console: Console, name: str) -> Browser:
    made = make_token(STAFF[name], "x", [Right.SEE_MACHINE_QUALITY], 30, NOW, console.new_unit)
    return Browser(console.app, headers={"Authorization": f"Bearer {made.key}"})


def test_without_a_review_of_a_drawn_call_there_is_no_rate(console: Console, database: Database) -> None:
    assert period_rates(MONTH, EVERYBODY, database.unit_of_work) == PeriodRates((), 0, 0)
    assert "抽中的通话还没有人复核" in text(console.browser("qa"), "/quality")
    answer = caller(console, "qa").get("/api/v1/rates").json()
    assert answer == {"since": "2026-10-22", "until": "2026-11-20", "items": [], "late": 0, "undrawn": 0}


def test_page_and_api_tell_the_same_of_what_may_be_seen(console: Console, database: Database) -> None:
    review(database, tuple(AGENTS))
    review(database, ("A17",), "closing", most=2)
    page = text(console.browser("qa"), "/quality")
    # All 44 calls of B1 and 10 of A17 are faulty by people's word: about as many are told by the 64 drawn.
    answer = caller(console, "qa").get("/api/v1/rates").json()
    greeting, closing = (
        next(one for one in answer["items"] if one["item_id"] == name) for name in ("greeting", "closing")
    )
    assert (greeting["reviewed"], greeting["unreviewed"], greeting["is_doubtful"]) == (64, 0, False)
    assert greeting["low"] < 54 / 88 < greeting["high"]
    assert f"约 {greeting['share'] * 100:.1f}% ± {(greeting['high'] - greeting['low']) * 50:.1f}" in page
    assert f"{greeting['low'] * 100:.1f}% 至 {greeting['high'] * 100:.1f}%" in page
    assert "64/64（100%）" in page
    assert (closing["share"], closing["missing"], closing["reviewed"]) == (None, FEWEST_REVIEWED - 4, 4)
    assert f"还需 {closing['missing']} 通" in page
    assert "复核不足 80%" not in page
    # The supervisor's team alone: 10 of 44, and nothing of B1.
    (own, _) = sorted(caller(console, "lead").get("/api/v1/rates").json()["items"], key=lambda one: -one["reviewed"])
    assert (own["item_id"], own["reviewed"]) == ("greeting", 32)
    assert own["low"] < 10 / 44 < own["high"] < 0.5
    assert "32/32（100%）" in text(console.browser("lead"), "/quality")
    assert console.browser("a17").get("/quality").status_code == 403


def test_little_reviewed_of_the_draw_is_warned_of(console: Console, database: Database) -> None:
    review(database, tuple(AGENTS), most=12)
    page = text(console.browser("qa"), "/quality")
    assert "▲ 抽中的通话复核不足 80%" in page
    assert re.search(r"greeting ▲ 约 [\d.]+% ± [\d.]+ [\d.]+% 至 [\d.]+% 48/64（75%）", page)
    assert caller(console, "qa").get("/api/v1/rates").json()["items"][0]["is_doubtful"] is True


def test_a_period_is_estimated_as_a_run_of_its_calls_would_be(console: Console, database: Database) -> None:
    review(database, tuple(AGENTS))
    with database.unit_of_work() as uow:
        names = [f"{agent}-{days_ago}-{n}" for agent in AGENTS for days_ago in (1, 2) for n in range(CALLS_A_DAY)]
        run_id = run_of(uow, "both", names)
        cards = {factories.recording(one).id: uow.scorecards.of(factories.recording(one).id) for one in names}
        of_run = run_rates(run_id, {key: card for key, card in cards.items() if card is not None}, uow)
        uow.commit()
    of_period = period_rates(MONTH, EVERYBODY, database.unit_of_work)
    assert {one.item_id: one.rate for one in of_period.items} == of_run.items
    assert (of_period.late, of_period.undrawn) == (of_run.late, of_run.undrawn) == (0, 0)
    # The days alone decide, whichever run the calls were in.
    second_day = TODAY - timedelta(days=2)
    (one_day, _) = period_rates(Period(second_day, second_day), EVERYBODY, database.unit_of_work).items
    assert one_day.rate.reviewed == 32
    assert period_rates(Period(date(2026, 1, 1), second_day - timedelta(days=1)), EVERYBODY, database.unit_of_work) == (
        PeriodRates((), 0, 0)
    )


def test_reviewers_err_as_they_do_on_the_item_where_enough_is_known_of_it(console: Console, database: Database) -> None:
    def judge(calls: int, closing: int) -> None:
        """A closed blind set of so many calls, on so many of them the closing as well; they differ on every tenth."""
        names = [f"A17-{1 + n // CALLS_A_DAY}-{n % CALLS_A_DAY}" for n in range(calls)]
        ids = tuple(factories.recording(one).id for one in names)
        with database.unit_of_work() as uow:
            made = uow.calibrations.add(Calibration(0, "x", "lead", NOW, ids, ("lead", "qa")))
            for who in ("lead", "qa"):
                verdicts = [
                    Judgement(one, item_id, who, Verdict.MET if n % 10 or who == "qa" else Verdict.MISSED, NOW)
                    for item_id, most in (("greeting", calls), ("closing", closing))
                    for n, one in enumerate(ids[:most])
                ]
                uow.calibrations.judge(made, verdicts)
            uow.calibrations.close(made, NOW)
            uow.commit()

    def errors() -> ReviewerErrors:
        with database.unit_of_work() as uow:
            return errors_of(uow)

    assert errors() == ReviewerErrors(NO_ERROR, {})
    judge(FEWEST_DOUBLE, FEWEST_DOUBLE - 10)
    known = errors()
    assert set(known.items) == {"greeting"}
    assert known.on("greeting") == reviewer_error(DoubleVerdicts(3, FEWEST_DOUBLE))
    assert known.on("closing") == known.together == reviewer_error(DoubleVerdicts(5, 2 * FEWEST_DOUBLE - 10))
    judge(10, 10)
    assert errors().on("closing") == reviewer_error(DoubleVerdicts(3, FEWEST_DOUBLE))

    review(database, tuple(AGENTS))
    page = text(console.browser("qa"), "/quality")
    assert f"某项双人评定满 {FEWEST_DOUBLE} 次的按该项" in page


@pytest.mark.parametrize(
    ("language", "known", "unknown"),
    [
        (
            "zh",
            r"greeting：差错率约 ([\d.]+)% ± ([\d.]+)（95% 区间 ([\d.]+)% 至 ([\d.]+)%），已复核抽样 32/32（100%）",
            "复核太少，还需 30 通",
        ),
        (
            "en",
            r"greeting: faults about ([\d.]+) % ± ([\d.]+) \(95 % interval ([\d.]+) % to ([\d.]+) %\), reviewed 32/32 \(100 %\)",
            "30 more are needed",
        ),
    ],
)
def test_the_report_of_a_run_prints_its_rates(
    console: Console, database: Database, database_url: str, tmp_path: Path, language: str, known: str, unknown: str
) -> None:
    where = ["--database-url", database_url, "--home", str(tmp_path), "--language", language]

    def printed() -> list[str]:
        done = CliRunner().invoke(app, ["report", "run", "run-1", *where])
        assert done.exit_code == 0, done.output
        return done.stdout.strip().split("\n")

    assert len(printed()) == 1
    review(database, tuple(AGENTS))
    *lines, address = printed()
    (found,) = (match for line in lines if (match := re.fullmatch(known, line)))
    share, half, low, high = map(float, found.groups())
    assert low < share < high
    assert half == pytest.approx((high - low) / 2, abs=0.11)
    assert any(unknown in line for line in lines)
    assert address.startswith("file:")


def test_what_no_draw_could_reach_is_told(console: Console, database: Database) -> None:
    review(database, tuple(AGENTS))
    with database.unit_of_work() as uow:
        call(uow, "late", "A17", 1, Verdict.MET)
        for name, agent_id, days_ago in (("today", "A17", 0), ("today-b", "B1", 0), ("whose", UNASSIGNED_AGENT, 1)):
            call(uow, name, agent_id, days_ago, Verdict.MET)
        uow.commit()
    everything = period_rates(MONTH, EVERYBODY, database.unit_of_work)
    assert (everything.late, everything.undrawn) == (1, 3)
    of_team = period_rates(MONTH, Scope(frozenset({"二班"})), database.unit_of_work)
    assert (of_team.late, of_team.undrawn) == (0, 1)
    assert period_rates(MONTH, Scope(frozenset()), database.unit_of_work) == PeriodRates((), 0, 0)
    page = text(console.browser("qa"), "/quality")
    assert "另有 1 通在抽样之后才到" in page
    assert "另有 3 通不在抽样范围内" in page


def test_a_call_in_doubt_stands_for_as_many_as_its_chance_says(database: Database) -> None:
    with database.unit_of_work() as uow:
        names = [f"C{number}" for number in range(8)]
        for number, name in enumerate(names):
            call(uow, name, "A17", 1, Verdict.MET, is_unsure=number < 4)
        run_id = run_of(uow, "run", names)
        uow.commit()
    draw_samples(run_id, TODAY, 2, 1, database.unit_of_work)
    in_doubt = chance_of(Lots(8, 2), Lots(4, 1), True)
    # Missed by both draws: three in four, twice.
    assert in_doubt == pytest.approx(1 - 0.75 * 0.75)
    with database.unit_of_work() as uow:
        (draw,) = uow.samples.of_day(TODAY - timedelta(days=1))
        of_greeting = [one for one in uow.samples.items_of(run_id) if one.item_id == "greeting"]
        of_days = uow.samples.items_of_days(MONTH.since, MONTH.until, EVERYBODY)
    assert (draw.of_all, draw.of_unsure) == (Lots(8, 2), Lots(4, 1))
    assert draw.unsure_ids
    expected = [in_doubt if one in draw.unsure_ids else 0.25 for one in sorted(draw.recording_ids)]
    assert [one.chance for one in of_greeting] == expected
    assert [one.chance for one in of_days if one.item_id == "greeting"] == expected
