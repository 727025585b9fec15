"""The figures that the benchmarks print: how texts are compared, and sounds that hold what they claim to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.options import Profile
from benchmarks.cer import Errors, closest, compare, interval, plain, total
from benchmarks.contestants import Cost
from benchmarks.gpu import Measured as OnGpu
from benchmarks.gpu import Setup, Used, row, setups
from benchmarks.parts import Heard, table, variant
from benchmarks.sounds import KINDS, RATE_HZ
from benchmarks.throughput import Measured

texts = st.text("您好一二两幺要零十百58, 。ＡＢabG五電话%.", max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您好，請問？", "您好请问"),
        ("WiFi 和ＡＰＰ", "wifi和app"),
        ("58块", "五十八块"),
        ("10点", "十点"),
        ("1,200元", "一千二百元"),
        ("１２０元", "一百二十元"),
        ("3.5元", "三点五元"),
        ("20%", "百分之二十"),
        ("99.5%", "百分之九十九点五"),
        ("0571", "零五七一"),
        ("13800138000", "一三八零零一三八零零零"),
        ("幺三八两个", "一三八二个"),
        ("零要三", "零一三"),
        ("要二零", "一二零"),
        ("我要二十块", "我要二十块"),
        ("不要", "不要"),
        ("恩，噢，诶", "嗯哦哎"),
        ("100兆、5G", "一百兆五g"),
        ("", ""),
        ("。。。", ""),
    ],
)
def test_texts_are_made_comparable(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("工号八零二六", "工号8026", "工号八零二六"),
        ("八千零二十六元", "8026元", "八千零二十六元"),
        ("工号八零二六", "工號 8026。", "工号八零二六"),
    ],
)
def test_a_number_is_read_in_the_way_it_was_said(said: str, heard: str, expected: str) -> None:
    assert closest(plain(said), heard) == expected
    assert compare(said, heard).all == 0


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("您好", "您好", Errors(0, 0, 0, 2)),
        ("您好", "你好", Errors(1, 0, 0, 2)),
        ("您好", "您好啊", Errors(0, 1, 0, 2)),
        ("您好啊", "您好", Errors(0, 0, 1, 3)),
        ("您好", "", Errors(0, 0, 2, 2)),
        ("", "您好", Errors(0, 2, 0, 0)),
        ("", "", Errors(0, 0, 0, 0)),
    ],
)
def test_errors_are_told_apart(said: str, heard: str, expected: Errors) -> None:
    assert compare(said, heard) == expected


def test_rates() -> None:
    assert Errors(1, 1, 0, 4).rate == 0.5
    assert Errors(0, 0, 0, 0).rate == 0
    assert Errors(0, 3, 0, 0).rate == 1
    assert total([Errors(1, 2, 3, 4), Errors(1, 0, 0, 6)]) == Errors(2, 2, 3, 10)
    assert total([]) == Errors()


@given(texts)
def test_a_text_has_no_errors_against_itself_and_plain_text_stays_as_it_is(text: str) -> None:
    assert compare(text, text).all == 0
    assert plain(plain(text)) == plain(text)


@given(texts, texts)
def test_errors_account_for_the_difference_in_length(said: str, heard: str) -> None:
    errors = compare(said, heard)
    assert errors.reference == len(plain(said))
    assert errors.insertions - errors.deletions == len(closest(plain(said), heard)) - errors.reference


def test_the_interval_holds_the_rate_and_is_wider_where_calls_differ() -> None:
    alike = [Errors(1, 0, 0, 10)] * 20
    assert interval(alike) == pytest.approx((0.1, 0.1))
    low, high = interval([Errors(0, 0, 0, 10), Errors(2, 0, 0, 10)] * 10)
    assert 0.03 < low < 0.1 < high < 0.17
    assert interval([]) == (0, 0)


def cost(cpu_s: float) -> Cost:
    return Cost(cpu_s, 2 * cpu_s, 500.0, 60.0, {})


def test_speeds_are_compared_within_a_round() -> None:
    ours, theirs = Measured("ours", (cost(1.0), cost(2.0))), Measured("theirs", (cost(3.0), cost(4.0)))
    assert ours.speeds() == [60.0, 30.0]
    assert ours.wall_speeds() == [30.0, 15.0]
    assert ours.times_as_fast_as(theirs) == [3.0, 2.0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_is_as_long_as_asked_the_same_for_its_seed_and_audible_unless_it_is_silence(kind: str) -> None:
    first, again = (KINDS[kind](2.0, np.random.default_rng(5)) for _ in range(2))
    assert first.shape == (2 * RATE_HZ,)
    assert np.isfinite(first).all()
    assert np.array_equal(first, again)
    assert np.abs(first).max() <= 1.5
    assert (np.sqrt(np.mean(first**2)) > 10 ** (-70 / 20)) == (kind != "silence")


PROFILE = Profile(17.0, 2, prompt_terms=True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ("window_s=14", Profile(14.0, 2, prompt_terms=True)),
        ("beam_size=1,tempo=1.2", Profile(17.0, 1, prompt_terms=True, tempo=1.2)),
        ("prompt_terms=false", Profile(17.0, 2, prompt_terms=False)),
    ],
)
def test_a_variant_is_the_profile_but_for_what_it_changes(changes: str, expected: Profile) -> None:
    assert variant(PROFILE, changes) == expected


@pytest.mark.parametrize("changes", ["windows=14", "", "window_s", "beam_size=wide"])
def test_a_variant_of_something_else_is_refused(changes: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        variant(PROFILE, changes)


def test_variants_are_compared_within_their_round() -> None:
    wrong = Errors(1, 0, 0, 10)
    quiet = [Heard(10.0, {"encode": 4.0}, (wrong,)), Heard(5.0, {"encode": 2.0}, (wrong, wrong))]
    busy = [Heard(30.0, {"encode": 12.0}, (wrong,)), Heard(15.0, {"encode": 6.0}, (wrong, wrong))]
    _, first, second = table(["as it is", "cheap"], [quiet, busy]).splitlines()
    assert first.split()[3:6] == ["20.0", "1.00", "10.0%"]
    assert second.split()[1:3] == ["10.0", "0.50"]
    assert second.split()[-1] == "4.0"


def test_every_system_meets_a_gpu_in_every_arithmetic() -> None:
    made = setups(["callqa-fast", "batched"], "cuda", ["float16", "int8_float16"], [16, 32], 64)
    assert [(s.system, s.compute_type, s.batch) for s in made] == [
        ("callqa-fast", "float16", 64),
        ("callqa-fast", "int8_float16", 64),
        ("batched", "float16", 16),
        ("batched", "float16", 32),
        ("batched", "int8_float16", 16),
        ("batched", "int8_float16", 32),
    ]


def test_speed_on_a_gpu_is_sound_by_wall_time() -> None:
    once, often = Cost(9.0, 2.0, 0.0, 100.0, {}), Cost(9.0, 4.0, 0.0, 800.0, {}, {"search": 1.0, "text": 2.0}, "wall")
    line = row(OnGpu(Setup("callqa-fast", "cuda", "float16", 64, 8), (once, once), often, Used(1500.0, 0.25)), [])
    for figure in (" 50 (50 to 50)", " 200 ", "25%", "1500 MB", "search 25.0%, text 50.0%, all else 25.0%"):
        assert figure in line
