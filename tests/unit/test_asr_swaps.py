"""Parties of a stereo recording that change channels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.listen import Analysis
from asr.reading import Invented
from asr.speech import Span
from asr.swaps import change_of_sides, moved, speaks_against_change, speaks_for_change, swapped_at
from asr.voices import VoiceModel
from tests.unit.asr_signals import channel, silence
from tests.unit.test_asr_utterances import said


@pytest.mark.parametrize(
    ("what", "scores", "is_for", "is_against"),
    [
        ("nobody", [], False, False),
        ("no clue", [0, 0, 0, 0], False, False),
        ("an ordinary call", [4, 2, 0, 1, 3], False, True),
        ("the agent on the right throughout", [-4, -2, 0, -1, -3], False, True),
        ("changed in the middle", [4, 2, 0, -1, -3], True, False),
        ("changed near the end", [4, 2, 0, 2, 1, -1.5], True, False),
        ("one doubtful turn", [4, 2, -0.7, 1, 3], False, True),
        ("a doubtful turn at the end", [4, 2, 1, 3, -0.7], False, True),
        ("no clue in the second part", [4, 2, 0, 0, 0], False, False),
    ],
)
def test_what_wording_says(what: str, scores: list[float], is_for: bool, is_against: bool) -> None:
    found = np.array(scores, np.float64)
    assert speaks_for_change(found) is is_for, what
    assert speaks_against_change(found) is is_against, what


def test_voices_that_share_a_channel_do_not_change_channels() -> None:
    spans = ((Span(0.0, 4.0),), (Span(5.0, 9.0),))
    channels = (channel(silence(9.0)), channel(silence(9.0), 1))
    for found in (
        Analysis(9.0, channels, spans, (), ((), ()), distance=1.0),
        Analysis(9.0, channels[:1], spans[:1], (), ((),)),
        Analysis(9.0, channels, (spans[0], ()), (), ((), ())),
    ):
        assert swapped_at([], "zh", found, VoiceModel()) is None


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
