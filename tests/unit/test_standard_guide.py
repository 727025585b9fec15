"""The Chinese guide to service standards: every example of it is run as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scoring import check_cases, examples_of, load_case, load_standard
from tests.unit.scoring_calls import shipped_text

GUIDE = (Path(__file__).parents[2] / "docs/standard.zh-CN.md").read_text(encoding="utf-8")
ENGLISH = (Path(__file__).parents[2] / "docs/standard.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
ITEMS = [block for block in BLOCKS if block.startswith("items:")]
CASES = [block for block in BLOCKS if "expect:" in block and not block.startswith("items:")]


def parts(block: str) -> tuple[str, str]:
    """The items and the examples of a block, as written."""
    items, _, examples = block.removeprefix("items:\n").partition("examples:\n")
    return items, examples


def test_every_worked_example_of_the_guide_holds() -> None:
    items, examples = zip(*map(parts, ITEMS), strict=True)
    text = shipped_text("telecom-hotline-zh")
    head, shipped_examples = text.split("\nexamples:\n")
    standard = load_standard(
        f"{head}\n{''.join(items)}\nexamples:\n{shipped_examples}{''.join(examples)}", "guide.yaml"
    )

    assert check_cases(standard, examples_of(standard)) == ()
    assert {item.criterion for item in standard.items} >= {"phrase", "sequence", "timing", "combined"}
    added = {item["id"] for block in ITEMS for item in yaml.safe_load(block)["items"]}
    assert len(added) > 10
    assert added <= {example.item for example in standard.document.examples}

    (case,) = CASES
    assert check_cases(standard, [load_case(case, "guide.case.yaml", standard)]) == ()


@pytest.mark.parametrize("block", ITEMS)
def test_each_example_shows_a_counter_example(block: str) -> None:
    written: dict[str, Any] = yaml.safe_load(block)
    for item in written["items"]:
        verdicts = {example["expect"] for example in written["examples"] if example["item"] == item["id"]}
        assert len(verdicts) > 1, item["id"]


def test_the_english_page_s_examples_hold() -> None:
    item, case = re.findall(r"```yaml\n(  - id: hold_manners.*?|note:.*?)```", ENGLISH, re.DOTALL)
    head, examples = shipped_text("service-desk-en").split("\nexamples:\n")
    standard = load_standard(f"{head}\n{item}\nexamples:\n{examples}", "standard.md")
    assert check_cases(standard, [load_case(case, "case.yaml", standard)]) == ()
    held = (
        "turns: ['agent 0-2: May I put you on hold?', 'customer 2-3: Sure.', 'agent 20-22: Thank you for holding.']\n"
        "expect: {hold_manners: met}\n"
    )
    assert check_cases(standard, [load_case(held, "held.yaml", standard)]) == ()


def test_the_english_page_and_the_chinese_one_know_the_same_fields() -> None:
    fields = {
        "anchor",
        "trigger",
        "position",
        "count",
        "partial_share",
        "deduction",
        "within_turns",
        "over_s",
        "excused_after",
    }
    for field in fields | {"phrase", "sequence", "timing", "combined", "all", "any", "not"}:
        assert f"`{field}" in ENGLISH or f"{field}:" in ENGLISH, field
        assert f"`{field}" in GUIDE or f"{field}:" in GUIDE, field
