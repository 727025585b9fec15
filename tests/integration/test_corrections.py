"""What people put right stays right: their verdicts as regression cases of a standard, on both databases."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callqa.classifiers import classifier_in_use
from callqa.cli import app
from callqa.services.corrections import Scoring, StoredCases, check_corrected
from callqa.standards import find_standard
from models.appeal import Appeal, Ruling
from models.errors import StandardError
from models.keeping import ForgottenPart
from models.ports import UnitOfWork
from models.review import Review, ReviewSource
from models.scorecard import Verdict
from scoring import ServiceStandard, load_standard, score_call
from storage import Database
from tests import factories
from tests.unit.small_standard import SMALL

AT = factories.STARTED_AT
NEXT_VERSION = SMALL.replace('version: "1"', 'version: "2"').replace("首个版本。", "第二版。")
OLD = load_standard(SMALL, "old")
KNOWS_MORE = load_standard(NEXT_VERSION.replace("phrases: [您好]", "phrases: [您好, 早上好]"), "more")
KNOWS_LESS = load_standard(NEXT_VERSION.replace("phrases: [您好]", "phrases: [晚上好]"), "less")
SAID = {
    "known": (("agent", "您好，工号123，很高兴为您服务"), ("customer", "查话费"), ("agent", "好的")),
    "unknown": (("agent", "早上好，工号123，很高兴为您服务"), ("customer", "查话费"), ("agent", "好的")),
}
MET, PARTIAL, MISSED = Verdict.MET, Verdict.PARTIAL, Verdict.MISSED


def keep(uow: UnitOfWork, name: str, standard: ServiceStandard = OLD, scorer: str = "rules-1") -> Mapping[str, Verdict]:
    """The call, scored under this standard; the machine's verdicts."""
    heard = factories.transcript(*SAID[name], seed=name)
    uow.calls.add(factories.recording(name), factories.meta(name))
    uow.transcripts.put(heard)
    card = score_call(heard, factories.meta(name), standard, "test")
    uow.scorecards.put(factories.recording(name).id, factories.ENGINE.digest, scorer, card)
    return {finding.item_id: finding.verdict for finding in card.findings}


def say(uow: UnitOfWork, name: str, verdict: Verdict, minute: int, source: ReviewSource = ReviewSource.CONSOLE) -> None:
    uow.reviews.add(Review(name, "greeting", verdict, f"qa{minute}", AT + timedelta(minutes=minute), source=source))


def tried(uow: UnitOfWork, standard: ServiceStandard, in_use: ServiceStandard | None = OLD) -> StoredCases:
    return check_corrected(uow, Scoring(standard, None), Scoring(in_use, None) if in_use is not None else None)


def counts(found: StoredCases) -> tuple[int, int, int]:
    return found.cases, len(found.worse), len(found.open)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((), None),
        (((PARTIAL, ReviewSource.CONSOLE),), None),
        (((MET, ReviewSource.CONSOLE),), MET),
        (((MET, ReviewSource.IMPORT),), MET),
        (((MET, ReviewSource.CONSOLE), (PARTIAL, ReviewSource.CONSOLE)), None),
        (((PARTIAL, ReviewSource.CONSOLE), (MET, ReviewSource.CONSOLE)), MET),
        (((MET, ReviewSource.APPEAL), (PARTIAL, ReviewSource.IMPORT)), MET),
    ],
)
def test_the_standing_verdict_is_a_case_where_the_machine_said_otherwise(
    database: Database, said: tuple[tuple[Verdict, ReviewSource], ...], expected: Verdict | None
) -> None:
    with database.unit_of_work() as uow:
        assert keep(uow, "unknown")["greeting"] is PARTIAL
        for minute, (verdict, source) in enumerate(said):
            say(uow, "unknown", verdict, minute, source)
        found = tried(uow, OLD)
    assert [failure.expected for failure in found.open] == ([] if expected is None else [expected])
    assert found.cases == (0 if expected is None else 1)
    assert found.worse == ()


def test_a_case_stays_when_the_machine_has_learnt_it_and_names_what_forgets_it(database: Database) -> None:
    with database.unit_of_work() as uow:
        keep(uow, "unknown")
        say(uow, "unknown", MET, 1)
        assert counts(tried(uow, KNOWS_MORE)) == (1, 0, 0)
        assert keep(uow, "unknown", KNOWS_MORE, "rules-2")["greeting"] is MET
        assert counts(tried(uow, KNOWS_MORE, KNOWS_MORE)) == (1, 0, 0)
        (failure,) = tried(uow, OLD, KNOWS_MORE).worse
    assert (failure.call_id, failure.item, failure.expected, failure.found, failure.taught_by) == (
        "unknown", "greeting", MET, PARTIAL, ReviewSource.CONSOLE
    )  # fmt: skip


def test_an_upheld_appeal_is_a_case_even_where_the_machine_was_right(database: Database) -> None:
    with database.unit_of_work() as uow:
        assert keep(uow, "known")["greeting"] is MET
        say(uow, "known", MISSED, 1)
        appeal = Appeal(
            0,
            factories.recording("known").id,
            "known",
            "A17",
            "T1",
            "greeting",
            "开头语",
            MISSED,
            "我问候了",
            "a17",
            AT,
        )
        number = uow.appeals.add(appeal)
        assert number is not None
        ruling = Ruling(upheld=True, verdict=MET, reason="确有问候", ruled_by="lead", ruled_at=AT + timedelta(hours=1))
        assert uow.appeals.rule(replace(appeal, id=number), ruling)
        say(uow, "known", MET, 60, ReviewSource.APPEAL)
        (failure,) = tried(uow, KNOWS_LESS).worse
        assert (failure.expected, failure.taught_by) == (MET, ReviewSource.APPEAL)


@pytest.mark.parametrize("part", [ForgottenPart.CALL, ForgottenPart.TEXT])
def test_a_case_goes_with_the_call_or_its_text(database: Database, part: ForgottenPart) -> None:
    with database.unit_of_work() as uow:
        keep(uow, "unknown")
        say(uow, "unknown", MET, 1)
        uow.keeping.forget([factories.recording("unknown").id], part, AT)
        assert counts(tried(uow, OLD)) == (0, 0, 0)


def test_another_standards_calls_and_items_it_does_not_have_are_no_cases(database: Database) -> None:
    other = load_standard(SMALL.replace("id: small-zh", "id: other-zh"), "other")
    with database.unit_of_work() as uow:
        keep(uow, "unknown")
        say(uow, "unknown", MET, 1)
        uow.reviews.add(Review("unknown", "gone", MET, "qa", AT))
        assert counts(tried(uow, other)) == (0, 0, 0)
        assert counts(tried(uow, OLD)) == (1, 0, 1)


def test_what_a_classifier_gets_wrong_that_the_one_in_use_has_right_got_worse(
    database: Database, tmp_path: Path
) -> None:
    shipped = find_standard("telecom-hotline-zh")
    rules, helped = Scoring(shipped, None), Scoring(shipped, classifier_in_use(tmp_path, "zh"))
    heard = factories.transcript(("customer", "我要投诉"), ("agent", "不是说不归我们管，我现在就给您派单。"))
    with database.unit_of_work() as uow:
        uow.calls.add(factories.recording(), factories.meta())
        uow.transcripts.put(heard)
        card = score_call(heard, factories.meta(), shipped, "test", helped.classifier)
        uow.scorecards.put(factories.recording().id, factories.ENGINE.digest, "rules-1", card)
        uow.reviews.add(factories.review("C1", "prohibited", MET))
        found = check_corrected(uow, helped, rules)
        assert [(f.item, f.expected, f.found) for f in found.worse] == [("prohibited", MET, Verdict.VIOLATED)]
        assert counts(check_corrected(uow, rules, helped)) == (1, 0, 0)
        assert counts(check_corrected(uow, helped, helped)) == (1, 0, 1)


@pytest.fixture
def command(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """`callqa ARGUMENTS` where a corrected call is stored and old.yaml is in use."""
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(SMALL, encoding="utf-8")
    with database.unit_of_work() as uow:
        keep(uow, "known", KNOWS_LESS)
        keep(uow, "unknown")
        say(uow, "known", MET, 1)
        say(uow, "unknown", MET, 1)
        uow.commit()
    os.environ |= {"CALLQA_DATABASE_URL": database_url, "CALLQA_HOME": str(tmp_path / "home")}
    os.environ |= {"CALLQA_STANDARD": "old.yaml", "CALLQA_LANGUAGE": "en", "COLUMNS": "200"}
    own = dict(os.environ)

    def run(*arguments: str) -> Result:
        os.environ.clear()
        os.environ |= own
        return CliRunner().invoke(app, list(arguments))

    return run


def test_the_command_lists_what_is_open_and_fails_for_what_got_worse(command: Callable[..., Result]) -> None:
    done = command("standard", "check")
    assert done.exit_code == 0, done.exception
    assert "2 corrections and rulings of people were tried: 0 got worse, 1 are still open." in done.stdout
    assert "call unknown: greeting should be “Met” (reviewed) and is “Partly met”." in done.stdout
    Path("less.yaml").write_text(NEXT_VERSION.replace("phrases: [您好]", "phrases: [晚上好]"), encoding="utf-8")
    worse = command("standard", "check", "less.yaml")
    assert isinstance(worse.exception, StandardError)
    assert "call known: greeting should be “Met”" in str(worse.exception)
    assert "unknown" not in str(worse.exception)
    stored: dict[str, Any] = json.loads(command("standard", "check", "less.yaml", "--json").stdout)["stored"]
    assert stored["cases"] == 2
    assert [one["call_id"] for one in stored["worse"]] == ["known"]
    assert [one["call_id"] for one in stored["open"]] == ["unknown"]


def test_a_classifier_is_tried_on_the_same_calls(command: Callable[..., Result]) -> None:
    done = command("models", "evaluate")
    assert done.exit_code == 0, done.exception
    assert "2 corrections and rulings of people were tried: 0 got worse, 1 are still open." in done.stdout
    assert "call unknown: greeting should be “Met” (reviewed)" in done.stdout
    stored = json.loads(command("models", "evaluate", "--json").stdout)["stored"]
    assert (stored["cases"], stored["worse"], len(stored["open"])) == (2, [], 1)
