"""Phrases that corrected sentences have in common."""

from __future__ import annotations

import pytest

from models.transcript import MASK
from scoring.mining import Said, mine, phrases_in


def said(*texts: str) -> list[Said]:
    return [Said(f"C{number}", text) for number, text in enumerate(texts)]


RUDE = said("你爱找谁找谁去吧", "那你爱找谁找谁，我没办法", "行，你爱找谁找谁。")


def test_the_longest_phrase_of_the_same_calls_is_found_with_its_sentences() -> None:
    (one,) = mine(RUDE, {}, 3)
    assert (one.phrase, one.call_ids, one.elsewhere) == ("你爱找谁找谁", ("C0", "C1", "C2"), 0)
    assert one.examples == tuple(sentence.text for sentence in RUDE)


@pytest.mark.parametrize(("fewest", "expected"), [(3, 1), (4, 0)])
def test_a_phrase_needs_so_many_calls(fewest: int, expected: int) -> None:
    assert len(mine(RUDE, {}, fewest)) == expected


def test_a_call_that_says_it_often_counts_once() -> None:
    assert mine([Said("C1", RUDE[0].text)] * 5, {}, 2) == ()


def test_what_other_calls_hold_as_well_is_no_phrase() -> None:
    polite = said("好的请您稍等", "行请您稍等一下", "请您稍等")
    others = {f"O{number}": ["请您稍等"] for number in range(2)}
    assert mine(polite, {}, 3)[0].phrase == "请您稍等"
    assert mine(polite, others, 3) == ()


def test_each_phrase_adds_a_call() -> None:
    mixed = [*RUDE, *(Said(f"D{number}", text) for number, text in enumerate(("快点说行不行", "你快点说行不行")))]
    assert [one.phrase for one in mine(mixed, {}, 2)] == ["你爱找谁找谁", "快点说行不行"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("您好", []),
        ("不知道", ["不知道"]),
        ("不知，道啊", []),
        (f"号{MASK * 8}码", []),
        ("找谁都没", ["找谁都", "找谁都没", "谁都没"]),
    ],
)
def test_phrases_are_stretches_without_signs(text: str, expected: list[str]) -> None:
    assert list(phrases_in(text)) == expected


def test_no_phrase_is_longer_than_ten() -> None:
    assert max(map(len, phrases_in("一二三四五六七八九十甲乙丙"))) == 10
