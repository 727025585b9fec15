"""The playback copy, decoded again: a bleep and no speech in the spans on both channels, the rest as it was."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO, cast

import av
import numpy as np
import pytest

from asr import playback
from asr.audio import decode
from asr.options import RATE_HZ
from asr.playback import BLEEP_HZ, OpusPlayback
from models.errors import ReasonCode, RecordingError
from models.ports import Bleep
from storage.sealed_files import SealedReader, SealingWriter
from storage.sealing import Sealer
from tests.unit.asr_signals import Sound, dominant_hz, noise, samples, silence, tone, voice, write_wav

QUIET_DB = -35.0
"""What coding leaves of speech right beside it."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.ogg"


def make(source: str, bleeps: Sequence[Bleep], path: Path) -> None:
    with path.open("wb") as target:
        OpusPlayback().make(source, bleeps, target)


def fits(path: Path, bleeps: Sequence[Bleep]) -> bool:
    with path.open("rb") as copy:
        return OpusPlayback().fits(copy, bleeps)


def level_db(sound: Sound) -> float:
    return float(10 * np.log10(np.mean(sound.astype(np.float64) ** 2) + 1e-12))


def without_bleep(part: Sound) -> Sound:
    """The part with the lines near the bleep's frequency and its harmonic distortion taken out."""
    spectrum = np.fft.rfft(part * np.hanning(len(part)))
    hz = np.fft.rfftfreq(len(part), 1 / RATE_HZ)
    spectrum[np.abs(hz - BLEEP_HZ) < 60] = 0
    return np.fft.irfft(spectrum)


def heard(path: Path, start_s: float, end_s: float) -> list[Sound]:
    """Each channel of a part of the copy, full scale 1."""
    return [own[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)] / 32767 for own in decode(str(path)).channels]


def test_speech_in_the_span_is_gone_on_both_channels_and_the_rest_stays(tmp_path: Path, copy: Path) -> None:
    customer = voice(8.0)
    agent = 0.1 * voice(8.0, seed=5) + 0.05 * customer  # cross-talk
    source = write_wav(tmp_path / "call.wav", agent, customer)
    make(source, [(3.0, 4.5)], copy)

    assert [len(own) for own in decode(str(copy)).channels] == pytest.approx([8 * RATE_HZ] * 2, abs=RATE_HZ // 50)
    for part in heard(copy, 3.05, 4.45):
        assert dominant_hz(samples(part)) == pytest.approx(BLEEP_HZ, abs=5)
        assert level_db(part) == pytest.approx(-23, abs=1)  # a sine of amplitude 0.1
        assert level_db(without_bleep(part)) < QUIET_DB - 20
    for before, after in ((0.5, 2.9), (4.6, 7.5)):
        for original, kept in zip((agent, customer), heard(copy, before, after), strict=True):
            part = original[int(before * RATE_HZ) : int(after * RATE_HZ)]
            assert level_db(kept - part) < level_db(part) - 6, "coding loss only"


def test_one_channel_stays_one_and_telephone_rate_is_raised(tmp_path: Path, copy: Path) -> None:
    source = write_wav(tmp_path / "call.wav", voice(2.0, rate_hz=8000), rate_hz=8000)
    make(source, [], copy)
    [whole] = decode(str(copy)).channels
    assert len(whole) == pytest.approx(2 * RATE_HZ, abs=RATE_HZ // 50)
    assert level_db(whole / 32767) == pytest.approx(level_db(voice(2.0, rate_hz=8000)), abs=1.5)


def test_of_six_channels_the_copy_holds_the_mix(tmp_path: Path, copy: Path) -> None:
    source = write_wav(tmp_path / "call.wav", *[silence(1.0)] * 5, tone(440, 1.0, 0.6))
    make(source, [], copy)
    [whole] = decode(str(copy)).channels
    assert dominant_hz(whole) == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    ("bleeps", "silent"),
    [
        ([(-1.0, 0.5)], [(0.02, 0.45)]),
        ([(1.8, 99.0)], [(1.85, 1.98)]),
        ([(1.5, 1.6), (0.5, 0.6)], [(0.52, 0.58), (1.52, 1.58)]),
        ([(0.5, 1.0), (0.7, 0.8), (1.05, 1.2)], [(0.52, 1.18)]),
        ([(0.0, 5.0)], [(0.02, 1.98)]),
    ],
)
def test_spans_at_the_edges_out_of_order_and_overlapping(
    tmp_path: Path, copy: Path, bleeps: list[Bleep], silent: list[tuple[float, float]]
) -> None:
    source = write_wav(tmp_path / "call.wav", noise(2.0, 0.1))
    make(source, bleeps, copy)
    for start_s, end_s in silent:
        [part] = heard(copy, start_s, end_s)
        assert level_db(without_bleep(part)) < QUIET_DB
    [whole] = heard(copy, 0.0, 2.0)
    loud = [(0.0, 0.0), *sorted(silent), (2.0, 2.0)]
    for (_, start_s), (end_s, _) in pairwise(loud):
        if end_s - start_s > 0.2:
            part = whole[int((start_s + 0.08) * RATE_HZ) : int((end_s - 0.08) * RATE_HZ)]
            assert level_db(part) > -26, "the sound between bleeps stays"


def test_spans_in_another_block_than_the_first(tmp_path: Path, copy: Path) -> None:
    # Blocks hold half a million samples: 33 s at this rate.
    source = write_wav(tmp_path / "call.wav", noise(70.0, 0.1))
    make(source, [(32.0, 34.0), (66.0, 67.0)], copy)
    for start_s, end_s in ((32.1, 33.9), (66.1, 66.9)):
        [part] = heard(copy, start_s, end_s)
        assert dominant_hz(samples(part)) == pytest.approx(BLEEP_HZ, abs=5)
        assert level_db(without_bleep(part)) < QUIET_DB


def test_the_same_sound_gives_the_same_bytes_and_the_copy_knows_its_bleeps(tmp_path: Path, copy: Path) -> None:
    source = write_wav(tmp_path / "call.wav", voice(2.0), noise(2.0))
    make(source, [(0.5, 1.0)], copy)
    make(source, [(0.5, 1.0)], tmp_path / "again.ogg")
    assert copy.read_bytes() == (tmp_path / "again.ogg").read_bytes()
    assert fits(copy, [(0.5, 1.0)])
    assert fits(copy, [(0.5, 0.8), (0.7, 1.0)])
    assert not fits(copy, [(0.5, 1.1)])
    assert not fits(copy, [])
    (tmp_path / "none.ogg").touch()
    assert not fits(tmp_path / "none.ogg", [])
    assert not fits(Path(source), [])


def test_a_copy_that_is_sealed_while_it_is_written_is_the_same(tmp_path: Path, copy: Path) -> None:
    source, sealer, sealed = write_wav(tmp_path / "call.wav", voice(2.0)), Sealer([bytes(32)]), io.BytesIO()
    make(source, [], copy)
    writer = SealingWriter(sealed, sealer, "playback")
    OpusPlayback().make(source, [], cast(BinaryIO, writer))
    writer.finish()
    assert io.BufferedReader(SealedReader(sealed, sealer, "playback")).read() == copy.read_bytes()


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\x00\x00\x00\x00WAVEfmt "])
def test_what_is_no_sound_is_refused(tmp_path: Path, copy: Path, content: bytes) -> None:
    (tmp_path / "call.wav").write_bytes(content)
    with pytest.raises(RecordingError):
        make(str(tmp_path / "call.wav"), [], copy)


def test_a_header_without_samples_is_refused(tmp_path: Path, copy: Path) -> None:
    with pytest.raises(RecordingError):
        make(write_wav(tmp_path / "call.wav", silence(0.0)), [], copy)


@pytest.mark.parametrize("suffix", ["wav", "ogg"])
def test_what_the_encoder_does_not_take_is_the_recordings_fault(
    tmp_path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    source = write_wav(tmp_path / "call.wav", tone(440, 1.0))
    make(source, [], tmp_path / "call.ogg")
    monkeypatch.setattr(playback, "BIT_RATE", 10**9)  # FFmpeg's error for it is a ValueError
    with pytest.raises(RecordingError) as caught:
        make(str(tmp_path / f"call.{suffix}"), [], copy)
    assert caught.value.reason is ReasonCode.PROCESSING_FAILED
    assert f"'call.{suffix}'" in caught.value.detail
    assert "; listen to the recording itself" in caught.value.detail


@pytest.mark.parametrize("kind", [av.error.ExternalError, av.error.UnknownError, av.error.InvalidDataError])
@pytest.mark.parametrize("where", ["AudioFrame", "open"])
def test_ffmpegs_errors_are_the_recordings_fault(
    tmp_path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch, kind: type[av.FFmpegError], where: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise kind(-1, "invented")

    source = write_wav(tmp_path / "call.wav", tone(440, 1.0))
    monkeypatch.setattr(av, where, SimpleNamespace(from_ndarray=fails) if where == "AudioFrame" else fails)
    with pytest.raises(RecordingError) as caught:
        make(source, [], copy)
    assert caught.value.reason is ReasonCode.PROCESSING_FAILED


def test_a_place_that_cannot_be_written_is_not(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space left"):
        OpusPlayback().make(write_wav(tmp_path / "call.wav", tone(440, 1.0)), [], Full())


def test_what_only_ffmpeg_reads_is_copied_too(tmp_path: Path, copy: Path) -> None:
    source = write_wav(tmp_path / "call.wav", tone(440, 1.0), tone(880, 1.0))
    make(source, [], tmp_path / "first.ogg")  # Opus: not among what libsndfile is asked for
    make(str(tmp_path / "first.ogg"), [(0.2, 0.8)], copy)
    assert [dominant_hz(samples(part)) for part in heard(copy, 0.25, 0.75)] == pytest.approx([BLEEP_HZ] * 2, abs=5)
