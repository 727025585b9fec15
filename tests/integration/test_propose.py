"""Phrases proposed from what reviewers add and take back, each with its back-test, on stored calls."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callqa.cli import app
from callqa.services.propose import Proposal, proposals
from models.errors import InputError
from models.person import EVERYBODY
from models.ports import UnitOfWork
from models.proposal import ProposalKind
from models.review import Review, Sentence, words_digest
from models.scorecard import Verdict
from scoring import ServiceStandard, load_standard, score_call
from storage import Database
from tests import factories
from tests.unit.small_standard import SMALL

AT = factories.STARTED_AT
STANDARD = load_standard(SMALL, "small")
RUDE = ("你爱找谁找谁去吧", "那你爱找谁找谁", "行，你爱找谁找谁。")
TOLD = ("银行答复的是不归我管那张卡", "营业厅说不归我管那张卡的事", "单子上写的不归我管那张卡")
"""Charged by the machine for 不归我管."""


def keep(uow: UnitOfWork, name: str, text: str, standard: ServiceStandard = STANDARD) -> None:
    """A call in which the agent says so."""
    heard = factories.transcript(("agent", "您好，工号123，很高兴为您服务"), ("agent", text), seed=name)
    uow.calls.add(factories.recording(name), factories.meta(name))
    uow.transcripts.put(heard)
    card = score_call(heard, factories.meta(name), standard, "test")
    uow.scorecards.put(factories.recording(name).id, factories.ENGINE.digest, "rules-1", card)


def review(uow: UnitOfWork, name: str, verdict: Verdict, text: str | None = None) -> None:
    """With a text, the reviewer points to it."""
    sentence = Sentence(1, "deflection", words_digest(text)) if text is not None else None
    uow.reviews.add(Review(name, "prohibited", verdict, "qa", AT + timedelta(hours=1), sentence=sentence))


def proposed(uow: UnitOfWork, fewest: int = 3) -> tuple[Proposal, ...]:
    return proposals(uow, STANDARD, {}, AT.date(), fewest, EVERYBODY)


def test_what_reviewers_point_to_is_proposed_with_what_it_would_do(database: Database) -> None:
    with database.unit_of_work() as uow:
        for number, text in enumerate(RUDE):
            keep(uow, f"C{number}", text)
            review(uow, f"C{number}", Verdict.VIOLATED, text)
        keep(uow, "D1", "我马上帮您查")
        review(uow, "D1", Verdict.MET)
        keep(uow, "N1", "我再帮您看看")
        (one,) = proposed(uow)
        assert proposed(uow, 4) == ()
    assert (one.change.kind, one.change.family_kind, one.change.phrase) == (
        ProposalKind.ADDITION,
        "deflection",
        "你爱找谁找谁",
    )
    assert (len(one.mined.call_ids), one.mined.elsewhere, one.reviewed, one.tried) == (3, 0, 4, 5)
    assert one.flipped == ("C0", "C1", "C2")
    assert one.before is not None
    assert one.after is not None
    assert (one.before.recall.share, one.after.recall.share, one.after.precision.share) == (0.0, 1.0, 1.0)


def test_a_call_that_is_charged_for_something_else_as_well_does_not_speak_against_it(database: Database) -> None:
    with database.unit_of_work() as uow:
        for number, text in enumerate((*RUDE, *(f"这不归我管，{text}" for text in RUDE))):
            keep(uow, f"C{number}", text)
            review(uow, f"C{number}", Verdict.VIOLATED, text)
        (one,) = proposed(uow)
    assert (one.change.phrase, one.mined.elsewhere) == ("你爱找谁找谁", 0)
    assert one.flipped == ("C0", "C1", "C2")


def test_a_look_alike_may_be_said_where_nothing_is_charged(database: Database) -> None:
    told = [text.replace("不归我管", "不归您管") for text in TOLD]
    with database.unit_of_work() as uow:
        for number, text in enumerate(TOLD):
            keep(uow, f"C{number}", f"{text}，按规定这样")
            review(uow, f"C{number}", Verdict.MET)
        for number, text in enumerate(told):
            keep(uow, f"N{number}", f"{text}，按规定这样")
        assert [one.change.kind for one in proposed(uow)] == [ProposalKind.EXCEPTION]


def test_a_newer_call_that_would_flip_is_named(database: Database) -> None:
    with database.unit_of_work() as uow:
        words = [*RUDE, "你爱找谁找谁吧我不懂", "你爱找谁找谁好了", "我不清楚你爱找谁找谁"]
        for number, text in enumerate(words):
            keep(uow, f"C{number}", text)
            review(uow, f"C{number}", Verdict.VIOLATED, text)
        keep(uow, "N1", "没人说你爱找谁找谁呀")
        (one,) = proposed(uow)
    assert one.mined.elsewhere == 1
    assert "N1" in one.flipped


def test_a_charge_that_is_taken_back_often_is_proposed_as_an_exception(database: Database) -> None:
    with database.unit_of_work() as uow:
        for number, text in enumerate(TOLD):
            keep(uow, f"C{number}", text)
            review(uow, f"C{number}", Verdict.MET)
        keep(uow, "R1", "这个不归我管")
        review(uow, "R1", Verdict.VIOLATED)
        (one,) = proposed(uow)
    assert (one.change.kind, one.change.phrase) == (ProposalKind.EXCEPTION, "不归我管那张卡")
    assert one.flipped == ("C0", "C1", "C2")
    assert one.after is not None
    assert (one.after.precision.share, one.after.recall.share) == (1.0, 1.0)


def test_what_helps_no_reviewed_call_is_not_proposed(database: Database) -> None:
    """The reviewers took the charge back, but what the sentences share is not what was charged."""
    with database.unit_of_work() as uow:
        for number, text in enumerate(("我跟您说吧，不归我管", "我跟您说吧，真不归我管", "我跟您说吧，都不归我管")):
            keep(uow, f"C{number}", text)
            review(uow, f"C{number}", Verdict.MET)
        for number in range(4):
            keep(uow, f"R{number}", "不归我管")
            review(uow, f"R{number}", Verdict.VIOLATED)
        assert proposed(uow) == ()


@pytest.mark.parametrize("missing", ["sentence", "digest", "kind"])
def test_who_points_to_nothing_proposes_nothing(database: Database, missing: str) -> None:
    with database.unit_of_work() as uow:
        for number, text in enumerate(RUDE):
            keep(uow, f"C{number}", text)
            sentence = {
                "sentence": None,
                "digest": Sentence(1, "deflection", words_digest("别的话")),
                "kind": Sentence(1, "overpromise", words_digest(text)),
            }[missing]
            uow.reviews.add(
                Review(f"C{number}", "prohibited", Verdict.VIOLATED, "qa", AT + timedelta(hours=1), sentence=sentence)
            )
        assert proposed(uow) == ()


def test_nothing_reviewed_is_nothing_proposed(database: Database) -> None:
    with database.unit_of_work() as uow:
        assert proposed(uow) == ()


def test_a_language_with_spaces_is_refused(database: Database) -> None:
    english = load_standard(SMALL.replace("language: zh", "language: en"), "english")
    with database.unit_of_work() as uow, pytest.raises(InputError, match="Chinese"):
        proposals(uow, english, {}, AT.date(), 3, EVERYBODY)


def test_the_command_prints_proposals(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit_of_work() as uow:
        for number, text in enumerate(RUDE):
            keep(uow, f"C{number}", text)
            review(uow, f"C{number}", Verdict.VIOLATED, text)
        uow.commit()
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("CALLQA_STANDARD", str(tmp_path / "small.yaml"))
    monkeypatch.setenv("CALLQA_DATABASE_URL", database_url)
    monkeypatch.setenv("CALLQA_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["standard", "propose", "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert said["standard"] == "small-zh"
    assert [one["phrase"] for one in said["proposals"]] == ["你爱找谁找谁"]
    assert CliRunner().invoke(app, ["standard", "propose"], catch_exceptions=False).exit_code == 0
    assert CliRunner().invoke(app, ["standard", "propose", "--min-calls", "1"]).exit_code == 2
