"""The training utterances: enough of them, all different, and no idea on both sides of the split."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from importlib.resources import files
from math import ceil

import pytest

from callqa.services.classifiers import load_examples
from models.errors import InputError
from models.transcript import Role
from scoring.classifier import Example, read_examples
from scoring.classifier.examples import data_digest
from scoring.classifier.labels import LABELS, OUTPUTS, UNFIT
from tests.unit.scoring_calls import standard

EXAMPLES = load_examples("zh", [])
LINE = (
    '{"id":"a-1","text":"您好。","speaker":"agent","labels":["greeting"],"family":"a","hard":false,"note":"salutation"}'
)


def pairs(text: str) -> frozenset[str]:
    bare = re.sub(r"\W", "", text)
    return frozenset(bare[i : i + 2] for i in range(len(bare) - 1))


def test_there_are_enough_utterances_families_and_hard_ones() -> None:
    families = Counter(e.family for e in EXAMPLES)
    assert len(EXAMPLES) >= 3200
    assert len(families) >= 500
    assert min(families.values()) >= 3
    assert sum(e.hard for e in EXAMPLES) >= len(EXAMPLES) / 5
    assert {e.speaker for e in EXAMPLES} == {Role.AGENT, Role.CUSTOMER}


def test_no_two_are_the_same_but_for_punctuation() -> None:
    assert len({re.sub(r"\W", "", e.text) for e in EXAMPLES}) == len(EXAMPLES)


def test_no_paraphrase_stands_in_another_family() -> None:
    """Two sentences with seven tenths of their pairs in common share one of their rarest three tenths."""
    sets = [(example, pairs(example.text)) for example in EXAMPLES]
    common = Counter(pair for _, own in sets for pair in own)
    holders: dict[str, list[tuple[Example, frozenset[str]]]] = defaultdict(list)
    close = set()
    for example, own in sets:
        by_rarity = sorted(own, key=lambda pair: (common[pair], pair))
        for pair in by_rarity[: len(own) - ceil(0.7 * len(own)) + 1]:
            for other, theirs in holders[pair]:
                if other.family != example.family and len(own & theirs) > 0.7 * len(own | theirs):
                    close.add((example.text, other.text))
            holders[pair].append((example, own))
    assert close == set()


@pytest.mark.parametrize("label", LABELS)
def test_every_label_is_learnt_from_and_tested_on_several_families(label: str) -> None:
    learnt = {e.family for e in EXAMPLES if label in e.labels and not e.held_out}
    tested = {e.family for e in EXAMPLES if label in e.labels and e.held_out}
    assert len(learnt) >= 5
    assert len(tested) >= 2
    assert 0.1 <= len(tested) / (len(learnt) + len(tested)) <= 0.35


def test_a_family_is_on_one_side_only() -> None:
    sides = defaultdict(set)
    for example in EXAMPLES:
        sides[example.family].add(example.held_out)
    assert all(len(side) == 1 for side in sides.values())


def test_the_unfit_kinds_are_those_of_a_standard() -> None:
    kinds = {f.kind for item in standard().items if item.criterion == "prohibited" for f in item.families}
    assert set(UNFIT) == kinds - {"overpromise"}


def test_the_readme_says_how_many_there_are() -> None:
    text = (files("scoring") / "classifier" / "data" / "README.md").read_text(encoding="utf-8")
    assert f"{len(EXAMPLES):,} short utterances" in text


def test_outputs_follow_the_labels() -> None:
    (example,) = read_examples([("f", LINE.replace("greeting", "abuse"))])
    assert [o for o, true in zip(OUTPUTS, example.outputs, strict=True) if true] == ["abuse", "unfit"]


def test_the_digest_of_data_ignores_order_and_notes() -> None:
    one, two = LINE, LINE.replace("a-1", "a-2").replace("您好", "你好")
    forward, backward = (read_examples([("f", "\n".join(lines))]) for lines in ((one, two), (two, one)))
    assert data_digest(forward) == data_digest(backward)
    noted = read_examples([("f", "\n".join((one, two)).replace("salutation", "word"))])
    assert data_digest(noted) == data_digest(forward)
    assert data_digest(read_examples([("f", one)])) != data_digest(forward)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "f:1: not JSON"),
        ("[]", "one JSON object"),
        (LINE.replace('"note":"salutation"', '"remark":""'), "exactly the keys"),
        (LINE.replace('"text":"您好。"', '"text":" "'), "text is ' '"),
        (LINE.replace('"agent"', '"system"'), "speaker is 'system'"),
        (LINE.replace('["greeting"]', '["hello"]'), "labels are ['hello']"),
        (LINE.replace('["greeting"]', "[]"), "labels are []"),
        (LINE.replace("false", '"no"'), "hard is true or false"),
        (LINE + "\n" + LINE, "f:2: id 'a-1' stands in f:1 already"),
        (LINE + "\n" + LINE.replace("a-1", "a-2"), "text '您好。' stands in f:1 already"),
    ],
)
def test_a_bad_line_is_named(line: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        read_examples([("f", line)])
    assert said in str(error.value)
