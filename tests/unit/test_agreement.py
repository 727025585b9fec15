"""Rules and classifier together: every row of the policy's table, and that the classifier alone never takes points."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scorecard import MatchKind, ReviewCode, Verdict
from models.transcript import Role
from models.wire import scorecard_to_json
from scoring import score_call, scorer_of
from scoring.agreement import CONFIDENCE, ONLY_CLASSIFIER, Backing, backing, combine
from scoring.classifier import load_classifier
from scoring.classifier.labels import OUTPUTS, UNFIT
from scoring.criteria import apology, prohibited
from scoring.opinions import Opinion, ask
from scoring.schema import ApologyItem, ProhibitedItem
from scoring.view import view
from tests import factories
from tests.unit.opinion_calls import OPENING, SHIRK, SORRY, TROUBLE, both, classifier, item_of, judge, rules, seen
from tests.unit.scoring_calls import dialogue, finding, standard, table


@pytest.mark.parametrize(
    ("item", "turn", "output", "probability", "certainty", "asks"),
    [
        ("prohibited", SHIRK, "deflection", 0.97, 0.97, False),
        ("prohibited", SHIRK, "unfit", 0.5, 0.97, False),
        ("prohibited", SHIRK, "unfit", 0.49, 0.90, False),
        ("prohibited", SHIRK, "unfit", 0.2, 0.90, False),
        ("apology", SORRY, "apology", 0.8, 0.97, False),
        ("apology", SORRY, "apology", 0.3, 0.90, False),
        ("apology", SORRY, "apology", 0.01, 0.50, True),
        ("apology", "行行行，对不起，您满意了吧？", "apology_insincere", 0.9, 0.97, False),
        ("apology", "行行行，对不起，您满意了吧？", "apology_insincere", 0.01, 0.50, True),
        ("commitment", "明天上午十点前给您答复。", "commitment_concrete", 0.9, 0.97, False),
        ("commitment", "明天上午十点前给您答复。", "commitment_concrete", 0.0, 0.50, True),
        ("commitment", "我们会尽快处理的。", "commitment_vague", 0.9, 0.97, False),
        ("commitment", "我们会尽快处理的。", "commitment_vague", 0.0, 0.50, True),
    ],
)
def test_what_the_rules_found(
    item: str, turn: str, output: str, probability: float, certainty: float, asks: bool
) -> None:
    low = {"unfit": 0.0, "deflection": 0.0, "apology": 0.0, "apology_insincere": 0.0}
    low |= {"commitment_concrete": 0.0, "commitment_vague": 0.0}
    call, opinions = seen(TROUBLE, ("agent", turn), **{**low, output: probability})
    before = rules(call, item)
    after = combine(call, item_of(call, item), before, opinions)
    assert (after.verdict, after.points) == (before.verdict, before.points)
    assert (after.certainty, bool(after.doubts)) == (certainty, asks)


def test_an_opening_is_confirmed_and_opposed() -> None:
    for probability, certainty, asks in ((0.9, 0.97, False), (0.2, 0.90, False), (0.01, 0.50, True)):
        call, opinions = seen(OPENING, TROUBLE, greeting=probability)
        after = combine(call, item_of(call, "greeting"), rules(call, "greeting"), opinions)
        assert (after.certainty, bool(after.doubts)) == (certainty, asks)


@pytest.mark.parametrize(
    ("turn", "likely", "verdict", "points", "asks"),
    [
        (SHIRK, 0.19, "met", 0, True),
        (SHIRK, 0.2, "violated", -10, False),
        ("神经病。", 0.19, "met", 0, True),
    ],
)
def test_what_the_classifier_opposes_is_not_charged(
    turn: str, likely: float, verdict: str, points: float, asks: bool
) -> None:
    call, opinions = seen(TROUBLE, ("agent", turn), **dict.fromkeys((*UNFIT, "unfit"), likely))
    item = next(i for i in call.standard.items if isinstance(i, ProhibitedItem))
    outcome = prohibited.judge(call, item, (), opinions)
    assert (outcome.verdict, outcome.points, bool(outcome.doubts), outcome.fatal) == (verdict, points, asks, False)
    assert [e.quote for e in outcome.evidence]


@pytest.mark.parametrize("how", Backing)
def test_sound_is_trusted_less_than_writing(how: Backing) -> None:
    assert CONFIDENCE[MatchKind.HOMOPHONE, how] < CONFIDENCE[MatchKind.EXACT, how]


@pytest.mark.parametrize(
    ("item", "turns", "outputs", "kind"),
    [
        ("greeting", (("agent", "嗯我在的您接着讲"), TROUBLE), {"greeting": 0.95}, "opening"),
        ("prohibited", (TROUBLE, ("agent", "我给您记录了。")), {"unfit": 0.95, "impatience": 0.7}, "impatience"),
        ("prohibited", (TROUBLE, ("agent", "我给您记录了。")), {"overpromise": 0.95}, "overpromise"),
    ],
)
def test_what_only_the_classifier_found(
    item: str, turns: tuple[tuple[str, str], ...], outputs: dict[str, float], kind: str
) -> None:
    call, opinions = seen(*turns, **outputs)
    before = rules(call, item)
    after = combine(call, item_of(call, item), before, opinions)
    unfit = item == "prohibited" and kind != "overpromise"
    assert after.verdict is (Verdict.VIOLATED if unfit else before.verdict)
    assert (after.points, after.fatal) == (before.points, False)
    assert (after.certainty, len(after.doubts)) == (ONLY_CLASSIFIER, 1)
    alone = [e for e in after.evidence if e.match is MatchKind.CLASSIFIER]
    assert [e.kind for e in alone] == [kind]
    said = next(u for u in call.transcript.utterances if u.index == alone[0].utterance)
    assert said.text[alone[0].char_start : alone[0].char_end] == alone[0].quote
    assert alone[0].quote in after.doubts[0].sentence


@pytest.mark.parametrize("turn", ["你说。", "干嘛？", "讲吧。"])
def test_a_word_or_two_are_too_little_for_the_classifier_alone(turn: str) -> None:
    call, opinions = seen(TROUBLE, ("agent", turn), unfit=0.99)
    before = rules(call, "prohibited")
    assert combine(call, item_of(call, "prohibited"), before, opinions) == before


def test_at_most_three_suspicions_are_told_the_likeliest() -> None:
    call, opinions = seen(TROUBLE, *[("agent", f"我给您记录{n}条了。") for n in "一二三四五"], unfit=0.91)
    opinions = tuple(
        replace(o, probabilities=np.where(o.probabilities > 0.9, 0.91 + i / 100, 0.1)) for i, o in enumerate(opinions)
    )
    after = combine(call, item_of(call, "prohibited"), rules(call, "prohibited"), opinions)
    assert [e.utterance for e in after.evidence] == [5, 4, 3]


def test_an_opinion_on_other_words_says_nothing_of_the_evidence() -> None:
    call, opinions = seen(("agent", SORRY), TROUBLE, ("agent", SHIRK), unfit=0.99)
    evidence = rules(call, "prohibited").evidence[0]
    assert backing(opinions[:1], "prohibited", evidence) is None
    assert backing(opinions[1:], "prohibited", evidence) is Backing.CONFIRMED


# From here on with the shipped classifier.


def test_agreement_raises_confidence() -> None:
    without, with_it = both(OPENING, TROUBLE, ("agent", SORRY), item="apology")
    assert (without.verdict, with_it.verdict) == ("met", "met")
    assert without.confidence < with_it.confidence
    assert not with_it.needs_review


@pytest.mark.parametrize("turn", ["神经病。", "你是不是脑子有病。"])
def test_abuse_as_written_is_fatal_as_before(turn: str) -> None:
    card = judge(dialogue(OPENING, TROUBLE, ("agent", turn)), classifier())
    assert (card.fatal, finding(card, "prohibited").verdict) == (True, "violated")


def test_abuse_as_written_that_the_classifier_opposes_is_not_charged_before_a_person_has_listened() -> None:
    # The same words, and a classifier that holds nothing for likely.
    nothing = replace(classifier(), weights=np.zeros_like(classifier().weights), offset=classifier().offset - 20)
    card = judge(dialogue(OPENING, TROUBLE, ("agent", "神经病。")), nothing)
    found = finding(card, "prohibited")
    assert (card.fatal, found.verdict, found.needs_review) == (False, "met", True)


def test_abuse_by_sound_is_charged_only_with_the_classifiers_word() -> None:
    sure = replace(classifier(), weights=np.zeros_like(classifier().weights), offset=classifier().offset + 20)
    unsure = replace(sure, offset=np.zeros_like(sure.offset) - 1)
    verdicts = {}
    for name, used in (("sure", sure), ("unsure", unsure), ("none", None)):
        heard = dialogue(OPENING, ("agent", "你个杀逼脑子进税了吧"))
        card = judge(heard, used)
        found = finding(card, "prohibited")
        verdicts[name] = (found.verdict, found.points, card.fatal, found.needs_review)
    assert verdicts == {
        "sure": ("violated", -10, False, True),
        "unsure": ("met", 0, False, True),
        "none": ("met", 0, False, True),
    }


def test_what_a_customer_says_is_charged_to_nobody() -> None:
    card = judge(dialogue(OPENING, ("customer", "滚，你们都是骗子，神经病。")), classifier())
    assert (finding(card, "prohibited").verdict, card.fatal) == ("met", False)


@pytest.mark.parametrize(
    ("said", "likely", "verdict", "asks"),
    [
        ("抱歉，我给您记录了。", 0.6, "met", True),
        ("抱歉，我给您记录了。", 0.4, "not_applicable", False),
        ("我给您记录了。", 0.95, "not_applicable", True),
        ("我给您记录了。", 0.6, "not_applicable", False),
    ],
)
def test_where_the_rules_see_no_grievance_the_classifier_tells_apology_from_politeness(
    said: str, likely: float, verdict: str, asks: bool
) -> None:
    call = view(dialogue(OPENING, ("customer", "我说个事。"), ("agent", said)), factories.meta(), standard())
    row = np.array([likely if output == "complaint" else 0.1 for output in OUTPUTS])
    felt = tuple(Opinion(s, 0, len(s.reading.text), row) for s in call.customer)
    item = next(i for i in call.standard.items if isinstance(i, ApologyItem))
    outcome = apology.judge(call, item, felt)
    assert (outcome.verdict, bool(outcome.doubts)) == (verdict, asks)
    assert [e.quote for e in outcome.evidence if e.match is MatchKind.CLASSIFIER] == (
        ["我说个事"] if likely > 0.9 else []
    )


@pytest.mark.parametrize(
    ("said", "likely", "verdict", "code"),
    [
        ("现在三楼没网。", 0.95, "missed", ReviewCode.WEAK_GROUNDS),
        ("现在三楼没网。", 0.9, "not_applicable", ReviewCode.WEAK_GROUNDS),
        ("现在三楼没网。", 0.4, "not_applicable", ReviewCode.CLASSIFIER_OPPOSES),
        # Two signs are enough at less.
        ("现在三楼没网，打了好几次电话没人管。", 0.9, "missed", None),
    ],
)
def test_one_weak_sign_of_a_grievance_charges_nothing_unless_the_classifier_is_sure(
    said: str, likely: float, verdict: str, code: ReviewCode | None
) -> None:
    turns = (OPENING, ("customer", said), ("agent", "您报一下地址。"))
    call = view(dialogue(*turns), factories.meta(), standard())
    row = np.array([likely if output == "complaint" else 0.1 for output in OUTPUTS])
    felt = tuple(Opinion(s, 0, len(s.reading.text), row) for s in call.customer)
    item = next(i for i in call.standard.items if isinstance(i, ApologyItem))
    outcome = apology.judge(call, item, felt)
    assert (outcome.verdict, [d.code for d in outcome.doubts]) == (verdict, [] if code is None else [code])
    assert "没网" in [e.quote for e in outcome.evidence]


def test_a_complaint_after_the_agents_last_word_could_not_be_answered() -> None:
    call = view(dialogue(OPENING, ("customer", "我说个事。")), factories.meta(), standard())
    row = np.array([0.99 if output == "complaint" else 0.1 for output in OUTPUTS])
    felt = tuple(Opinion(s, 0, len(s.reading.text), row) for s in call.customer)
    item = next(i for i in call.standard.items if isinstance(i, ApologyItem))
    assert not apology.judge(call, item, felt).doubts


def test_long_utterances_are_judged_a_few_sentences_at_a_time() -> None:
    text = "您这个月的账单我看到了，一共是八十六块钱。里面有套餐五十九和副卡二十，还有七块的短信费。" * 3
    call = view(dialogue(("agent", text + "你烦不烦，别再问了！")), factories.meta(), standard())
    stretches = [(o.start, o.end) for o in ask(classifier(), call.agent)]
    assert len(stretches) > 3
    assert stretches[0][0] == 0
    assert stretches[-1][1] == len(call.agent[0].reading.text)
    assert all(a[1] == b[0] for a, b in pairwise(stretches))
    assert all(end - start <= 40 for start, end in stretches)


def test_the_receipt_names_the_classifier_and_scores_are_kept_apart() -> None:
    heard = dialogue(OPENING, TROUBLE)
    assert judge(heard, classifier()).receipt.classifier == classifier().version
    assert judge(heard, None).receipt.classifier is None
    other = replace(classifier(), version="sha256:" + "0" * 64)
    scorers = {scorer_of(standard(), used) for used in (None, classifier(), other)}
    assert len(scorers) == 3


def test_a_classifier_of_another_language_is_not_used() -> None:
    heard = dialogue(OPENING, TROUBLE, language="en")
    card = score_call(heard, factories.meta(), standard("en"), "0.1.0", classifier())
    assert card.receipt.classifier is None
    assert scorer_of(standard("en"), classifier()) == scorer_of(standard("en"), None)


SENTENCES = [row["text"] for row in table("zh_prohibited")["violations"]] + table("zh_prohibited")["innocent"]
SENTENCES += [row["text"] for row in table("zh_promises")["promises"]] + [row["text"] for row in table("zh_greetings")]
TURNS = st.lists(st.tuples(st.sampled_from([r.value for r in Role]), st.sampled_from(SENTENCES)), max_size=8)


_IN_DOUBT = {
    ("met", "violated"),  # only the classifier knows it: costs nothing
    ("violated", "met"),  # it opposes what the rules charged
    ("missed", "met"),
    ("missed", "partial"),
    ("missed", "not_applicable"),
    ("missed", "not_evaluated"),  # the same, where too much was said by nobody knows whom
    ("not_applicable", "met"),
    ("met", "partial"),  # insincere to its ear: at full points
}


@settings(max_examples=80, deadline=None)
@given(TURNS)
def test_where_rules_and_classifier_differ_a_person_is_asked_and_no_points_are_lost(
    turns: list[tuple[str, str]],
) -> None:
    heard = factories.transcript(*turns)
    alone, together = judge(heard, None), judge(heard, classifier())
    for before, after in zip(alone.findings, together.findings, strict=True):
        by_sound = any(e.kind == "abuse" and e.match is MatchKind.HOMOPHONE for e in after.evidence)
        if not by_sound:
            doubted = before.criterion == "commitment" and len(together.promises) < len(alone.promises)
            # What is not certain enough to be fatal costs points instead of everything.
            eased = before.fatal and not after.fatal
            assert doubted or eased or after.points >= before.points or after.verdict == "not_applicable"
            assert doubted or after.verdict == before.verdict or (before.verdict, after.verdict) in _IN_DOUBT
        # Where no apology was owed after all, nothing was left open either: the question is asked once.
        follows = after.criterion == "commitment" and together.findings[1].needs_review
        if (after.verdict != before.verdict and not follows) or any(
            e.match is MatchKind.CLASSIFIER for e in after.evidence
        ):
            assert after.needs_review
    assert alone.fatal or not together.fatal
    assert set(together.promises) <= set(alone.promises)


_SCORE = """
import json
from pathlib import Path
from callqa.classifiers import classifier_in_use
from models.wire import scorecard_to_json
from scoring import score_call
from tests import factories
from tests.unit.scoring_calls import dialogue, standard
from tests.unit.test_agreement import CALL
card = score_call(dialogue(*CALL), factories.meta(), standard(), "0.1.0", classifier_in_use(Path("nowhere"), "zh"))
print(json.dumps(scorecard_to_json(card), ensure_ascii=True))
"""
CALL = (
    OPENING,
    TROUBLE,
    ("agent", "我也没办法，师傅的事我管不了，别在我这儿耗着。"),
    ("customer", "那什么时候能修好？"),
    ("agent", "你烦不烦，尽快给你处理，行了吧。"),
)


@pytest.mark.slow
def test_the_scorecard_is_the_same_byte_for_byte_in_another_process() -> None:
    root = str(Path(__file__).parents[2])
    cards = {
        subprocess.run(
            [sys.executable, "-c", _SCORE], cwd=root, env={"PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(cards) == 1
    assert classifier().version in cards.pop()
    assert scorecard_to_json(judge(dialogue(*CALL), classifier())) == scorecard_to_json(
        judge(dialogue(*CALL), load_classifier((files("scoring") / "classifier/shipped/zh.skops").read_bytes()))
    )
