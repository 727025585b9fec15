"""Digits as said become figures, one for one; quantities and figures of speech stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.digits import readable
from models.transcript import Correction, Role, Utterance


def said(text: str, *corrections: Correction) -> Utterance:
    return Utterance(0, Role.CUSTOMER, 0.0, 1.0, text, corrections=corrections)


@pytest.mark.parametrize("by_sound", [True, False])
@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("工号八零二六为您服务", "工号8026为您服务"),
        ("幺三八零零幺三八零零零", "13800138000"),
        ("幺三八，零零幺二，三四五六。", "138，0012，3456。"),
        ("幺幺零幺零幺，幺九零零，零幺零幺，幺零零九", "110101，1900，0101，1009"),
        ("打幺二三幺五投诉", "打12315投诉"),
        ("拨一零零八六", "拨10086"),
        ("尾号是三三零七", "尾号是3307"),
        ("工号三五八", "工号358"),
        ("密码是一二三四五六", "密码是123456"),
        ("二零二六年一月", "2026年一月"),
        ("8820幺九", "882019"),
        ("订单号〇六三八", "订单号0638"),
    ],
)
def test_numbers_said_digit_by_digit(spoken: str, written: str, by_sound: bool) -> None:
    found = readable(said(spoken), by_sound=by_sound)
    assert found.text == written
    assert found.corrections == ()  # the same number in another writing is no correction


@pytest.mark.parametrize("by_sound", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "二十四小时内",
        "一百二十八块",
        "三千五百六十七",
        "一万零三百",
        "四五百块",
        "打一零零八六十分钟",  # 六十 or 八六: not known
        "三四天",
        "三四，五六天",
        "一，二，三，四",
        "一二三四五",
        "五六七八个人",
        "三点一四一五九",
        "零零七",
        "一五一十",
        "三三两两",
        "七七八八",
        "五五开",
        "一一对应",
        "三七二十一",
        "2026一月",
        "到2026，三四天",
        "号码是13800138000，二十四小时",
        "工号51512您",
        "我要一百二",
        "我要138套餐",
        "我工号是8026要改",
        "要不要腰带",
        "三八药品",
        "",
    ],
)
def test_what_stays_as_said(text: str, by_sound: bool) -> None:
    utterance = said(text)
    assert readable(utterance, by_sound=by_sound) == utterance


@pytest.mark.parametrize(
    ("heard", "text", "ones"),
    [
        ("要三八零零，要三八零零零。", "13800，138000。", [0, 6]),
        ("工号八零要二您好", "工号8012您好", [4]),
        ("工号腰腰零五，请问", "工号1105，请问", [2, 3]),
        ("是88209要。", "是882091。", [6]),
        ("妖三八零零幺三八零零零", "13800138000", [0]),
    ],
)
def test_what_sounds_like_the_digit_one(heard: str, text: str, ones: list[int]) -> None:
    found = readable(said(heard), by_sound=True)
    assert found.text == text
    assert found.corrections == tuple(Correction(i, i + 1, heard[i]) for i in ones)
    assert all(readable(said(heard), by_sound=False).text[i] == heard[i] for i in ones)


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        ("我要三八零零块的", "我要3800块的"),  # wants something
        ("工号要八零二六吗", "工号要8026吗"),
        ("我报12345要吗", "我报12345要吗"),
        ("零要", "零要"),
        ("要二三", "要二三"),
    ],
)
def test_a_word_that_is_no_digit_stays(heard: str, text: str) -> None:
    found = readable(said(heard), by_sound=True)
    assert (found.text, found.corrections) == (text, ())


SIGNS = "零〇一二三四五六七八九幺两十百要腰，。、 0189工号我年点"


@given(st.text(alphabet=SIGNS, max_size=30), st.booleans())
def test_length_and_other_characters_are_kept(text: str, by_sound: bool) -> None:
    earlier = Correction(0, min(1, len(text)), "x")
    found = readable(said(text, earlier), by_sound=by_sound)
    assert len(found.text) == len(text)
    assert earlier in found.corrections
    changed = [i for i, (a, b) in enumerate(zip(text, found.text, strict=True)) if a != b]
    assert all(found.text[i] in "0123456789" and text[i] in "零〇一二三四五六七八九幺要腰" for i in changed)
    ones = [c.char_start for c in found.corrections if c is not earlier]
    assert ones == sorted(i for i in changed if text[i] in "要腰")
    assert by_sound or not ones
