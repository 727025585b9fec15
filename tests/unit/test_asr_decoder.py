"""A file that breaks the process that opens it is that file's error; the next file is opened as ever."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from asr import audio, decoder, decoder_pool
from asr import probe as here
from asr.audio import Sound
from asr.budget import Budget
from asr.decoder_pool import DecoderPool
from asr.playback import OpusPlayback
from models.errors import ReasonCode, RecordingError, TransientError
from tests.unit.asr_signals import tone, write_wav


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A decoder that breaks by the name of the file, and little patience."""
    pool = DecoderPool("tests.breaking_decoder")
    monkeypatch.setattr(decoder, "_pool", pool)
    monkeypatch.setattr(decoder_pool, "SILENT_S", 20.0)
    yield
    pool.close()


def refused(name: str, reason: ReasonCode, says: str, *, by: Callable[[str], object]) -> None:
    with pytest.raises(RecordingError, match=says) as caught:
        by(name)
    assert caught.value.reason is reason
    assert name in str(caught.value)
    assert "what was said" not in str(caught.value)


def heard(path: str) -> Sound:
    return decoder.decode(path, Budget(10.0))


@pytest.mark.usefixtures("breaking")
def test_what_breaks_its_decoder_is_refused_and_the_next_file_is_read() -> None:
    refused("crash.wav", ReasonCode.POISON, "SIGSEGV", by=decoder.probe)
    refused("memory.wav", ReasonCode.TOO_COSTLY, "MB of memory", by=heard)
    refused("unforeseen.wav", ReasonCode.PROCESSING_FAILED, "ValueError at", by=decoder.probe)
    assert heard("good.wav").duration_s == 2.0


@pytest.mark.slow
@pytest.mark.parametrize("by", [decoder.probe, heard])
@pytest.mark.usefixtures("breaking")
def test_the_same_at_intake_and_when_it_is_heard(by: Callable[[str], object]) -> None:
    refused("crash.wav", ReasonCode.POISON, "SIGSEGV", by=by)
    refused("loop.wav", ReasonCode.TOO_COSTLY, "without a sound", by=by)
    refused("memory.wav", ReasonCode.TOO_COSTLY, "MB of memory", by=by)
    refused("exit.wav", ReasonCode.POISON, "an error of its own", by=by)
    by("good.wav")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sleep.wav", "killed.wav"])
@pytest.mark.usefixtures("breaking")
def test_what_the_file_may_not_be_to_blame_for_passes_when_it_is_heard(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder_pool, "SILENT_S", 1.5)
    with pytest.raises(TransientError, match="run again"):
        heard(name)
    refused(name, ReasonCode.UNREADABLE_FILE, "run again", by=decoder.probe)


@pytest.mark.usefixtures("breaking")
def test_a_file_is_not_blamed_for_what_another_one_did_to_the_decoder() -> None:
    assert heard("good.wav").duration_s == 2.0
    # In a process that served others it crashes after a first block of sound; alone in a new one it does not.
    sound = heard("second.wav")
    assert sound.duration_s == 2.0


@pytest.mark.slow
@pytest.mark.usefixtures("breaking")
def test_files_opened_at_once_do_not_disturb_each_other() -> None:
    ends: list[float] = []

    def read(name: str) -> None:
        try:
            ends.append(heard(name).duration_s)
        except RecordingError:
            ends.append(0.0)

    threads = [threading.Thread(target=read, args=(name,)) for name in ("good.wav", "crash.wav") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == [0.0, 0.0, 2.0, 2.0]


def test_the_same_sound_as_in_this_process(tmp_path: Path) -> None:
    both = tone(440.0, 3.0, rate_hz=8000), tone(880.0, 3.0, rate_hz=8000)
    path = str(Path(write_wav(tmp_path / "a.wav", *both, rate_hz=8000)).rename(tmp_path / "客服\udcff.wav"))
    assert decoder.probe(path) == here.probe(path)
    there, ours = heard(path), audio.decode(path)
    assert len(there.channels) == 2
    for one, other in zip(there.channels, ours.channels, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_same_playback_copy_as_in_this_process(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", tone(440.0, 3.0))
    there, ours = io.BytesIO(), io.BytesIO()
    decoder.GuardedPlayback().make(path, [(1.0, 2.0)], there)
    OpusPlayback().make(path, [(1.0, 2.0)], ours)
    assert there.getvalue() == ours.getvalue()
    assert decoder.GuardedPlayback().fits(io.BytesIO(there.getvalue()), [(1.0, 2.0)])
    with pytest.raises(RecordingError):
        decoder.GuardedPlayback().make(str(Path(__file__)), [], io.BytesIO())


def test_errors_of_the_file_and_of_its_place_are_what_they_are_here(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    with pytest.raises(RecordingError, match="has 0 bytes") as caught:
        decoder.probe(str(tmp_path / "empty.wav"))
    assert caught.value.reason is ReasonCode.EMPTY_FILE
    with pytest.raises(FileNotFoundError, match=os.strerror(2)):
        heard(str(tmp_path / "nothing.wav"))


def test_a_sample_a_second_is_given_up_before_it_takes_all_memory(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "slow.wav", tone(440.0, 20.0, rate_hz=8000), rate_hz=1)
    with pytest.raises(RecordingError) as caught:
        decoder.decode(path, Budget(10.0, longest_h=0.5))
    assert caught.value.reason is ReasonCode.TOO_LONG
