"""Stages of a complaint: what shows each, what only looks like it, and when nobody asks."""

from __future__ import annotations

import pytest

from models.scorecard import ComplaintStage, Scorecard
from models.wire import complaint_from_json, complaint_to_json
from tests.unit.scoring_calls import score, table

TROUBLE = {
    "zh": ("customer", "我家宽带断了三天了，打了好几次电话都没人管，我要投诉。"),
    "en": ("customer", "The network has been down for three days and I want to complain."),
}
HELLO = {"zh": ("agent", "您好，很高兴为您服务。"), "en": ("agent", "Hello, how can I help you?")}
ROWS = [(language, row) for language in ("zh", "en") for row in table("complaint_stages")[language]]


def shown(card: Scorecard) -> dict[str, ComplaintStage]:
    assert card.complaint is not None
    return {stage.id: stage for stage in card.complaint if stage.evidence is not None}


@pytest.mark.parametrize(("language", "row"), ROWS, ids=lambda value: str(value))
def test_what_shows_a_stage_and_what_does_not(language: str, row: dict[str, str]) -> None:
    found = shown(score(HELLO[language], TROUBLE[language], ("agent", row["text"]), language=language))
    if "stage" not in row:
        assert row["not"] not in found, found[row["not"]]
        return
    proof = found[row["stage"]].evidence
    assert proof is not None
    assert (proof.kind, proof.utterance) == (row["stage"], 2)
    assert row["text"][proof.char_start : proof.char_end] == proof.quote


def test_five_stages_stand_in_their_order_the_missing_ones_too() -> None:
    card = score(HELLO["zh"], TROUBLE["zh"], ("agent", "我已经给您登记了。"))
    assert card.complaint is not None
    assert [stage.title for stage in card.complaint] == ["受理", "核实", "方案", "答复", "回访"]
    assert list(shown(card)) == ["accepted"]


@pytest.mark.parametrize(
    "turns",
    [
        (HELLO["zh"], ("customer", "我想查一下话费。"), ("agent", "我帮您查询一下，已经给您登记了。")),
        (HELLO["zh"],),
        (TROUBLE["zh"],),
    ],
    ids=["an enquiry", "nobody else", "no agent"],
)
def test_without_a_complaint_there_are_no_stages(turns: tuple[tuple[str, str], ...]) -> None:
    assert score(*turns).complaint is None


def test_what_was_said_before_the_complaint_is_no_stage_of_it() -> None:
    card = score(HELLO["zh"], ("agent", "我已经给您登记了。"), TROUBLE["zh"], ("agent", "好的。"))
    assert shown(card) == {}


def test_the_customers_words_are_no_stage() -> None:
    assert (
        shown(
            score(HELLO["zh"], TROUBLE["zh"], ("customer", "说给您登记，给您回访。"), ("agent", "这样啊，我知道了。"))
        )
        == {}
    )


def test_what_is_stored_comes_back() -> None:
    card = score(HELLO["zh"], TROUBLE["zh"], ("agent", "我已经给您登记了，处理好以后会回访您。"))
    assert complaint_from_json(complaint_to_json(card.complaint)) == card.complaint
    assert complaint_from_json(complaint_to_json(None)) is None
