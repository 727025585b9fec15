"""Scorecards derived again from their receipts: equal, different, or what is missing named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from callqa.services.receipts import Difference, Part, rederive
from models.call import CallMeta
from models.errors import InputError
from models.scorecard import Receipt, StandardRef
from models.transcript import Transcript
from models.wire import Json, scorecard_to_json
from scoring import SCORER, ServiceStandard, load_standard, score_call
from scoring.classifier import Classifier
from tests import factories
from tests.unit.small_standard import SMALL

STANDARD = load_standard(SMALL, "small.yaml")
CALL = (
    factories.transcript(
        ("agent", "您好，工号12，很高兴为您服务。"), ("customer", "我家断网了。"), ("agent", "非常抱歉。")
    ),
    factories.meta(),
)


@dataclass
class Shelf:
    """Sources that hold what a test puts there."""

    calls: Sequence[tuple[Transcript, CallMeta]] = (CALL,)
    kept: Sequence[ServiceStandard] = (STANDARD,)
    asked: list[str] = field(default_factory=list)

    def transcripts(self, call_id: str, receipt: Receipt) -> Sequence[tuple[Transcript, CallMeta]]:
        return [pair for pair in self.calls if pair[1].call_id == call_id]

    def standards(self, ref: StandardRef) -> Sequence[ServiceStandard]:
        return [standard for standard in self.kept if standard.ref.id == ref.id]

    def classifier(self, version: str) -> Classifier | None:
        self.asked.append(version)
        return None


def card() -> Json:
    """The line of the call's scorecard, as it comes back from a file."""
    line: Json = json.loads(json.dumps(scorecard_to_json(score_call(*CALL, STANDARD, "1.0")), ensure_ascii=False))
    return line


def test_the_same_parts_give_the_same_bytes_and_the_order_of_keys_does_not_count() -> None:
    line = card()
    turned = dict(reversed(line.items()))
    for document in (line, turned):
        result = rederive(document, "cards.jsonl:1", Shelf(), "1.0")
        assert result.equal
        assert not result.gaps


def test_each_value_that_was_changed_is_named_with_its_place() -> None:
    line = card()
    line["total"] = 12.0
    line["items"][0]["verdict"] = "missed"
    line["note"] = "added"
    result = rederive(line, "cards.jsonl:1", Shelf(), "1.0")
    assert not result.equal
    assert {d.place for d in result.differences} == {"total", "items.0.verdict", "note"}
    assert Difference("items.0.verdict", '"missed"', '"met"') in result.differences
    assert Difference("note", '"added"', None) in result.differences


def test_another_program_number_is_a_difference_like_any_other() -> None:
    result = rederive(card(), "cards.jsonl:1", Shelf(), "2.0")
    assert [d.place for d in result.differences] == ["receipt.callqa_version"]


def test_a_missing_part_is_named_with_what_stands_in_its_place() -> None:
    other_words = (factories.transcript(("agent", "您好。")), factories.meta())
    other_version = load_standard(SMALL.replace('version: "1"', 'version: "2"'), "small.yaml")
    for shelf, part, found in (
        (Shelf(calls=()), Part.TRANSCRIPT, False),
        (Shelf(calls=(other_words,)), Part.TRANSCRIPT, True),
        (Shelf(kept=()), Part.STANDARD, False),
        (Shelf(kept=(other_version,)), Part.STANDARD, True),
    ):
        result = rederive(card(), "cards.jsonl:1", shelf, "1.0")
        assert [gap.part for gap in result.gaps] == [part]
        assert (result.gaps[0].found is not None) is found
        assert result.scorecard is None
        assert not result.equal


def test_a_classifier_that_is_gone_is_named_and_nothing_is_scored_without_it() -> None:
    line = card()
    line["receipt"]["classifier"] = "sha256:" + "9" * 64
    shelf = Shelf()
    result = rederive(line, "cards.jsonl:1", shelf, "1.0")
    assert [gap.part for gap in result.gaps] == [Part.CLASSIFIER]
    assert shelf.asked == ["sha256:" + "9" * 64]
    assert result.scorecard is None


@pytest.mark.parametrize("rules", ["rules-0", None])
def test_under_other_rules_it_is_scored_all_the_same_and_never_called_equal(rules: str | None) -> None:
    line = card()
    line["receipt"]["rules"] = rules
    result = rederive(line, "cards.jsonl:1", Shelf(), "1.0")
    assert [(gap.part, gap.found) for gap in result.gaps] == [(Part.RULES, SCORER)]
    assert result.scorecard is not None
    assert [d.place for d in result.differences] == ["receipt.rules"]
    assert not result.equal


@pytest.mark.parametrize(
    "line", [{}, {"call_id": "C1"}, {"call_id": "C1", "receipt": None}, {"call_id": "C1", "receipt": {}}]
)
def test_what_is_no_scorecard_is_refused_with_its_place(line: Json) -> None:
    with pytest.raises(InputError, match=r"cards\.jsonl:7"):
        rederive(line, "cards.jsonl:7", Shelf(), "1.0")


def test_other_metadata_is_another_transcript() -> None:
    later = (CALL[0], replace(CALL[1], ring_s=9.0))
    result = rederive(card(), "cards.jsonl:1", Shelf(calls=(later,)), "1.0")
    assert [gap.part for gap in result.gaps] == [Part.TRANSCRIPT]
