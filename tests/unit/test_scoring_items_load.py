"""Generic items that cannot be meant: an error with file, line and value, never a guess."""

from __future__ import annotations

import re
import sys

import pytest

from models.errors import StandardError
from scoring import check_cases, load_case, load_standard
from scoring.schema import Document
from tests.unit.small_standard import SMALL, standard_with, with_items

HEAD = "- id: it\n  title: 事项\n  dimension: empathy\n"


@pytest.mark.parametrize(
    ("body", "line", "fragments"),
    [
        ("criterion: phrase\npoints: 5", 1, ["phrases", "missing"]),
        ("criterion: phrase\npoints: 5\nphrases: []", 6, ["phrases", "at least 1"]),
        ("criterion: phrase\nphrases: [甲]", 1, ["'it'", "either points or a deduction"]),
        ("criterion: phrase\npoints: 5\ndeduction: -5\nphrases: [甲]", 1, ["either points or a deduction"]),
        ("criterion: phrase\ndeduction: 5\nphrases: [甲]", 5, ["deduction", "'5'", "less than 0"]),
        ("criterion: phrase\npoints: nan\nphrases: [甲]", 5, ["points", "'nan'"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\nrole: boss", 7, ["role", "'boss'"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\ncount: {at_least: 3, at_most: 2}", 7, ["3", "2"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\ncount: {at_least: 0}", 7, ["asks for nothing", "at_most: 0"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\nposition: {}", 7, ["says nothing"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\nposition: {last_turns: 0}", 7, ["last_turns", "'0'"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\nexcused_by: [quotaton]", 7, ["'quotaton'", "quotation"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\ntrigger: {role: customer}", 7, ["phrases or wait_s"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\ntrigger: {wait_s: 5, look_alikes: [乙]}", 7, ["no words"]),
        ("criterion: phrase\npoints: 5\nphrases: [甲]\npartial_share: 0.5", 7, ["in part"]),
        ("criterion: phrase\npoints: 5\nphrases: ['~3']", 6, ["'~3'"]),
        ("criterion: phrase\npoints: 5\nphrases: ['[甲]']", 6, ["match almost anything"]),
        ("criterion: phrase\npoints: 5\nphrases: ['(甲']", 6, ["'(甲'"]),
        ("criterion: sequence\npoints: 5\nsteps: [{id: a, title: 甲, phrases: [甲]}]", 6, ["steps", "at least 2"]),
        ("criterion: sequence\npoints: 5\nsteps:\n- {id: a, title: 甲, phrases: [甲]}\n- {id: a, title: 乙, phrases: [乙]}", 8, ["'a'", "twice"]),
        ("criterion: sequence\npoints: 5\nsteps:\n- {id: a, title: 甲, phrases: [甲], within_s: 3}\n- {id: b, title: 乙, phrases: [乙]}", 7, ["first step"]),
        ("criterion: sequence\npoints: 5\nsteps:\n- {id: a, title: 甲}\n- {id: b, title: 乙, phrases: [乙]}", 7, ["phrases or wait_s"]),
        ("criterion: sequence\npoints: 5\nsteps:\n- {id: a, title: 甲, phrases: [甲], anchor: true}\n- {id: b, title: 乙, phrases: [乙], anchor: true}", 8, ["one anchor"]),
        ("criterion: sequence\npoints: 5\ncount: {at_least: 2}\nsteps:\n- {id: a, title: 甲, phrases: [甲], anchor: true}\n- {id: b, title: 乙, phrases: [乙]}", 6, ["remove count"]),
        ("criterion: timing\npoints: 5\nmeasure: loudness\nat_most: 5", 6, ["measure", "'loudness'", "speech_rate"]),
        ("criterion: timing\npoints: 5\nmeasure: ring", 1, ["ring needs at_least"]),
        ("criterion: timing\npoints: 5\nmeasure: ring\nat_most: 20\nover_s: 5", 1, ["one number per call"]),
        ("criterion: timing\npoints: 5\nmeasure: ring\nat_most: 20\ncount: {at_most: 2}", 8, ["not counted"]),
        ("criterion: timing\npoints: 5\nmeasure: ring\nat_most: 20\nrole: customer", 8, ["nobody's"]),
        ("criterion: timing\npoints: 5\nmeasure: speech_rate\nat_least: 300\nat_most: 200", 7, ["300", "200"]),
        ("criterion: timing\npoints: 5\nmeasure: talk_share\nat_most: 60", 1, ["0.6 for 60 %"]),
        ("criterion: timing\npoints: 5\nmeasure: dead_air", 1, ["needs over_s"]),
        ("criterion: timing\npoints: 5\nmeasure: dead_air\nover_s: 5\nat_most: 9", 1, ["counted"]),
        ("criterion: timing\npoints: 5\nmeasure: dead_air\nover_s: 5\nposition: {last_turns: 1}", 8, ["seconds"]),
        ("criterion: combined\npoints: 5", 1, ["exactly one of all, any and not"]),
        ("criterion: combined\npoints: 5\nall: []", 1, ["exactly one"]),
        ("criterion: combined\npoints: 5\nall: [{any: []}]", 6, ["is empty"]),
        ("criterion: combined\npoints: 5\nall:\n- {kind: phrase, title: 甲, phrases: [甲]}\nnot: {kind: phrase, title: 乙, phrases: [乙]}", 1, ["it has 2"]),
        ("criterion: combined\npoints: 5\nall:\n- {kind: song, title: 甲}", 7, ["kind: phrase, sequence or timing"]),
        ("criterion: combined\npoints: 5\nnot:\n  not:\n    kind: phrase\n    title: 甲\n    phrases: [甲]\n    mood: good", 11, ["not.not.mood", "not a key"]),
        ("criterion: combined\npoints: 5\nnot:\n  all:\n  - {kind: phrase, title: 甲, phrases: ['(甲']}", 8, ["'(甲'"]),
        ("criterion: combined\npoints: 5\nnot: {kind: phrase, title: 甲, phrases: [甲], excused_by: [x]}", 6, ["'x'", "context rule"]),
        ("criterion: combined\npoints: 5\npartial_share: 0.5\nany: [{kind: phrase, title: 甲, phrases: [甲]}]", 6, ["in part"]),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(body: str, line: int, fragments: list[str]) -> None:
    item = HEAD + "".join(f"  {one}\n" for one in body.splitlines())
    text = with_items(item)
    first = text[: text.index("- id: it\n")].count("\n") + 1
    with pytest.raises(StandardError) as caught:
        load_standard(text, "mine.yaml")
    said = str(caught.value)
    assert said.startswith(f"mine.yaml:{first + line - 1}: ")
    for fragment in fragments:
        assert fragment in said
    assert len(said.splitlines()) == 1


def test_two_generic_items_of_a_kind_and_no_two_of_an_id() -> None:
    one = "- {id: a, title: 甲, dimension: empathy, points: 5, criterion: phrase, phrases: [甲]}\n"
    assert len(standard_with(one + one.replace("id: a", "id: b")).items) == 6
    with pytest.raises(StandardError, match="item id 'a' is used twice"):
        standard_with(one + one)


HOSTILE = {
    "nested for ever": "a: " + "[" * 100_000,
    "nested in blocks": "\n".join("  " * i + "a:" for i in range(2000)),
    "an alias of itself": "a: &x [1, *x]",
    "aliases that multiply": "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + "\n".join(f"{c}: &{c} [{','.join([f'*{chr(ord(c) - 1)}'] * 10)}]" for c in "bcdefghij"),
    "a key that is a list": "? [a]\n: b",
    "two documents": "a: 1\n---\nb: 2",
    "an alias of nothing": "a: *b",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_yaml_that_means_harm_ends_in_one_message(name: str) -> None:
    with pytest.raises(StandardError, match=r"^x\.yaml:\d+: "):
        load_standard(HOSTILE[name], "x.yaml")


def test_deep_combinations_are_bounded_by_the_yaml_alone() -> None:
    depth = 15
    check = "{kind: phrase, title: 甲, phrases: [甲甲]}"
    for _ in range(depth):
        check = f"{{not: {check}}}"
    item = HEAD + f"  criterion: combined\n  points: 5\n  not: {check}\n"
    assert load_standard(with_items(item), "x.yaml").items[-1].id == "it"
    assert depth < sys.getrecursionlimit()


def test_anchors_and_aliases_save_writing() -> None:
    standard = standard_with("""
- {id: a, title: 甲, dimension: empathy, points: 5, criterion: phrase, phrases: &words [甲甲, 乙乙]}
- {id: b, title: 乙, dimension: empathy, points: 5, criterion: phrase, phrases: *words, position: {first_turns: 1}}
""")
    assert standard.items[-1].model_dump()["phrases"] == ("甲甲", "乙乙")


def test_a_default_that_is_written_out_is_the_same_standard() -> None:
    plain = "- {id: a, title: 甲, dimension: empathy, points: 5, criterion: phrase, phrases: [甲甲]}"
    written = plain.replace("phrases:", "role: agent, look_alikes: [], phrases:")
    assert standard_with(plain).ref.digest == standard_with(written).ref.digest
    assert standard_with(plain).ref.digest != standard_with(plain.replace("[甲甲]", "[乙乙]")).ref.digest


def test_every_field_of_the_form_takes_part_in_the_digest() -> None:
    assert "effective_to" in Document.model_fields
    longer = SMALL.replace("review_by:", "effective_to: 2027-01-31\nreview_by:")
    assert load_standard(longer, "x").ref.digest != load_standard(SMALL, "x").ref.digest


CASE = """
turns:
  - "agent 0.5-2.0: 您好，工号8026，很高兴为您服务。"
  - "customer 2.5-4: 我的网断网了。"
  - "agent 4.2-6: 非常抱歉，我们24小时内给您回电。"
expect: {greeting: met, apology: met, commitment: met, prohibited: met}
"""


def test_a_case_holds_or_its_failures_are_named() -> None:
    standard = load_standard(SMALL, "x")
    assert check_cases(standard, [load_case(CASE, "good.yaml", standard)]) == ()
    wrong = load_case(CASE.replace("greeting: met", "greeting: missed"), "wrong.yaml", standard)
    (failure,) = check_cases(standard, [wrong])
    assert (failure.name, failure.item, failure.expected, failure.found) == ("wrong.yaml", "greeting", "missed", "met")


@pytest.mark.parametrize(
    ("old", "new", "line", "fragment"),
    [
        ("greeting: met", "greetings: met", 6, "'greetings' is not an item of small-zh"),
        ("greeting: met", "greeting: fine", 6, "'fine'"),
        ("agent 0.5-2.0", "坐席", 3, "must begin with the speaker"),
        ("0.5-2.0", "2.5-2.0", 3, "ends before it begins"),
        ("turns:", "turn:", 2, "turn is not a key"),
        ("expect: {", "ring_s: -1\nexpect: {", 6, "ring_s"),
    ],
)
def test_a_case_that_cannot_be_read_names_its_line(old: str, new: str, line: int, fragment: str) -> None:
    standard = load_standard(SMALL, "x")
    with pytest.raises(StandardError) as caught:
        load_case(CASE.replace(old, new), "c.yaml", standard)
    assert re.search(rf"^c\.yaml:{line}: .*{re.escape(fragment)}", str(caught.value), re.MULTILINE)
