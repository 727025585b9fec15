"""Which channels carry a party."""

from __future__ import annotations

import numpy as np
import pytest

from asr.audio import Sound
from asr.channels import frame_levels_db, parties
from tests.unit.asr_signals import channel, noise, samples, silence, tone, voice

SPEECH = voice(3)
OTHER = voice(3, seed=7)


def indices(*sounds: np.ndarray) -> list[int]:
    return [c.index for c in parties(Sound(tuple(samples(s) for s in sounds)))]


@pytest.mark.parametrize(
    ("what", "sounds", "kept"),
    [
        ("one channel", [SPEECH], [0]),
        ("two parties", [SPEECH, OTHER], [0, 1]),
        ("the same on both", [SPEECH, SPEECH], [0]),
        ("the same, coded twice", [SPEECH, SPEECH + noise(3, 0.005)], [0]),
        ("sign turned: a mix would be silent", [SPEECH, -SPEECH], [0]),
        ("one side silent", [SPEECH, silence(3)], [0, 1]),
        ("cross-talk at -30 dB is no copy", [SPEECH, SPEECH * 10 ** (-30 / 20)], [0, 1]),
        ("six channels, two used", [silence(3), OTHER, silence(3), silence(3), SPEECH, silence(3)], [1, 4]),
        ("three channels, one a copy", [SPEECH, silence(3), SPEECH], [0]),
        ("all silent", [silence(3), silence(3)], [0, 1]),
    ],
)
def test_channels_kept(what: str, sounds: list[np.ndarray], kept: list[int]) -> None:
    assert indices(*sounds) == kept, what


def test_a_quiet_recording_is_lifted_as_a_whole() -> None:
    quiet = 10 ** (-45 / 20)
    left, right = parties(Sound((samples(SPEECH * quiet), samples(OTHER * quiet * 0.1))))
    assert left.gain == right.gain > 10
    assert float(frame_levels_db(left).max()) == pytest.approx(-15, abs=8)


def test_a_usual_level_and_digital_silence_are_left_alone() -> None:
    assert [c.gain for c in parties(Sound((samples(SPEECH), samples(silence(3)))))] == [1.0, 1.0]
    assert [c.gain for c in parties(Sound((samples(silence(1)),)))] == [1.0]


def test_levels_are_per_frame_and_in_db() -> None:
    levels = frame_levels_db(channel(np.concatenate([tone(500, 1.024, level=0.1), silence(0.5)])))
    assert len(levels) == 48  # 1.524 s in frames of 32 ms, the last one short
    assert levels[5] == pytest.approx(-23, abs=0.2)
    assert levels[-1] == pytest.approx(-100)
