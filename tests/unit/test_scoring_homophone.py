"""Sounds: the confusions of telephone speech are folded, other differences are not."""

from __future__ import annotations

import pytest

from scoring.homophone import sounds_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("知", "资"),
        ("吃", "词"),
        ("是", "四"),
        ("您", "林"),
        ("工", "公"),
        ("经", "金"),
        ("正", "真"),
        ("上", "山"),
        ("话", "发"),
    ],
)
def test_usual_confusions_sound_alike(one: str, other: str) -> None:
    assert sounds_of(one) == sounds_of(other)


@pytest.mark.parametrize(("one", "other"), [("管", "谁"), ("好", "号码"), ("东", "端"), ("波", "坡"), ("大", "打算")])
def test_other_syllables_differ(one: str, other: str) -> None:
    assert sounds_of(one) != sounds_of(other)


def test_marks_and_latin_letters_stay() -> None:
    assert sounds_of("a1，。") == "a1，。"
