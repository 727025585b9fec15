"""What people write about calls: personal numbers are hidden, and what a note is about stays readable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.pii.notes import mask_note
from models.transcript import MASK


@pytest.mark.parametrize(
    "number",
    [
        "13800138000", "138-0013-8000", "138 0013 8000", "１３８００１３８０００", "010-62345678", "110101199003078515",
        "11010119900307851X", "6222021234567890123", "4111 1111 1111 1111", "一三八零零一三八零零零",
    ],
)  # fmt: skip
@pytest.mark.parametrize("note", ["客户说{}没人回", "{}", "听 0:42，号码是{}\n第二遍又报了一次", "致电：{}。"])
def test_numbers_of_people_are_hidden_and_the_rest_stays(note: str, number: str) -> None:
    assert mask_note(note.format(number)) == note.format(re.sub(r"[\d一三八零X]", MASK, number))


@pytest.mark.parametrize("note", ["call 13800138000 back", "phone 555-123-4567", "ID 110101199003078515, as he said"])
def test_english_notes_as_well(note: str) -> None:
    assert sum(character.isdigit() for character in note) == mask_note(note).count(MASK)


@pytest.mark.parametrize(
    "note",
    [
        "", "应得 10 分，扣 5 分", "0:42 开始道歉，1:05 才问候", "2026-11-20 10:00 已回电", "工单号 20251119001234", "请看第 3 条，第 2 句",
        "已打 10086 核实", "128 元的套餐", "should be 10 points, not 5",
    ],
)  # fmt: skip
def test_what_a_note_is_about_stays(note: str) -> None:
    assert mask_note(note) == note


@given(st.text(alphabet="0123456789０１２号电话是，- \nab验证码", max_size=60))
def test_masked_again_it_stays(text: str) -> None:
    assert mask_note(mask_note(text)) == mask_note(text)
