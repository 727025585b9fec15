"""One recording that goes wrong, at whatever stage, is its own outcome; the others are heard. Whisper is a stand-in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from asr import transcriber as engine
from asr.assemble import assemble
from asr.hearing import Heard, HeardWord, Way
from asr.listen import analyse
from asr.options import EngineOptions
from asr.transcriber import WhisperTranscriber
from asr.weights import ModelFiles
from models.call import CallMeta
from models.errors import ModelError, ReasonCode, RecordingError, TransientError
from models.ports import TranscribeOutcome
from models.run import AudioJob
from tests.unit.asr_signals import voice, write_wav

LOUD = 0.8
"""Peak of the sound that the stand-in cannot stand."""


class Whisper:
    """Hears one word in every window, but raises `error` for a batch with a loud one."""

    takes_prompt_only = False
    error: Exception | None = None

    def __init__(self, *_: object) -> None:
        pass

    def load(self) -> None:
        pass

    def hear(self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], way: Way) -> list[Heard]:
        if self.error is not None and any(np.abs(sound).max() > LOUD for sound in sounds):
            raise type(self.error)(*self.error.args)  # a new one each time, as in life
        return [Heard((HeardWord("您好", 0.1, 0.5, 0.9),), 2, -0.2) for _ in sounds]


@pytest.fixture
def transcriber(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WhisperTranscriber:
    monkeypatch.setattr(engine, "PackedWhisper", Whisper)
    monkeypatch.setattr(engine, "ensure_model", lambda *_: ModelFiles("base", tmp_path, "sha256:" + "1" * 64))
    return WhisperTranscriber(EngineOptions(data_dir=tmp_path, device="cpu", workers=2))


@pytest.fixture
def jobs(tmp_path: Path) -> list[AudioJob]:
    """Three recordings alike; the one named "bad" is louder."""
    sound = voice(4)
    sound /= np.abs(sound).max()
    return [
        AudioJob(name, write_wav(tmp_path / f"{name}.wav", sound * level), None, CallMeta(name))
        for name, level in (("one", 0.5), ("bad", 0.95), ("two", 0.5))
    ]


def only_bad_fails(transcriber: WhisperTranscriber, jobs: Sequence[AudioJob]) -> RecordingError | TransientError:
    outcomes: dict[str, TranscribeOutcome] = {o.recording_id: o for o in transcriber.transcribe(jobs)}
    assert sorted(outcomes) == ["bad", "one", "two"]
    for name in ("one", "two"):
        transcript = outcomes[name].transcript
        assert transcript is not None, outcomes[name].error
        assert transcript.utterances
    error = outcomes["bad"].error
    assert error is not None
    assert outcomes["bad"].transcript is None
    return error


@pytest.mark.parametrize(
    ("raised", "passes"),
    [
        (RuntimeError("CUDA failed with error out of memory"), True),
        (MemoryError("Unable to allocate 2 GiB"), True),
        (OSError(5, "Input/output error"), True),
        (IndexError("list index out of range"), False),
        (ValueError("need at least one array"), False),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("stage", ["read", "finish", "prepare"])
def test_what_goes_wrong_with_one_recording_is_its_outcome(
    transcriber: WhisperTranscriber,
    jobs: list[AudioJob],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    stage: str,
    raised: Exception,
    passes: bool,
) -> None:
    break_stage(monkeypatch, stage, raised)
    error = only_bad_fails(transcriber, jobs)
    if passes and not (isinstance(raised, RuntimeError) and stage != "read"):
        assert isinstance(error, TransientError)
        assert str(raised.args[-1]) in str(error)
    else:
        assert isinstance(error, RecordingError)
        assert error.reason is ReasonCode.PROCESSING_FAILED
        assert f"{type(raised).__name__} at transcriber.py:" in error.detail
        # The message of an error that nobody foresaw may quote the call: neither stored nor logged.
        assert str(raised.args[-1]) not in str(error) + caplog.text
        assert error.detail.removeprefix("transcription failed: ") in caplog.text


@pytest.mark.parametrize("stage", ["read", "finish", "prepare"])
def test_an_error_of_the_engine_itself_is_raised(
    transcriber: WhisperTranscriber, jobs: list[AudioJob], monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    break_stage(monkeypatch, stage, ModelError("the model is damaged"))
    with pytest.raises(ModelError, match="damaged"):
        list(transcriber.transcribe(jobs))


def test_a_file_that_is_gone_for_the_moment_may_come_back(
    transcriber: WhisperTranscriber, jobs: list[AudioJob]
) -> None:
    Path(jobs[1].path).unlink()
    error = only_bad_fails(transcriber, jobs)
    assert isinstance(error, TransientError)
    assert "'bad.wav' cannot be read just now: No such file" in str(error)


def break_stage(monkeypatch: pytest.MonkeyPatch, stage: str, error: Exception) -> None:
    """Make one stage raise for the recording "bad" only."""
    if stage == "read":
        monkeypatch.setattr(Whisper, "error", error)
        return

    def broken(original: Callable[..., object], is_bad: Callable[[object], bool]) -> Callable[..., object]:
        def wrapped(first: object, *others: object, **named: object) -> object:
            if is_bad(first):
                raise type(error)(*error.args)
            return original(first, *others, **named)

        return wrapped

    if stage == "prepare":
        monkeypatch.setattr(engine, "analyse", broken(analyse, lambda path: "bad.wav" in str(path)))
    else:
        monkeypatch.setattr(engine, "assemble", broken(assemble, lambda recording_id: recording_id == "bad"))
