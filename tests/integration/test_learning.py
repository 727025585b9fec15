"""Retraining from what people say of stored calls, and the way back. The contest itself: tests/unit/test_contest.py."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.learning import month
from callqa.classifier_history import DeedKind, read_history
from callqa.classifiers import SHIPPED, classifier_in_use, find_classifier, name_in_use
from callqa.cli import app
from callqa.services.classifiers import promote, rollback
from callqa.services.learning import retrain
from callqa.standards import find_standard
from models.audit import AuditAction
from models.errors import InputError, ModelError
from models.lesson import family_of, held_out
from models.review import Review, ReviewSource, Sentence, words_digest
from models.scorecard import Verdict
from scoring import score_call
from scoring.classifier.labels import OUTPUTS
from storage import Database
from tests import factories

AT = factories.STARTED_AT
STANDARD = find_standard("telecom-hotline-zh")
PHRASE = "这单子我给您挂上，礼拜{}准能看到数"
KNOWN = "您放心，我礼拜{}下午五点前给您回电话"
"""What the classifier that comes with callqa takes for what it is."""
DAYS = "一二三四五六"


def keep(
    database: Database, count: int, phrase: str = PHRASE, verdict: Verdict = Verdict.MET, sentence: bool = True
) -> None:
    """Calls in which an agent promises something by a day, each reviewed by somebody who points to the words."""
    shipped = find_classifier(Path("nowhere"), SHIPPED)
    with database.unit_of_work() as uow:
        for number in range(count):
            name, words = f"C{number}", phrase.format(DAYS[number % len(DAYS)]) + "啊" * (number // len(DAYS))
            heard = factories.transcript(
                ("agent", "您好，云联通信，请问有什么可以帮您？"),
                ("customer", "我的钱什么时候退？"),
                ("agent", words),
                ("customer", "行吧。"),
                seed=name,
            )
            uow.calls.add(factories.recording(name), factories.meta(name))
            uow.transcripts.put(heard)
            card = score_call(heard, factories.meta(name), STANDARD, "test", shipped)
            uow.scorecards.put(factories.recording(name).id, factories.ENGINE.digest, "rules-test", card)
            meant = Sentence(2, "commitment_concrete", words_digest(words)) if sentence else None
            uow.reviews.add(
                Review(
                    name,
                    "commitment",
                    verdict,
                    "qa1",
                    AT + timedelta(minutes=number),
                    None,
                    ReviewSource.CONSOLE,
                    meant,
                )
            )
        uow.commit()


def learn(database: Database, home: Path, day: int = 1) -> DeedKind | None:
    deed = retrain(STANDARD, home, "lead", AT + timedelta(days=day), database.unit_of_work)
    return None if deed is None else deed.kind


@pytest.mark.slow
def test_a_challenger_that_learnt_the_house_s_words_is_used_and_can_be_taken_back(
    database: Database, tmp_path: Path
) -> None:
    keep(database, 40)
    assert learn(database, tmp_path) is DeedKind.PROMOTED
    (deed,) = read_history(tmp_path)
    learnt = sum(not held_out(family_of(factories.recording(f"C{n}").id)) for n in range(40))
    assert (deed.by, deed.former, deed.name, deed.lessons) == ("lead", SHIPPED, name_in_use(tmp_path, "zh"), learnt)
    (promise,) = [duel for duel in deed.calls if duel.item == "commitment"]
    assert promise.low > 0
    assert promise.units == 40
    used = classifier_in_use(tmp_path, "zh")
    assert used is not None
    assert used.base == find_classifier(tmp_path, SHIPPED).version
    assert used.classify([PHRASE.format("天")])[0, OUTPUTS.index("commitment_concrete")] > 0.9
    card = (tmp_path / "classifiers" / f"{deed.name}.md").read_text(encoding="utf-8")
    assert "## What reviewers taught it" in card
    assert f"{learnt} sentences of {learnt} calls by 1 people" in card
    assert "qa1" not in card

    # The same reviews have nothing more to teach.
    assert learn(database, tmp_path) is None
    assert rollback(tmp_path, "zh", "lead", AT + timedelta(days=2), database.unit_of_work) == SHIPPED
    assert name_in_use(tmp_path, "zh") == SHIPPED
    # Nor is what was taken back put to use again by the same reviews.
    assert learn(database, tmp_path) is None
    with pytest.raises(InputError, match="nothing to go back to"):
        rollback(tmp_path, "zh", "lead", AT, database.unit_of_work)
    with database.unit_of_work() as uow:
        done = [entry.event.action for entry in uow.audit.entries()]
    assert done == [AuditAction.CLASSIFIER_PROMOTED] * 2


def test_without_a_word_about_single_sentences_there_is_nothing_to_learn(database: Database, tmp_path: Path) -> None:
    assert learn(database, tmp_path) is None
    keep(database, 3, PHRASE, Verdict.NOT_APPLICABLE, sentence=False)
    assert learn(database, tmp_path) is None
    assert read_history(tmp_path) == []


@pytest.mark.slow
def test_what_is_no_better_is_kept_and_not_used(database: Database, tmp_path: Path) -> None:
    keep(database, 3, KNOWN)
    assert learn(database, tmp_path) is DeedKind.KEPT
    (deed,) = read_history(tmp_path)
    assert name_in_use(tmp_path, "zh") == SHIPPED
    assert find_classifier(tmp_path, deed.name).base
    # A person may want it all the same.
    promote(tmp_path, deed.name, "lead", AT, database.unit_of_work)
    assert name_in_use(tmp_path, "zh") == deed.name


@pytest.mark.slow
def test_a_base_that_is_gone_is_named(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(database, 3, KNOWN)
    learn(database, tmp_path)
    (deed,) = read_history(tmp_path)
    promote(tmp_path, deed.name, "lead", AT, database.unit_of_work)
    monkeypatch.setattr("callqa.services.learning.classifier_of_version", lambda home, version: None)
    with pytest.raises(ModelError, match="restore it from the backup"):
        learn(database, tmp_path, 2)


def test_a_damaged_history_is_named(tmp_path: Path) -> None:
    assert read_history(tmp_path) == []
    (tmp_path / "classifiers").mkdir()
    (tmp_path / "classifiers" / "history.jsonl").write_text('{"at": 1}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"history\.jsonl: damaged"):
        read_history(tmp_path)


@pytest.mark.slow
def test_the_commands(database: Database, database_url: str, tmp_path: Path) -> None:
    keep(database, 3, KNOWN)
    os.environ |= {"CALLQA_DATABASE_URL": database_url, "CALLQA_HOME": str(tmp_path), "COLUMNS": "200"}

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["models", *arguments], catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    printed = json.loads(run("retrain", "--json"))
    assert (printed["retrained"], printed["deed"]["kind"]) == (True, "kept")
    assert json.loads(run("retrain", "--json")) == {"retrained": False, "deed": None}
    assert "nothing new to learn" in run("retrain")
    assert [deed["name"] for deed in json.loads(run("history", "--json"))] == [printed["deed"]["name"]]
    assert "kept" in run("history")
    run("promote", printed["deed"]["name"])
    assert json.loads(run("rollback", "--json")) == {"name": SHIPPED}


@pytest.mark.slow
def test_a_month_of_reviews_makes_it_better_on_calls_that_nobody_has_seen(tmp_path: Path) -> None:
    before, *weeks = month(1, 300, 500, tmp_path)
    scores = [before.f1["*"], *(week.f1["*"] for week in weeks)]
    assert scores[-1] >= scores[0] + 0.03
    assert sorted(scores) == scores
    assert any(week.kind is DeedKind.PROMOTED for week in weeks)
