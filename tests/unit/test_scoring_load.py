"""Loading a standard: what is accepted, and errors an author can act on."""

from __future__ import annotations

import re

import pytest

from models.errors import StandardError
from models.glossary import GlossaryTerm
from scoring import SHIPPED_STANDARDS, check_cases, examples_of, load_standard
from scoring.load import BUILT_IN_ITEMS
from tests.unit.scoring_calls import shipped_text

TEXT = shipped_text("telecom-hotline-zh")
SHORT_TEXT = shipped_text("service-desk-en")


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def line_of(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


@pytest.mark.parametrize("name", SHIPPED_STANDARDS)
def test_shipped_standards_load_and_hold_their_own_examples(name: str) -> None:
    standard = load_standard(shipped_text(name), name)
    assert standard.ref.id == name
    assert set(BUILT_IN_ITEMS) <= {item.id for item in standard.items}
    assert standard.document.examples
    assert check_cases(standard, examples_of(standard)) == ()


def test_facts_of_the_document() -> None:
    standard = load_standard(TEXT, "s.yaml")
    assert standard.language == "zh"
    assert standard.time_zone == "Asia/Shanghai"
    assert [term.term for term in standard.asr_glossary if term.prompt][:3] == ["光猫", "工单", "装维"]
    assert len(standard.asr_glossary) > 12
    assert standard.effective_from < standard.review_by
    assert standard.bands[-1].at_least == 0
    assert {"callback", "refund", "visit"} <= {action.id for action in standard.actions}
    assert standard.title
    assert standard.owner
    assert standard.change_note


@pytest.mark.slow
def test_the_digest_is_of_the_content_not_of_the_writing() -> None:
    digest = load_standard(TEXT, "a").ref.digest
    assert load_standard("# another comment\n" + TEXT.replace("  - 请按", "  -   请按"), "b").ref.digest == digest
    assert load_standard(changed("soft: -5", "soft: -6"), "a").ref.digest != digest
    assert load_standard(changed("- 活该\n", "- 活该啦\n"), "a").ref.digest != digest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("soft: -5", "sofft: -5", ["sofft", "not a key"]),
        ("soft: -5", "soft: 5", ["soft", "'5'"]),
        ("vague_share: 0.4", "vague_share: 1.4", ["vague_share", "'1.4'"]),
        ("vague_share: 0.4", "vague_share: viel", ["vague_share", "'viel'"]),
        ("severity: hard", "severity: harsh", ["severity", "'harsh'"]),
        ("criterion: hold", "criterion: holding", ["'hold", "criterion"]),
        ("time_zone: Asia/Shanghai", "time_zone: Asia/Atlantis", ["Asia/Atlantis", "time zone"]),
        ("review_by: 2027-02-01", "review_by: 2026-02-01", ["2026-02-01", "not after"]),
        ("review_by: 2027-02-01", "review_by: soon", ["review_by", "'soon'"]),
        ("review_by: 2027-02-01", "effective_to: 2026-10-31\nreview_by: 2027-02-01", ["2026-10-31", "before effective_from"]),
        ("  - {name: 不合格, at_least: 0}\n", "", ["bands", "one at 0"]),
        ("- id: out_of_scope", "- id: not_my_job", ["not_my_job", "twice"]),
        ("excused_by: [remedy,", "excused_by: [remady,", ["remady", "remedy"]),
        ("{heard: 公号, meant: 工号}", "{heard: 公号, meant: 工}", ["公号", "same number"]),
        ("      points: 4\n", "      points: 5\n", ["10 points", "11"]),
        ("- 活该\n", "- 。。\n", ["'。。'"]),
        ("- 活该\n", "- 活(该\n", ["'活(该'"]),
        ("- 活该\n", "- <骂>人\n", ["<骂>", "words"]),
        ("- 活该\n", "- ''\n", ["phrases"]),
        ("soft: -5", "soft: -5\n    soft: -6", ["'soft'", "twice"]),
        ("item: greeting, expect: met, turns: [\"agent: 您好，工号8026", "item: greetings, expect: met, turns: [\"agent: 您好，工号8026", ["'greetings'"]),
        ("turns: [\"agent: 您好高兴服务。\"]", "turns: [\"坐席: 您好高兴服务。\"]", ["speaker"]),
    ],
)  # fmt: skip
def test_errors_name_file_line_and_value(old: str, new: str, fragments: list[str]) -> None:
    text = changed(old, new)
    with pytest.raises(StandardError) as caught:
        load_standard(text, "standards/mine.yaml")
    message = str(caught.value)
    assert re.match(r"standards/mine\.yaml:\d+: ", message)
    for fragment in fragments:
        assert fragment in message


GLOSSARY_MISTAKES = {
    "光猫": ["'光猫'", "twice"],
    "{term: 流量, heard: [刘亮子]}": ["'刘亮子'", "'流量'", "as many"],
    "{term: 固话, heard: [光猫]}": ["'光猫'", "itself a term"],
    "{term: 套餐, heard: [套参], never: [套参]}": ["'套参'", "never as well"],
    "{term: 餐费, heard: [关毛]}": ["'关毛'", "'光猫'", "one term only"],
    "{term: 话费, never: [话费单]}": ["'话费单'", "never changed"],
    "{term: modem, heard: [莫登]}": ["'modem'", "not Chinese"],
    "fibre optic broadband plus": ["'fibre optic broadband plus'", "longer than 24", "prompt: false"],
}
FORM_MISTAKES = {
    "{term: 月租, prompt: perhaps}": ["prompt", "'perhaps'"],
    "{term: 资费, sounds: [自费]}": ["sounds", "not a key"],
    "{heard: [关毛]}": ["term", "missing"],
    "''": ["asr_glossary", "''"],
}


@pytest.mark.parametrize("mistakes", [GLOSSARY_MISTAKES, FORM_MISTAKES], ids=["sense", "form"])
def test_glossary_errors_name_line_and_value(mistakes: dict[str, list[str]]) -> None:
    entries = ["{term: 光猫, heard: [关毛]}", *mistakes]
    text = re.sub(r"asr_glossary: .*", "asr_glossary:\n" + "\n".join(f"  - {e}" for e in entries), SHORT_TEXT)
    with pytest.raises(StandardError) as caught:
        load_standard(text, "mine.yaml")
    said = str(caught.value).splitlines()
    assert len(said) == len(mistakes)
    for entry, fragments in mistakes.items():
        line = line_of(text, f"  - {entry}\n" if entry != "光猫" else "  - 光猫\n")
        (found,) = [message for message in said if message.startswith(f"mine.yaml:{line}: ")]
        assert all(fragment in found for fragment in fragments), found


def test_a_glossary_entry_may_be_plain_or_say_more() -> None:
    written = "{term: 光猫, prompt: false, heard: [关毛], near: [红灯], never: [关毛衣]}, modem"
    text = re.sub(r"asr_glossary: .*", f"asr_glossary: [{written}]", SHORT_TEXT)
    assert load_standard(text, "x.yaml").asr_glossary == (
        GlossaryTerm("光猫", False, ("关毛",), ("红灯",), ("关毛衣",)),
        GlossaryTerm("modem"),
    )


@pytest.mark.parametrize(
    ("name", "longest"),
    [("service-desk-en", "fibre optic broadband +1"), ("telecom-hotline-zh", "企业专线宽带光猫安装维护")],
)
def test_a_term_of_the_longest_length_and_longer_ones(name: str, longest: str) -> None:
    longer = longest + "+"
    glossary = f"asr_glossary: [{longest}, {{term: {longer}, prompt: false}}]\nnot_graded:"
    text = re.sub(r"asr_glossary:(.|\n)*?\nnot_graded:", glossary, shipped_text(name))
    assert [term.term for term in load_standard(text, "x.yaml").asr_glossary] == [longest, longer]
    with pytest.raises(StandardError, match=f"{len(longest)} characters"):
        load_standard(text.replace(", prompt: false", ""), "x.yaml")


def test_the_line_is_the_line() -> None:
    text = changed("soft: -5", "soft: 5")
    with pytest.raises(StandardError, match=f"^x.yaml:{line_of(text, 'soft: 5')}: "):
        load_standard(text, "x.yaml")
    text = changed("- 活该\n", "- 活(该\n")
    with pytest.raises(StandardError, match=f"^x.yaml:{line_of(text, '- 活(该')}: "):
        load_standard(text, "x.yaml")


def test_all_problems_come_at_once() -> None:
    text = changed("soft: -5", "soft: 5").replace("vague_share: 0.4", "vague_share: 7")
    with pytest.raises(StandardError) as caught:
        load_standard(text, "x.yaml")
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("name", BUILT_IN_ITEMS)
def test_the_built_in_items_cannot_be_left_out(name: str) -> None:
    text = changed(f"  - id: {name}\n    criterion: {name}", f"  - id: other\n    criterion: {name}")
    with pytest.raises(StandardError, match=f"'{name}' with criterion '{name}' is missing"):
        load_standard(text, "x.yaml")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "id: [", "\t", "a: b: c"])
def test_what_is_no_standard(text: str) -> None:
    with pytest.raises(StandardError, match=r"^x\.yaml:\d+: "):
        load_standard(text, "x.yaml")


def test_an_example_that_fails_is_reported() -> None:
    text = changed(
        'item: prohibited, expect: violated, turns: ["agent: 这个不归我管。"]',
        'item: prohibited, expect: met, turns: ["agent: 这个不归我管。"]',
    )
    standard = load_standard(text, "x.yaml")
    (failure,) = check_cases(standard, examples_of(standard))
    assert (failure.item, failure.expected, failure.found) == ("prohibited", "met", "violated")
    assert failure.name.startswith("examples ")
    assert failure.reasons
