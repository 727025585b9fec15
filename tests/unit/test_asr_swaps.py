"""Parties of a stereo recording that change channels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.reading import Invented
from asr.swaps import change_of_sides, moved, suspected
from asr.utterances import Turn
from tests.unit.test_asr_roles import ORDINARY, SWAPPED, dialogue
from tests.unit.test_asr_utterances import said


@pytest.mark.parametrize(
    ("what", "turns", "expected"),
    [
        ("nobody", [], False),
        ("an ordinary call", ORDINARY, False),
        ("the agent on the right throughout", SWAPPED, False),
        ("changed after the complaint", [*ORDINARY[:2], *SWAPPED[2:]], True),
        ("no clue in the second part", [*ORDINARY[:2], *dialogue((1, "嗯。"), (0, "哦。"))], False),
    ],
)
def test_suspicion(what: str, turns: list[Turn], expected: bool) -> None:
    assert suspected(turns, "zh") is expected, what


def exchange(
    count: int, swap_at: int | None, doubt: int = 0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two people in turns of 2 s, a moment each 0.1 s; of the second's every tenth moment `doubt` sound like the first."""
    random = np.random.default_rng(seed)
    voice = np.repeat(np.arange(-(-count // 20)) % 2, 20)[:count].astype(np.intp)
    side = voice if swap_at is None else np.where(np.arange(count) < swap_at, voice, 1 - voice)
    heard = np.where(random.integers(0, 10, count) < doubt, 1 - voice, voice)
    return np.arange(count) * 0.1, side.astype(np.intp), heard.astype(np.intp)


@given(st.integers(60, 400), st.booleans())
def test_the_moment_is_found_whichever_voice_is_called_the_first(count: int, renamed: bool) -> None:
    at_s, side, voice = exchange(2 * count, count)
    found = change_of_sides(at_s, side, 1 - voice if renamed else voice)
    assert found == pytest.approx(count * 0.1 - 0.05, abs=0.01)


@pytest.mark.parametrize(
    ("what", "call"),
    [
        ("nobody", exchange(0, None)),
        ("no change", exchange(400, None)),
        ("no change, some doubt", exchange(400, None, doubt=1)),
        ("a change just before the end", exchange(400, 390)),
        ("voices that say nothing", exchange(400, 200, doubt=5)),
    ],
)
def test_no_moment(what: str, call: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    assert change_of_sides(*call) is None, what


def test_what_is_said_after_the_change_moves_over() -> None:
    words = [*said("您好", 0.0), *said("再见", 10.0), *said("喂", 5.0, 1), *said("谢谢", 11.0, 1)]
    assert [(w.channel, w.text) for w in moved(words, 8.0)] == [
        *[(0, "您"), (0, "好"), (1, "喂")],
        *[(1, "再"), (1, "见"), (0, "谢"), (0, "谢")],
    ]
    assert moved([Invented(0, 9.0, 9.5, "谢谢观看", ())], 8.0) == [Invented(1, 9.0, 9.5, "谢谢观看", ())]
