"""When voices on one channel are told apart, and when they are known to be one party's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asr import transcriber as engine
from asr.audio import FULL_SCALE, decode
from asr.budget import Budget
from asr.listen import Analysis, analyse
from asr.options import RATE_HZ, EngineOptions
from asr.speech import SpeechDetector
from asr.timings import StageClock
from asr.transcriber import WhisperTranscriber
from asr.voices import VoiceModel
from models.call import CallMeta
from models.errors import RecordingError
from models.run import AudioJob
from models.transcript import Role
from tests.unit.asr_signals import noise, silence, write_wav

CALLS = Path(__file__).parents[2] / "callqa" / "demo_calls"
SECONDS = 30
WORD = range(int(8.0 * RATE_HZ), int(8.7 * RATE_HZ))


@pytest.fixture(scope="module")
def both_voices() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The first half minute of a call, both parties mixed."""
    left, right = decode(str(next(CALLS.glob("d01_*.mp3")))).channels
    return (left[: SECONDS * RATE_HZ] / FULL_SCALE + right[: SECONDS * RATE_HZ] / FULL_SCALE) / 2


def analysed(path: str, *, sides_known: bool, budget: Budget | None = None) -> Analysis:
    return analyse(
        path, SpeechDetector(), VoiceModel(), StageClock(), 20.0, budget or Budget(10.0), sides_known=sides_known
    )


@pytest.mark.parametrize(
    ("other", "sides_known", "told_apart"),
    [
        ("line noise", False, True),
        ("line noise", True, True),
        ("a word", True, False),
        ("digital silence", True, True),
        (None, True, True),
    ],
)
def test_voices_on_a_known_side_are_one_partys(
    both_voices: np.ndarray[tuple[int], np.dtype[np.float64]],
    tmp_path: Path,
    other: str | None,
    sides_known: bool,
    told_apart: bool,
) -> None:
    word = noise(SECONDS, 0.0005)
    word[26 * RATE_HZ : 26 * RATE_HZ + len(WORD)] += both_voices[WORD]
    sounds = {"line noise": [noise(SECONDS, 0.0005)], "digital silence": [silence(SECONDS)], "a word": [word], None: []}
    quiet = sounds[other]
    found = analysed(write_wav(tmp_path / "call.wav", both_voices, *quiet), sides_known=sides_known)
    assert (found.distance is not None) is told_apart
    if not told_apart:
        assert [channel.index for channel in found.channels] == [0, 1]


def test_a_recording_longer_than_allowed_is_not_decoded_to_its_end(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "long.flac", silence(120))
    with pytest.raises(RecordingError, match="longest_h"):
        analysed(path, sides_known=False, budget=Budget(10.0, longest_h=0.02))


@pytest.mark.parametrize(
    ("agent_channel", "roles", "known"),
    [(None, (), False), (0, (), True), (None, (Role.CUSTOMER,), True), (None, (Role.UNKNOWN, Role.UNKNOWN), False)],
)
def test_what_is_known_of_the_sides_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, agent_channel: int | None, roles: tuple[Role, ...], known: bool
) -> None:
    told: list[bool] = []

    def look(*_: object, sides_known: bool) -> Analysis:
        told.append(sides_known)
        raise OSError

    monkeypatch.setattr(engine, "analyse", look)
    transcriber = WhisperTranscriber(EngineOptions(data_dir=tmp_path, agent_channel=agent_channel))
    transcriber._prepare(AudioJob("one", "one.wav", None, CallMeta("one", channel_roles=roles)))
    assert told == [known]
