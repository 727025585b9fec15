"""The phrase language: what each sign matches, and what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scorecard import MatchKind
from models.transcript import Role
from scoring.grammar import PhraseError
from scoring.lexicon import Lexicon, PhraseList
from scoring.normalise import Normaliser
from scoring.phrase import compile_phrase

NORMALISERS = {"zh": Normaliser("zh", ("嗯",)), "en": Normaliser("en", ("um",))}
WORDS = {"我方": ("我", "我们"), "who": ("we", "they will")}


def find(phrase: str, text: str, language: str = "zh", by_sound: bool = False) -> list[tuple[str, MatchKind]]:
    normaliser = NORMALISERS[language]
    compiled = compile_phrase(phrase, WORDS, lambda t: normaliser.read(t).text, language != "zh", 4)
    lexicon = Lexicon([PhraseList("list", [compiled], by_sound)], language != "zh")
    reading = normaliser.read(text)
    spans = [(reading.original_span(h.start, h.end), h.match) for h in lexicon.scan(reading, Role.AGENT)["list"]]
    return [(text[a:b], match) for (a, b), match in spans]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("不归我管", "这不归我管。", ["不归我管"]),
        ("不归我管", "不，归我管", ["不，归我管"]),
        ("不归我管", "不不归嗯我管", ["不不归嗯我管"]),
        ("不归我管", "不。归我管", []),
        ("(您好|你好)请讲", "你好请讲", ["你好请讲"]),
        ("很[非常]抱歉", "很抱歉", ["很抱歉"]),
        ("很[非常]抱歉", "很非常抱歉", ["很非常抱歉"]),
        ("没有~3办法", "没有任何的办法", ["没有任何的办法"]),
        ("没有~3办法", "没有一点别的办法", []),
        ("没有~3办法", "没有。办法", []),
        ("不归<我方>管", "不归我们管", ["不归我们管"]),
        ("<数>小时", "四十八小时", ["四十八小时"]),
        ("<数>小时", "48小时", ["48小时"]),
        ("^不可能$", "不可能。", ["不可能"]),
        ("^不可能$", "这，不可能的", []),
        ("^不可能$", "不可能让您白跑", []),
        ("（您好｜你好）", "您好", ["您好"]),
    ],
)
def test_chinese_phrases(phrase: str, text: str, found: list[str]) -> None:
    assert [quote for quote, _ in find(phrase, text)] == found


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("not my job", "It's not my job.", ["not my job"]),
        ("not my job", "not my jobs", []),
        ("call ~2 back", "call you right back", ["call you right back"]),
        ("call ~2 back", "call me some day, back home", []),
        ("<who> call", "they will call", ["they will call"]),
        ("can't help", "I can’t help", ["can’t help"]),
        ("[very] sorry", "sorry", ["sorry"]),
        ("^what$", "What?", ["What"]),
        ("^what$", "what now", []),
    ],
)
def test_english_phrases(phrase: str, text: str, found: list[str]) -> None:
    assert [quote for quote, _ in find(phrase, text, "en")] == found


@pytest.mark.parametrize(
    ("phrase", "complaint"),
    [
        ("", "no words"),
        ("，。", "only punctuation"),
        ("嗯", "only punctuation or fillers"),
        ("[不归]", "almost anything"),
        ("<数>", "almost anything"),
        ("~3管", "gap"),
        ("不归~管", "needs a number"),
        ("不归~99管", "out of range"),
        ("不归(我|管", "without ')'"),
        ("不归我)管", "without its partner"),
        ("不归(我|)管", "empty alternative"),
        ("不归<他方>管", "not listed under words"),
        ("不归<我方管", "without '>'"),
    ],
)
def test_phrases_that_cannot_be_used_are_refused(phrase: str, complaint: str) -> None:
    with pytest.raises(PhraseError, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        find(phrase, "不归我管")


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("不归我管", "这个不龟我管", [("不龟我管", MatchKind.HOMOPHONE)]),
        ("不归我管", "不归我管", [("不归我管", MatchKind.EXACT)]),
        ("这怪谁呢", "这怪水呢", [("这怪水呢", MatchKind.HOMOPHONE)]),
        ("尽快处理", "紧快处理", [("紧快处理", MatchKind.HOMOPHONE)]),
        ("尽快处理", "近块出力", []),
        ("是吗", "四吗", []),
    ],
)
def test_by_sound_only_long_phrases_and_half_of_the_characters(
    phrase: str, text: str, found: list[tuple[str, MatchKind]]
) -> None:
    assert find(phrase, text, by_sound=True) == found


@pytest.mark.parametrize(
    "phrase", ["(不归|归)[您]我管", "[您]不归~2管", "(不|归~2您)[我|您](管|我)$", "<数>我[您]", "管管不归", "^[您]我"]
)
@settings(deadline=None)
@given(st.text(alphabet="不归我管一，。嗯您", max_size=40))
def test_the_index_finds_what_a_plain_search_finds(phrase: str, text: str) -> None:
    normaliser = NORMALISERS["zh"]
    reading = normaliser.read(text)
    compiled = compile_phrase(phrase, WORDS, lambda t: normaliser.read(t).text, False, 4)
    plain = re.search(compiled.expression(), reading.text) is not None
    assert bool(Lexicon([PhraseList("list", [compiled])], False).scan(reading, Role.AGENT)["list"]) == plain
