"""Readings: what is folded away, and that every span leads back to what was said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.normalise import Normaliser

ZH = Normaliser("zh", ("嗯", "那个"), [("公号", "工号")])
EN = Normaliser("en", ("um", "you know"))
SPOKEN = st.text(alphabet="您好不归我管嗯那个公号123，。？、 “”…!AbＡ１％.:-\n🙂", max_size=60)


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("您好，请讲。", "您好，请讲。"),
        ("ＡＢＣ１２３", "abc123"),
        ("嗯，您好", "您好"),
        ("不归那个我管", "不归我管"),
        ("公号8026", "工号8026"),
        ("工号八零二六", "工号8026"),
        ("打一二三一五", "打12315"),
        ("二十四小时，三四天", "二十四小时，三四天"),
        ("您 好 请 讲", "您好请讲"),
        ("您好请讲 谢谢您 再见", "您好请讲，谢谢您，再见"),
        ("什么，？。！", "什么？"),
        ("3.5元 17:30", "3.5元，17:30"),
        ("100%的", "100%的"),
        ("對不起，這個不歸我管", "对不起，这个不归我管"),
        ("🙂", ""),
        ("", ""),
    ],
)
def test_chinese_readings(original: str, text: str) -> None:
    assert ZH.read(original).text == text


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("I can't, um, help.", "i cant，help。"),
        ("at 3 p.m. today", "at 3 pm today"),
        ("forty-eight hours", "forty eight hours"),
        ("umbrella you know it", "umbrella it"),
    ],
)
def test_english_readings(original: str, text: str) -> None:
    assert EN.read(original).text == text


def test_a_mended_mishearing_is_marked() -> None:
    assert ZH.read("嗯公号").corrected == frozenset({0})
    assert ZH.read("工号").corrected == frozenset()


def test_quoted_words_are_known() -> None:
    reading = ZH.read("您说“不归我管”是吧")
    (span,) = reading.quoted
    assert reading.text[slice(*span)] == "不归我管"


@settings(deadline=None)
@given(SPOKEN, st.data())
def test_every_span_of_a_reading_is_a_span_of_the_original(original: str, data: st.DataObject) -> None:
    for normaliser in (ZH, EN):
        reading = normaliser.read(original)
        assert len(reading.text) == len(reading.origin)
        assert list(reading.origin) == sorted(reading.origin)
        if reading.text:
            start = data.draw(st.integers(0, len(reading.text) - 1))
            end = data.draw(st.integers(start + 1, len(reading.text)))
            a, b = reading.original_span(start, end)
            assert 0 <= a < b <= len(original)


@settings(deadline=None)
@given(SPOKEN)
def test_reading_twice_changes_nothing(original: str) -> None:
    once = EN.read(original).text
    assert EN.read(once).text == once
