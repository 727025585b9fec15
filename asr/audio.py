"""Decodes a recording into channels of 16 kHz samples, in blocks, so that hours of sound need little memory."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from asr.options import RATE_HZ
from asr.probe import check_complete, check_decoded, no_sound, open_container, reads_with_soundfile

Samples = NDArray[np.int16]
Block = NDArray[np.float32]

FULL_SCALE = 32767
_BLOCK_FRAMES = 2**19
_FIRST_BYTES = 2**24


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Decoded sound: one array of 16-bit samples at `RATE_HZ` per channel, all equally long.

    Sixteen bits are what telephony delivers at best; an hour of stereo takes 230 MB.
    """

    channels: tuple[Samples, ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.channels[0]) / RATE_HZ


class _Faults:
    """What went wrong while decoding, and how long the file claimed to be."""

    def __init__(self) -> None:
        self.count = 0
        self.declared_s: float | None = None


def decode(path: str, progress: Callable[[float], None] = lambda _: None) -> Sound:
    """Decode every channel; constant offsets are removed, NaN and infinities read as silence.

    libsndfile first, FFmpeg where that does not know the format, fails or finds nothing (a WAV whose length field was
    never filled in). Raises RecordingError when no sound, or only part of it, is in the file, and OSError when the file
    cannot be read. `progress` is told the seconds decoded so far, block by block; what it raises ends the work.
    """
    check_complete(path)
    sound: Sound | None = None
    if reads_with_soundfile(path):
        try:
            sound = _collect(_blocks_by_soundfile(path), progress)
        except (soundfile.SoundFileError, ValueError):
            sound = None
    if sound is None:
        faults = _Faults()
        sound = _collect(_blocks_by_av(path, faults), progress)
        check_decoded(path, sound.duration_s if sound else 0.0, faults.declared_s, faults.count)
    if sound is None or sound.duration_s == 0:
        raise no_sound(path)
    check_decoded(path, sound.duration_s, None, 0)
    return sound


def blocks(path: str, *, ffmpeg: bool) -> Iterator[tuple[int, Block]]:
    """Decode piece by piece, for who does not need all of the sound at once: (rate, samples by channels).

    Like `decode` tries libsndfile first and `ffmpeg` second, the caller must; damaged packets are left out. Raises
    SoundFileError, RecordingError or OSError.
    """
    return _blocks_by_av(path, _Faults()) if ffmpeg else _blocks_by_soundfile(path)


def _collect(blocks: Iterator[tuple[int, Block]], progress: Callable[[float], None]) -> Sound | None:
    """Resample blocks of (rate, samples by channels) and join them; None when there were no samples."""
    resampler: soxr.ResampleStream | None = None
    tapes: list[_Tape] = []
    count = 0
    for rate_hz, block in blocks:
        np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        # Far beyond full scale is garbage in the file; without this bound it would swamp the offset.
        np.clip(block, -1.0, 1.0, out=block)
        if not tapes:
            tapes = [_Tape() for _ in range(block.shape[1])]
            if rate_hz != RATE_HZ:
                resampler = soxr.ResampleStream(rate_hz, RATE_HZ, block.shape[1], dtype="float32")
        count += len(block)
        progress(count / rate_hz)
        _append(tapes, resampler.resample_chunk(block) if resampler else block)
    if resampler is not None:
        _append(tapes, resampler.resample_chunk(np.zeros((0, len(tapes)), np.float32), last=True))
    if not count:
        return None
    return Sound(tuple(_centred(tape.samples()) for tape in tapes))


class _Tape:
    """Samples that are added to block by block, in memory that goes back to the system with them.

    The process's own memory stays with it once it was used (see `asr.process`): right for a model, not for hours of
    sound. And an array that grows elsewhere would be there twice while it is moved.
    """

    def __init__(self) -> None:
        # Private: shared memory cannot grow, and what lies beyond its end kills the process.
        self._memory = mmap.mmap(-1, _FIRST_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._used = 0

    def add(self, samples: Samples) -> None:
        """Put samples behind those that are there."""
        end = self._used + samples.nbytes
        if end > len(self._memory):
            self._memory.resize(max(2 * len(self._memory), end))
        self._memory[self._used : end] = samples.tobytes()
        self._used = end

    def samples(self) -> Samples:
        """All of them; nothing may be added any more."""
        return np.frombuffer(self._memory, np.int16, self._used // 2)


def _append(tapes: Sequence[_Tape], block: Block) -> None:
    np.clip(block, -1.0, 1.0, out=block)
    block *= FULL_SCALE
    samples = np.rint(block, out=block).astype(np.int16)
    for channel, tape in enumerate(tapes):
        tape.add(samples[:, channel])


def _centred(samples: Samples) -> Samples:
    """The samples, in place, less what they are off zero on average."""
    mean = round(int(samples.sum(dtype=np.int64)) / max(len(samples), 1))
    if mean:
        for start in range(0, len(samples), _BLOCK_FRAMES):
            part = samples[start : start + _BLOCK_FRAMES]
            part[:] = np.clip(part.astype(np.int32) - mean, -FULL_SCALE, FULL_SCALE)
    return samples


def _blocks_by_soundfile(path: str) -> Iterator[tuple[int, Block]]:
    with soundfile.SoundFile(path) as file:
        while len(block := file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)):
            yield file.samplerate, block


def _blocks_by_av(path: str, faults: _Faults) -> Iterator[tuple[int, Block]]:
    """Decode the first sound track; packets that cannot be decoded are counted and left out."""
    with Path(path).open("rb") as file, closing(open_container(file, path)) as container:
        stream = container.streams.audio[0]
        if stream.duration is not None and stream.time_base is not None:
            faults.declared_s = float(stream.duration * stream.time_base)
        rate_hz, channels = stream.codec_context.sample_rate, stream.codec_context.channels
        # Same rate and layout in and out: this only brings every sample format to interleaved floats.
        to_float = av.AudioResampler(format="flt", layout=stream.codec_context.layout, rate=rate_hz)
        waiting: list[Block] = []
        frames = 0
        for packet in container.demux(stream):
            try:
                for frame in packet.decode():
                    for flat in to_float.resample(frame):
                        waiting.append(flat.to_ndarray().reshape(-1, channels).astype(np.float32, copy=False))
                        frames += len(waiting[-1])
            except (av.FFmpegError, ValueError):  # ValueError: the format changes in mid-stream
                faults.count += 1
                continue
            if frames >= _BLOCK_FRAMES:
                yield rate_hz, np.concatenate(waiting)
                waiting, frames = [], 0
        if waiting:
            yield rate_hz, np.concatenate(waiting)
