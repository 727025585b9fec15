"""Why a person is asked, by code: every doubt has one, and exchanged roles are asked about only where they may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.scorecard import Finding, ReviewCode, Scorecard
from models.transcript import Role, Transcript
from scoring import load_standard, score_call
from scoring.exchange import exchanged, is_a_guess
from scoring.reasons import say
from tests import factories
from tests.unit.small_standard import SMALL

STANDARD = load_standard(SMALL, "small.yaml")
CALL = factories.transcript(
    ("agent", "您好，工号12，很高兴为您服务。"),
    ("customer", "我家断网了。"),
    ("agent", "非常抱歉，是我们的错。"),
)


def judge(transcript: Transcript) -> Scorecard:
    return score_call(transcript, factories.meta(), STANDARD, "test")


def item(card: Scorecard, name: str) -> Finding:
    return next(finding for finding in card.findings if finding.item_id == name)


def test_who_asks_no_person_has_no_code() -> None:
    for finding in judge(CALL).findings:
        assert bool(finding.review_codes) == finding.needs_review


def test_a_verdict_that_rests_on_the_roles_says_so_where_they_are_a_guess() -> None:
    greeting = item(judge(replace(CALL, role_confidence=0.6)), "greeting")
    assert greeting.verdict == "met"
    assert greeting.review_codes == (ReviewCode.ROLES_UNCERTAIN, ReviewCode.ROLES_FLIP)
    assert greeting.reasons[-1] == say("zh", "review_flip", verdict="未做到")


def test_a_verdict_that_stays_the_same_does_not() -> None:
    prohibited = item(judge(replace(CALL, role_confidence=0.6)), "prohibited")
    assert prohibited.review_codes == (ReviewCode.ROLES_UNCERTAIN,)


def test_exchanging_changes_no_verdict_and_no_points() -> None:
    sure, unsure = judge(CALL), judge(replace(CALL, role_confidence=0.6))
    assert [(f.verdict, f.points) for f in sure.findings] == [(f.verdict, f.points) for f in unsure.findings]
    assert sure.total == unsure.total


@pytest.mark.parametrize(
    ("confidence", "basis", "guess"),
    [
        (0.99, "metadata", False),
        (0.76, "channel:wording", False),
        (0.74, "channel:wording", True),
        (0.9, "metadata:contradicted", True),
    ],
)
def test_what_is_a_guess(confidence: float, basis: str, guess: bool) -> None:
    assert is_a_guess(replace(CALL, role_confidence=confidence, role_basis=basis), STANDARD) is guess


def test_with_nobody_to_exchange_nothing_is_exchanged() -> None:
    nobody = factories.transcript(("unknown", "喂。"), ("system", "请稍候。"))
    assert not is_a_guess(replace(nobody, role_confidence=0.0, role_basis="none"), STANDARD)
    assert exchanged(nobody) == nobody


def test_exchanging_twice_is_the_same_call() -> None:
    turned = exchanged(CALL)
    assert [u.role for u in turned.utterances] == [Role.CUSTOMER, Role.AGENT, Role.CUSTOMER]
    assert [s.role for s in turned.speech] == [Role.CUSTOMER, Role.AGENT, Role.CUSTOMER]
    assert exchanged(turned) == CALL


def test_badly_heard_words_and_absent_agents_have_codes_of_their_own() -> None:
    faint = replace(
        CALL,
        utterances=(
            replace(CALL.utterances[0], words=tuple(w._replace(probability=0.2) for w in CALL.utterances[0].words)),
            *CALL.utterances[1:],
        ),
    )
    assert ReviewCode.LOW_RECOGNITION in item(judge(faint), "greeting").review_codes
    alone = judge(factories.transcript(("customer", "喂？")))
    assert {code for finding in alone.findings for code in finding.review_codes} == {ReviewCode.NO_AGENT}
