"""Masked transcripts: nothing of a number is left, everything else stays, whatever is said around it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.pii.find import TABLES
from asr.pii.forms import id_checks, kind_by_form, luhn_checks
from asr.pii.mask import mask_secrets
from models.transcript import MASK, Correction, Dropped, Masked, Role, SecretKind, SpeechSpan, Transcript, Utterance
from models.wire import transcript_from_json, transcript_to_json
from tests.factories import meta, transcript, utterance

SPOKEN = "零幺二三四五六七八九"
CHATTER = (
    "您好，工号八零二六为您服务。",
    "嗯。",
    "好的，您说。",
    "一共一百二十八块。",
    "24小时内给您回电。",
    "我打10086问过了。",
    "",
)


def spoken(digits: str) -> str:
    return "".join(SPOKEN[int(d)] for d in digits)


digit_strings = st.text("0123456789", min_size=9, max_size=9)
mobiles = digit_strings.map(lambda tail: "13" + tail)


@st.composite
def groups(draw: st.DrawFn, number: str) -> list[str]:
    """The number cut into groups of at least three digits, each written or spoken."""
    cuts = [0, *draw(st.sampled_from([[], [3], [3, 7], [4, 8], [6]])), len(number)]
    pieces = [number[a:b] for a, b in pairwise(cuts)]
    return [draw(st.sampled_from([piece, spoken(piece)])) for piece in pieces]


@st.composite
def calls(draw: st.DrawFn) -> tuple[Transcript, list[str]]:
    """A call in which a customer says a mobile number, in one turn or several, and the groups as they were said."""
    said = draw(groups(draw(mobiles)))
    turns = [("agent", draw(st.sampled_from(CHATTER))), ("customer", "我的号码是" + said[0])]
    if draw(st.booleans()):
        for piece in said[1:]:
            turns += [("agent", draw(st.sampled_from(("嗯。", "好的，您说。")))), ("customer", piece + "。")]
    else:
        turns[-1] = ("customer", "我的号码是" + draw(st.sampled_from(("", "，", "嗯", " ", "-"))).join(said) + "。")
    turns.append(("agent", draw(st.sampled_from(CHATTER))))
    return transcript(*turns), said


@given(calls())
def test_no_digit_of_a_number_is_left_in_what_is_stored(call: tuple[Transcript, list[str]]) -> None:
    before, said = call
    after = mask_secrets(before)
    stored = transcript_to_json(after, meta())["utterances"]
    theirs = json.dumps([u["text"] for u in stored if u["speaker"] == "customer"], ensure_ascii=False)
    assert not any(piece in theirs for piece in said)
    assert not set(theirs) & set(SPOKEN + "0123456789")
    assert {m.kind for u in after.utterances for m in u.masked} == {SecretKind.PHONE}


@given(calls())
def test_only_masked_characters_change_and_every_place_stays(call: tuple[Transcript, list[str]]) -> None:
    before, _ = call
    after = mask_secrets(before)
    for old, new in zip(before.utterances, after.utterances, strict=True):
        assert replace(new, text=old.text, masked=()) == old
        inside = {i for m in new.masked for i in range(m.char_start, m.char_end)}
        for i, (was, now) in enumerate(zip(old.text, new.text, strict=True)):
            assert now == was or (now == MASK and i in inside)
        for m in new.masked:
            assert new.text[m.char_start] == new.text[m.char_end - 1] == MASK
            own = [w for w in new.words if m.char_start <= w.char_start < m.char_end]
            assert m.start_s is not None
            assert m.end_s is not None
            assert m.start_s <= own[0].start_s
            assert m.end_s >= own[-1].end_s
    assert transcript_from_json(transcript_to_json(after, meta()), "line") == (after, meta())


@given(calls())
def test_masking_twice_is_masking_once(call: tuple[Transcript, list[str]]) -> None:
    once = mask_secrets(call[0])
    assert mask_secrets(once) == once


@given(
    st.lists(st.text("0123456789零幺要二三九X叉嗯个，。 -号码验证是13800138000a块", max_size=30), max_size=6),
    st.sampled_from(["zh", "en"]),
)
def test_any_text_keeps_its_length_and_masks_digits_only(texts: list[str], language: str) -> None:
    before = transcript(*(("agent" if i % 2 else "customer", text) for i, text in enumerate(texts)), language=language)
    after = mask_secrets(before)
    for old, new in zip(before.utterances, after.utterances, strict=True):
        assert len(old.text) == len(new.text)
        changed = {was for was, now in zip(old.text, new.text, strict=True) if was != now}
        assert changed <= set("0123456789零幺要二三九X叉个是")
    assert mask_secrets(after) == after


def test_text_that_was_left_out_loses_its_digits() -> None:
    lost = Dropped(Role.CUSTOMER, 1.0, 2.0, "幺三八零零，幺三八零零零的，24小时", ("loop",))
    after = mask_secrets(replace(transcript(("agent", "您好。")), dropped=(lost,)))
    assert after.dropped == (replace(lost, text="＊＊＊＊＊，＊＊＊＊＊＊的，24小时"),)


def test_a_correction_inside_a_number_does_not_tell_what_was_heard() -> None:
    before = transcript(("customer", "我的号码幺三八零零幺三八零零零，换套餐。"))
    made = (
        Correction(2, 5, "好吗要"),
        Correction(4, 7, "要三八"),
        Correction(14, 15, "领"),
        Correction(16, 19, "换套参"),
    )
    heard = replace(before.utterances[0], corrections=made)
    after = mask_secrets(replace(before, utterances=(heard,)))
    assert after.utterances[0].corrections == (Correction(2, 5, "＊＊＊"), Correction(16, 19, "换套参"))


def test_what_stays_between_two_numbers_parts_them() -> None:
    after = mask_secrets(transcript(("customer", "13800138000，10086，13900139000。")))
    assert after.utterances[0].text == f"{MASK * 11}，10086，{MASK * 11}。"
    assert [(m.char_start, m.char_end) for m in after.utterances[0].masked] == [(0, 11), (18, 29)]


def test_a_number_without_word_times_has_none() -> None:
    said = Utterance(0, Role.CUSTOMER, 1.0, 3.0, "13800138000")
    after = mask_secrets(Transcript("r", "zh", 5.0, (said,)))
    assert after.utterances[0].text == MASK * 11
    assert after.utterances[0].masked == (Masked(0, 11, SecretKind.PHONE, None, None),)


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("13800138000", ((2.8, 5.6),), (2.8, 5.6)),  # all of the speech: a digit at either end may have been lost
        ("13800138000", ((0.0, 9.0),), (2.0, 6.2)),  # but no more than a second further
        ("我是13800138000吧", ((2.8, 6.4),), (3.35, 5.65)),  # words on both sides: they are not bleeped
        ("13800138000吧", ((2.8, 5.6),), (2.8, 5.25)),
        ("13800138000", (), (2.95, 5.25)),
    ],
)
def test_a_number_at_the_edge_of_its_utterance_is_bleeped_to_the_edge_of_the_speech(
    text: str, spans: tuple[tuple[float, float], ...], expected: tuple[float, float]
) -> None:
    said = utterance(0, Role.CUSTOMER, text, 3.0)
    speech = tuple(SpeechSpan(Role.CUSTOMER, *span) for span in spans)
    [masked] = mask_secrets(Transcript("r", "zh", 9.0, (said,), speech)).utterances[0].masked
    assert (masked.start_s, masked.end_s) == expected


@pytest.mark.parametrize(
    ("digits", "kind"),
    [
        ("13800138000", SecretKind.PHONE),
        ("8613800138000", SecretKind.PHONE),
        ("12800138000", None),
        ("01082375561", SecretKind.PHONE),
        ("110101199001011009", SecretKind.ID_CARD),
        ("33010219850719263X", SecretKind.ID_CARD),
        ("110101199013011009", None),  # a thirteenth month, and no right check
        ("6222020209001358776", SecretKind.BANK_CARD),
        ("6222020209001358775", None),
        ("20261120", None),
        ("", None),
    ],
)
def test_kinds_by_form(digits: str, kind: SecretKind | None) -> None:
    assert kind_by_form(digits, TABLES["zh"].phones) is kind


def test_check_digits() -> None:
    assert id_checks("33010219850719263X")
    assert not id_checks("330102198507192631")
    assert not id_checks("")
    assert luhn_checks("4532015112830366")
    assert not luhn_checks("4532015112830367")
    assert not luhn_checks("X")
