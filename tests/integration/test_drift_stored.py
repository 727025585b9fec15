"""The drift alarm on stored calls: what it says of teams, of changes in between, and to whom."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from callqa.alerts.webhook import Webhook
from callqa.cli import app
from callqa.services.alarm import Alarm, AlarmRules
from callqa.services.drift import Drift, look_for_drift
from callqa.tls import trusting
from models.alert import AlertKind
from models.call import CallMeta
from models.person import EVERYBODY, Scope
from models.ports import UnitOfWork
from models.scorecard import StandardRef, Verdict
from models.transcript import EngineReceipt
from scoring.drift import Cause, DriftRules, Measure
from storage import Database
from tests import factories
from tests.alert_servers import receiving
from tests.console import NOW, Console

TODAY = NOW.date()
SECOND = "二班[b]"
"""Looks like markup of the terminal."""
NEWER = replace(factories.STANDARD, version="2026.2", digest="sha256:" + "5" * 64)
OTHER_ENGINE = replace(factories.ENGINE, model="other", digest="sha256:" + "6" * 64)


@dataclass
class Centre:
    """Calls day by day, of two teams; the fields say how those that follow are."""

    uow: UnitOfWork
    faults: float = 0.1
    of_second: float = 0.1
    confidence: float = 0.9
    standard: StandardRef = factories.STANDARD
    engine: EngineReceipt = factories.ENGINE
    scorer: str = factories.SCORER

    def days(self, first: int, last: int, calls: int = 5) -> None:
        """From so many days ago to so many, so many calls of each team a day."""
        rng = random.Random(first)
        for ago in range(first, last - 1, -1):
            for team, share in (("一班", self.faults), (SECOND, self.of_second)):
                for number in range(calls):
                    self._call(f"{ago}-{team}-{number}", team, ago, rng.random() < share, rng.uniform(-0.05, 0.05))

    def _call(self, name: str, team: str, ago: int, is_fault: bool, beside: float) -> None:
        recording = factories.recording(name)
        self.uow.calls.add(recording, CallMeta(name, f"A-{team}", None, team, started_at=NOW - timedelta(days=ago)))
        said = factories.transcript(("agent", "您好"), seed=name)
        turns = tuple(replace(turn, confidence=self.confidence + beside) for turn in said.utterances)
        self.uow.transcripts.put(replace(said, utterances=turns, engine=self.engine))
        verdict = Verdict.MISSED if is_fault else Verdict.MET
        card = factories.scorecard(name, findings=(factories.finding("greeting", verdict),))
        card = replace(card, agent_id=f"A-{team}", standard=self.standard)
        self.uow.scorecards.put(recording.id, self.engine.digest, self.scorer, card)


def look(database: Database, scope: Scope = EVERYBODY, today: date = TODAY) -> Drift:
    found = look_for_drift(today, DriftRules(), scope, database.unit_of_work)
    assert found is not None
    return found


def told(found: Drift) -> list[tuple[Measure, str | None]]:
    return [(shift.subject.measure, shift.subject.team) for shift in found.shifts]


def made(database: Database, tell: Callable[[Centre], None]) -> None:
    with database.unit_of_work() as uow:
        tell(Centre(uow))
        uow.commit()


def with_more_faults(centre: Centre) -> None:
    """In the second team, in the last three days."""
    centre.days(13, 4)
    centre.of_second = 0.9
    centre.days(3, 1, calls=11)


def test_without_a_call_there_is_nothing_to_compare(database: Database) -> None:
    assert look_for_drift(TODAY, DriftRules(), EVERYBODY, database.unit_of_work) is None


def test_a_teams_shift_is_found_where_it_is_and_by_whom_may_see_it(database: Database) -> None:
    made(database, with_more_faults)
    before = look(database, today=TODAY - timedelta(days=4))
    assert before.compared > 0
    assert before.shifts == ()
    found = look(database)
    assert (found.newest.until, found.newest.days, found.reference.days) == (TODAY - timedelta(days=1), 3, 28)
    assert told(found) == [(Measure.FAULTS, SECOND), (Measure.FAULTS, None)]
    assert found.shifts[0].now > 0.7 > 0.3 > found.shifts[0].before
    assert found.alarms == found.shifts
    assert look(database, Scope(frozenset({"一班"}))).shifts == ()
    # Its team is all there is for its supervisor.
    assert told(look(database, Scope(frozenset({SECOND})))) == [(Measure.FAULTS, None)]


@pytest.mark.slow
def test_worse_recognition_is_found_by_its_confidence(database: Database) -> None:
    def worse(centre: Centre) -> None:
        centre.days(13, 4)
        centre.confidence = 0.7
        centre.days(3, 1, calls=5)

    made(database, worse)
    assert told(look(database)) == [(Measure.CONFIDENCE, None)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda centre: replace(centre, standard=NEWER), Cause.STANDARD),
        (lambda centre: replace(centre, engine=OTHER_ENGINE), Cause.ENGINE),
        (lambda centre: replace(centre, scorer="rules-9"), Cause.SCORER),
    ],
)
def test_what_was_changed_in_between_is_named_and_no_alarm(
    database: Database, change: Callable[[Centre], Centre], cause: Cause
) -> None:
    def changed(centre: Centre) -> None:
        centre.days(13, 4)
        change(replace(centre, faults=0.9, of_second=0.9)).days(3, 1, calls=11)

    made(database, changed)
    found = look(database)
    assert {shift.causes for shift in found.shifts} == {(cause,)}
    assert {shift.subject.measure for shift in found.shifts} == {Measure.FAULTS}
    assert found.alarms == ()


@pytest.mark.slow
def test_after_a_week_with_the_change_days_are_compared_with_those_that_have_it(database: Database) -> None:
    def changed(centre: Centre) -> None:
        centre.days(13, 11)
        after = replace(centre, engine=OTHER_ENGINE, faults=0.9, of_second=0.9)
        after.days(10, 4)
        after.days(3, 1, calls=11)

    made(database, changed)
    assert look(database).shifts == ()


def test_a_shift_is_told_once_a_week_and_in_figures_alone(database: Database) -> None:
    made(database, with_more_faults)
    at = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    with receiving() as receiver:
        hook = Webhook(receiver.url, "secret", trusting("", "alert_ca_file"), delays_s=())
        for kinds in ({AlertKind.FATAL}, {AlertKind.DRIFT}, {AlertKind.DRIFT}):
            Alarm((hook,), AlarmRules(frozenset(kinds), 0.1, 24.0, DriftRules()), database.unit_of_work).drift(None, at)
    (post,) = receiver.posted
    body = json.loads(post.body)
    assert body["kind"] == "drift"
    assert body["facts"]["figures"] == [
        f"faults+ greeting {SECOND} {factories.STANDARD.id}",
        f"faults+ greeting {factories.STANDARD.id}",
    ]
    assert body["facts"]["shifts"] == 2


def test_the_command_and_the_console_show_shifts_to_who_may_see_them(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(database, with_more_faults)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("callqa.cli.drift.today", lambda _: TODAY)
    monkeypatch.setenv("CALLQA_DATABASE_URL", database_url)
    done = CliRunner().invoke(app, ["models", "drift", "--json"], catch_exceptions=False)
    assert done.exit_code == 3
    said = json.loads(done.stdout)
    assert said["alarms"] == 2
    first = said["shifts"][0]
    expected = {"measure": "faults", "item": "greeting", "team": SECOND, "causes": [], "alarm": True, "calls": 33}
    assert first | expected == first
    done = CliRunner().invoke(app, ["models", "drift"], catch_exceptions=False)
    assert done.exit_code == 3
    assert "扣分率" in done.stdout
    assert "原因未知" in done.stdout
    assert SECOND in done.stdout
    assert CliRunner().invoke(app, ["models", "drift", "--days", "0"]).exit_code == 2
    console = Console(database.unit_of_work)
    page = console.browser("qa").get("/quality").text
    for words in ("指标偏移", SECOND, "原因未知"):
        assert words in page
    page = console.browser("lead").get("/quality").text
    assert "没有发现偏移" in page
    assert SECOND not in page


def test_the_command_on_a_database_without_calls(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLQA_DATABASE_URL", database_url)
    done = CliRunner().invoke(app, ["models", "drift", "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["shifts"] == []


def with_a_classifier_a_week(centre: Centre, of_second: float) -> None:
    """The newest one came with the newest days; then the second team's faults are what is said."""
    for week, first in enumerate((28, 21, 14, 7)):
        replace(centre, scorer=f"rules-9+week-{week}").days(first, max(first - 6, 4))
    replace(centre, scorer="rules-9+week-4", of_second=of_second).days(3, 1, calls=11)


@pytest.mark.parametrize("of_second", [0.1, 0.9])
def test_classifiers_that_are_exchanged_every_week_hide_no_shift(database: Database, of_second: float) -> None:
    made(database, lambda centre: with_a_classifier_a_week(centre, of_second))
    found = look(database)
    assert found.compared > 0
    assert told(found)[:1] == ([(Measure.FAULTS, SECOND)] if of_second > 0.5 else [])
    assert found.alarms == found.shifts
    for shift in found.shifts:
        assert (shift.causes, shift.routine) == ((), (Cause.SCORER,))


def test_who_is_told_hears_of_the_exchanges_too(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(database, lambda centre: with_a_classifier_a_week(centre, 0.9))
    at = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    with receiving() as receiver:
        hook = Webhook(receiver.url, "secret", trusting("", "alert_ca_file"), delays_s=())
        rules = AlarmRules(frozenset({AlertKind.DRIFT}), 0.1, 24.0, DriftRules())
        Alarm((hook,), rules, database.unit_of_work).drift(None, at)
    (post,) = receiver.posted
    assert json.loads(post.body)["facts"]["also_changed"] == "scorer"
    monkeypatch.setattr("callqa.cli.drift.today", lambda _: TODAY)
    monkeypatch.setenv("CALLQA_DATABASE_URL", database_url)
    done = CliRunner().invoke(app, ["models", "drift", "--json"], catch_exceptions=False)
    assert (done.exit_code, json.loads(done.stdout)["shifts"][0]["routine"]) == (3, ["scorer"])
    assert "超出历次更换的影响" in Console(database.unit_of_work).browser("qa").get("/quality").text
