"""Where rules and classifier differ, the agent keeps the points until a person has decided."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.benefit import benefit
from scoring.classifier.labels import OUTPUTS
from scoring.criteria import apology
from scoring.opinions import Opinion
from scoring.schema import ApologyItem
from tests.unit.opinion_calls import SORRY, TROUBLE, classifier, item_of, judge, rules, seen
from tests.unit.scoring_calls import dialogue

MISSED = (TROUBLE, ("agent", "我给您记录了。"))
GRIEVED = {"complaint": 0.75}


@pytest.mark.parametrize(
    ("item", "turns", "agent", "customer", "verdict", "share"),
    [
        ("apology", MISSED, {"apology": 0.5}, GRIEVED, "met", 1.0),
        ("apology", MISSED, {"apology": 0.49}, GRIEVED, "missed", 0.0),
        ("apology", MISSED, {"apology": 0.1}, GRIEVED, "missed", 0.0),
        ("apology", (("customer", "我说个事。"), MISSED[1]), {"apology": 0.5}, GRIEVED, "met", 1.0),
        (
            "apology",
            (("customer", "我说个事。"), MISSED[1]),
            {"apology": 0.5},
            {"complaint": 0.74},
            "not_applicable",
            0.0,
        ),
        ("apology", (TROUBLE, ("agent", SORRY)), {"apology": 0.3, "apology_insincere": 0.4}, GRIEVED, "partial", 1.0),
        ("apology", (TROUBLE, ("agent", SORRY)), {"apology": 0.5, "apology_insincere": 0.4}, GRIEVED, "met", 1.0),
        ("commitment", MISSED, {"commitment_concrete": 0.5}, GRIEVED, "partial", 0.4),
        ("commitment", MISSED, {"commitment_vague": 0.5}, GRIEVED, "partial", 0.4),
        ("commitment", MISSED, {"commitment_vague": 0.49, "commitment_concrete": 0.49}, GRIEVED, "missed", 0.0),
    ],
)
def test_the_benefit_of_the_doubt(
    item: str, turns: tuple[tuple[str, str], ...], agent: dict[str, float], customer: dict[str, float],
    verdict: str, share: float,
) -> None:  # fmt: skip
    call, opinions = seen(*turns, **agent)
    row = np.array([customer.get(output, 0.1) for output in OUTPUTS])
    grievances = tuple(Opinion(s, 0, len(s.reading.text), row) for s in call.customer)
    before = rules(call, item)
    after = benefit(call, item_of(call, item), before, opinions, grievances)
    assert (after.verdict, after.points) == (verdict, share * after.max_points)
    assert bool(after.doubts) == (after.verdict != before.verdict)
    # The first sentence is the one to show: where the verdict is another, no old reason may contradict it.
    if verdict in ("met", "not_applicable") and after.verdict != before.verdict:
        assert not after.reasons


@pytest.mark.parametrize(
    ("complaint", "verdict", "asks"),
    [(0.95, "missed", False), (0.7, "missed", True), (0.5, "missed", True), (0.49, "not_applicable", True)],
)
def test_an_apology_is_missed_only_where_the_classifier_hears_a_grievance(
    complaint: float, verdict: str, asks: bool
) -> None:
    call, _ = seen(("customer", "我家网断了三天了，打了三次电话都没人来。"), ("agent", "我给您记录了。"))
    row = np.array([complaint if output == "complaint" else 0.1 for output in OUTPUTS])
    grievances = tuple(Opinion(s, 0, len(s.reading.text), row) for s in call.customer)
    item = next(i for i in call.standard.items if isinstance(i, ApologyItem))
    outcome = apology.judge(call, item, grievances)
    assert (outcome.verdict, bool(outcome.doubts)) == (verdict, asks)
    assert outcome.evidence


@pytest.mark.parametrize(
    ("promise", "verdict", "promises", "asks"),
    [(0.5, "met", 1, False), (0.02, "met", 1, True), (0.003, "missed", 0, True)],
)
def test_what_the_classifier_is_sure_is_no_promise_counts_for_none(
    promise: float, verdict: str, promises: int, asks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"commitment_concrete": promise, "commitment_vague": 0.001, "overpromise": 0.001}
    row = [outputs.get(output, 0.9 if output == "complaint" else 0.01) for output in OUTPUTS]
    monkeypatch.setattr("scoring.opinions._classified", lambda _, texts: np.array([row] * len(texts)))
    card = judge(dialogue(TROUBLE, ("agent", "明天下午五点前师傅上门给您修。")), classifier())
    found = next(f for f in card.findings if f.item_id == "commitment")
    assert (found.verdict, len(card.promises), found.needs_review) == (verdict, promises, asks)
    assert verdict == "met" or any("几乎肯定不是" in reason for reason in found.reasons)


def test_without_a_classifier_there_is_no_doubt_to_benefit_from() -> None:
    call, _ = seen(*MISSED)
    before = rules(call, "apology")
    assert benefit(call, item_of(call, "apology"), before, (), ()) == before
