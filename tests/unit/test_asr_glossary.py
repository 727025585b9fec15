"""Words of the trade put right by sound: what must be, and what must never be touched."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.glossary import Glossary
from models.glossary import GlossaryTerm
from models.transcript import Correction, Role, Utterance, Word
from tests.unit.scoring_calls import standard

TERMS = (
    GlossaryTerm("携号转网"),
    GlossaryTerm("违约金"),
    GlossaryTerm("云联通信"),
    GlossaryTerm("宽带", heard=("宽待",), near=("办", "装"), never=("放宽待",)),
    GlossaryTerm("工单", heard=("公单",), never=("公单位",)),
    GlossaryTerm("话费", near=("交", "充"), never=("花费",)),
    GlossaryTerm("致歉", heard=("致谦",), near=("向您", "表示")),
    GlossaryTerm("装维"),
    GlossaryTerm("验证码", near=("个",)),
    GlossaryTerm("router"),
)
SURE, UNSURE = 0.95, 0.2


def said(text: str, probability: float | None = SURE) -> Utterance:
    """An utterance with one word per character, all equally probable; None: without words."""
    words = (
        () if probability is None else tuple(Word(i, i + 1, i / 5, (i + 1) / 5, probability) for i in range(len(text)))
    )
    return Utterance(0, Role.AGENT, 0.0, len(text) / 5, text, words)  # fmt: skip


@cache
def glossary() -> Glossary:
    return Glossary(TERMS)


@cache
def shipped() -> Glossary:
    return Glossary(standard().asr_glossary)


@pytest.mark.parametrize("probability", [SURE, UNSURE, None])
@pytest.mark.parametrize(
    ("heard", "text", "was"),
    [
        ("我想办鞋号转网", "我想办携号转网", "鞋号转网"),
        ("我想办携号传网", "我想办携号转网", "携号传网"),  # 传 is read zhuan too
        ("系统里要先把维约金结清", "系统里要先把违约金结清", "维约金"),
        ("您好，云连通信，请讲", "您好，云联通信，请讲", "云连通信"),
        (
            "您好，云年通信，请讲",
            "您好，云联通信，请讲",
            "云年通信",
        ),  # n for l: four characters, three of them the same
        ("公单卡在财务", "工单卡在财务", "公单"),
        ("家里的宽待断了", "家里的宽带断了", "宽待"),
        ("向您致谦", "向您致歉", "致谦"),
    ],
)
def test_put_right_whatever_the_recogniser_thought(heard: str, text: str, was: str, probability: float | None) -> None:
    found = glossary().corrected(said(heard, probability))
    at = text.index(found.text[found.corrections[0].char_start : found.corrections[0].char_end])
    assert (found.text, found.corrections) == (text, (Correction(at, at + len(was), was),))


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        ("再次向您之前再见", "再次向您致歉再见"),
        ("我要交画费", "我要交话费"),
        ("我想办款待", "我想办宽带"),
        ("宽带的宫丹", "宽带的工单"),  # beside another word of the glossary
    ],
)
def test_short_words_need_doubt_and_company(heard: str, text: str) -> None:
    assert glossary().corrected(said(heard, UNSURE)).text == text
    assert glossary().corrected(said(heard, SURE)).text == heard
    assert glossary().corrected(said(heard, None)).text == heard


@pytest.mark.parametrize("probability", [SURE, UNSURE, None])
@pytest.mark.parametrize(
    "text",
    [
        "之前说过的",  # 致歉 in sound, and nothing beside it
        "晚上十点之前恢复",
        "一共要花费多少",
        "我去交花费",  # listed as meant, even beside 交
        "谢谢款待",
        "这是专为您准备的",  # zhuan is not zhuang in a word of two
        "公单位的卡",
        "政策放宽待遇",
        "需要验证吗",  # asks; names no 验证码
        "向您。之前说过",  # a mark lies between
        "向您保证明天上午之前",  # too far away
        "携号转网",
        "我的宽带断了",
        "router",
        "",
        "。",
        "金",
    ],
)
def test_left_alone(text: str, probability: float | None) -> None:
    utterance = said(text, probability)
    assert glossary().corrected(utterance) == utterance


def test_a_term_keeps_its_characters_inside_a_longer_one() -> None:
    brand = Glossary((GlossaryTerm("宽带"), GlossaryTerm("云联宽带", heard=("与连宽带",))))
    assert brand.corrected(said("您好与连宽带")).text == "您好云联宽带"
    # 带与 would have to change 宽带, which is a word of the glossary.
    other = Glossary((GlossaryTerm("宽带"), GlossaryTerm("代余", heard=("带与",))))
    assert other.corrected(said("宽带与电视")).text == "宽带与电视"


def test_several_corrections_are_in_order_and_earlier_ones_stay() -> None:
    earlier = Correction(0, 2, "您号")
    utterance = said("您好公单和宽待")
    before = Utterance(0, Role.AGENT, 0, 2, utterance.text, utterance.words, corrections=(earlier,))
    found = glossary().corrected(before)
    assert found.text == "您好工单和宽带"
    assert found.corrections == (earlier, Correction(2, 4, "公单"), Correction(5, 7, "宽待"))


PARTS = [
    "公单",
    "宽待",
    "之前",
    "款待",
    "维约金",
    "鞋号转网",
    "您好",
    "，",
    "5",
    "向您",
    "办",
    "了",
    "云连通信",
    "abc",
    " ",
]


@given(st.lists(st.sampled_from(PARTS), max_size=10).map("".join), st.sampled_from([SURE, UNSURE, None]))
def test_length_words_and_what_was_heard_are_kept(text: str, probability: float | None) -> None:
    utterance = said(text, probability)
    found = glossary().corrected(utterance)
    assert len(found.text) == len(text)
    assert found.words == utterance.words
    back = found.text
    for correction in found.corrections:
        term = found.text[correction.char_start : correction.char_end]
        assert term in {t.term for t in TERMS}
        assert len(correction.heard) == len(term)
        back = back[: correction.char_start] + correction.heard + back[correction.char_end :]
    assert back == text


@given(st.text(alphabet="公单宽待之前款您好，", max_size=20))
def test_without_terms_nothing_changes(text: str) -> None:
    utterance = said(text, UNSURE)
    assert Glossary(()).corrected(utterance) == utterance


@pytest.mark.parametrize(
    "text",
    [
        "从宽待遇上讲，放宽待遇没有问题。",
        "您单位是办公单位还是公单位？",
        "请退回纸质发票。",
        "三千费用已经交了。",
        "以前费用高，之前费用也高。",
        "优化费用、老化费用、变化费用、绿化费用。",
        "这个套餐很合适，何时生效？",
        "我要和时间赛跑。",
        "村庄围墙外面。",
        "成功号码已经登记，办公号码没变。",
        "很长单子，队长单独来。",
        "赶紧快点，要紧快件。",
        "您给我授权吗？需要验证吗？",
        "导致欠费停机。",
        "牵挂记在心里。",
    ],
)
def test_the_shipped_glossary_leaves_ordinary_sentences_alone(text: str) -> None:
    for probability in (SURE, None):
        assert shipped().corrected(said(text, probability)).text == text


def test_the_shipped_glossary_leaves_every_example_and_phrase_alone() -> None:
    document = standard().document
    texts = [turn for example in document.examples for turn in example.turns]
    texts += [phrase for action in document.promises.actions for phrase in action.phrases]
    changed = [text for text in texts if shipped().corrected(said(text)).text != text]
    meant = {m.meant for m in document.mishearings}
    # The examples hold known mishearings on purpose; each of those must come out as its word.
    assert all(any(word in shipped().corrected(said(text)).text for word in meant) for text in changed)
    assert len(texts) > 80
