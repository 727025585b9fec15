"""Tables of sentences and what must, or must not, be found in them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from models.scorecard import Specificity
from tests.unit.scoring_calls import finding, score, table

LEVELS = ("none", *(s.value for s in (Specificity.VAGUE, Specificity.CONCRETE, Specificity.OVERPROMISE)))
PROHIBITED = [("zh", row) for row in table("zh_prohibited")["violations"]] + [
    ("en", row) for row in table("en")["violations"]
]
INNOCENT = [("zh", text) for text in table("zh_prohibited")["innocent"]] + [
    ("en", text) for text in table("en")["innocent"]
]
PROMISES = [("zh", row) for row in table("zh_promises")["promises"]] + [("en", row) for row in table("en")["promises"]]
NO_PROMISE = [("zh", text) for text in table("zh_promises")["nothing"]] + [
    ("en", text) for text in table("en")["nothing"]
]


@pytest.mark.parametrize(("language", "row"), PROHIBITED, ids=lambda value: str(value))
def test_a_violation_is_found_with_its_kind(language: str, row: dict[str, str]) -> None:
    found = finding(score(("agent", row["text"]), language=language), "prohibited")
    assert found.verdict == "violated"
    assert row["kind"] in {e.kind for e in found.evidence}


@pytest.mark.slow
@pytest.mark.parametrize(("language", "row"), PROHIBITED, ids=lambda value: str(value))
def test_the_same_words_of_the_customer_are_no_violation(language: str, row: dict[str, str]) -> None:
    turns = (("agent", "您好。" if language == "zh" else "Hello."), ("customer", row["text"]))
    assert finding(score(*turns, language=language), "prohibited").verdict == "met"


@pytest.mark.slow
@pytest.mark.parametrize("row", table("zh_prohibited")["violations"], ids=lambda row: str(row["text"]))
def test_a_violation_is_found_in_text_with_pauses_for_punctuation(row: dict[str, str]) -> None:
    text = re.sub(r"[，。？]", " ", row["text"])
    assert finding(score(("agent", text)), "prohibited").verdict == "violated"


@pytest.mark.parametrize(("language", "text"), INNOCENT)
def test_innocent_sentences_are_left_alone(language: str, text: str) -> None:
    found = finding(score(("agent", text), language=language), "prohibited")
    assert (found.verdict, [e.quote for e in found.evidence]) == ("met", [])


@pytest.mark.parametrize(("language", "row"), PROMISES, ids=lambda value: str(value))
def test_a_promise_has_its_level_and_its_deadline(language: str, row: dict[str, Any]) -> None:
    card = score(("agent", row["text"]), language=language)
    assert max((LEVELS.index(p.specificity.value) for p in card.promises), default=0) == LEVELS.index(row["level"])
    if "due" in row:
        assert row["due"] in [p.due_at.isoformat() for p in card.promises if p.due_at]


@pytest.mark.slow
@pytest.mark.parametrize(("language", "row"), PROMISES, ids=lambda value: str(value))
def test_what_the_customer_demands_is_no_promise(language: str, row: dict[str, Any]) -> None:
    assert score(("customer", row["text"]), language=language).promises == ()


@pytest.mark.parametrize(("language", "text"), NO_PROMISE)
def test_other_talk_about_time_promises_nothing(language: str, text: str) -> None:
    assert [p.quote for p in score(("agent", text), language=language).promises] == []


@pytest.mark.parametrize("row", table("zh_greetings"), ids=lambda row: str(row["text"]))
def test_greeting_of_the_first_turn(row: dict[str, str]) -> None:
    assert (
        finding(score(("agent", row["text"]), ("customer", "我查话费"), ("agent", "我看一下")), "greeting").verdict
        == row["verdict"]
    )


@pytest.mark.parametrize("row", table("zh_closings"), ids=lambda row: str(row["text"]))
def test_closing_of_the_last_turn(row: dict[str, str]) -> None:
    card = score(("agent", "您好，云联通信。"), ("customer", "没别的事了。"), ("agent", row["text"]))
    assert finding(card, "closing").verdict == row["verdict"]


APOLOGIES = table("zh_apologies")


@pytest.mark.parametrize("row", APOLOGIES["cases"], ids=lambda row: str(row["text"]))
def test_apology_after_a_complaint(row: dict[str, str]) -> None:
    card = score(("agent", "您好，云联通信。"), ("customer", APOLOGIES["customer"]), ("agent", row["text"]))
    assert finding(card, "apology").verdict == row["verdict"]


@pytest.mark.parametrize("row", APOLOGIES["cases"], ids=lambda row: str(row["text"]))
def test_the_customers_apology_never_counts(row: dict[str, str]) -> None:
    card = score(
        ("agent", "您好，云联通信。"),
        ("customer", APOLOGIES["customer"]),
        ("customer", row["text"]),
        ("agent", "好的。"),
    )
    assert finding(card, "apology").verdict == "missed"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [(t, "missed") for t in APOLOGIES["needed"]] + [(t, "not_applicable") for t in APOLOGIES["not_needed"]],
)
def test_whether_an_apology_was_owed(text: str, verdict: str) -> None:
    card = score(("agent", "您好，云联通信。"), ("customer", text), ("agent", "好的。"))
    assert finding(card, "apology").verdict == verdict
