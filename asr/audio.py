"""Decodes a recording into channels of 16 kHz samples, in blocks, so that hours of sound need little memory."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

import av
import numpy as np
import soundfile
import soxr
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from asr.options import RATE_HZ
from asr.probe import check_complete, check_decoded, open_bytes, open_container, reads_with_soundfile

Samples = NDArray[np.int16]
Block = NDArray[np.float32]

FULL_SCALE = 32767
_BLOCK_FRAMES = 2**19
_MOST_FRAMES = 2**21
"""Of one block at `RATE_HZ`; only below 4000 Hz would one be more."""
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
        self.broken_off = False
        """Behind some place nothing could be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A part of the sound, as it is decoded: 16-bit samples at `RATE_HZ` by channels, and where in the sound it ends.

    The end is counted before resampling, which holds a little back.
    """

    samples: Samples
    upto_s: float


@dataclass(frozen=True, slots=True)
class Again:
    """What came so far does not count: the sound begins anew, read by another library."""


def decode(path: str, progress: Callable[[float], None] = lambda _: None) -> Sound:
    """Decode every channel; constant offsets are removed, NaN and infinities read as silence.

    Raises what `pieces` raises. `progress` is told the seconds of sound so far (`joined`); what it raises ends the
    work. In this process: what comes from outside is opened by `asr.decoder`, which does the same in another one.
    """
    return joined(pieces(path), progress)


def pieces(path: str) -> Iterator[Piece | Again]:
    """Decode every channel, block by block; NaN and infinities read as silence.

    libsndfile first, FFmpeg where that does not know the format, fails or finds nothing (a WAV whose length field was
    never filled in). Raises RecordingError when no sound, or only part of it, is in the file, and OSError when the file
    cannot be read.
    """
    check_complete(path)
    decoded_s = 0.0
    if reads_with_soundfile(path):
        try:
            for piece in _at_our_rate(_blocks_by_soundfile(path)):
                decoded_s += len(piece.samples) / RATE_HZ
                yield piece
        except (soundfile.SoundFileError, ValueError):
            decoded_s = 0.0
    if not decoded_s:
        yield Again()
        faults = _Faults()
        for piece in _at_our_rate(_blocks_by_av(path, faults)):
            decoded_s += len(piece.samples) / RATE_HZ
            yield piece
        check_decoded(path, decoded_s, faults.declared_s, faults.count, broken_off=faults.broken_off)
    check_decoded(path, decoded_s, None, 0)


def joined(parts: Iterable[Piece | Again], progress: Callable[[float], None]) -> Sound:
    """The sound that is in these parts, of which there is one at least.

    `progress` is told how much there is after each: seconds of two channels, or as much memory in more of them.
    """
    tapes: list[_Tape] = []
    for part in parts:
        if isinstance(part, Again):
            tapes = []
            continue
        channels = part.samples.shape[1]
        progress(part.upto_s * max(1.0, channels / 2))
        tapes = tapes or [_Tape() for _ in range(channels)]
        for channel, tape in enumerate(tapes):
            tape.add(part.samples[:, channel])
    return Sound(tuple(_centred(tape.samples()) for tape in tapes))


def blocks(path: str, *, ffmpeg: bool) -> Iterator[tuple[int, Block]]:
    """Decode piece by piece, for who does not need all of the sound at once: (rate, samples by channels).

    Like `decode` tries libsndfile first and `ffmpeg` second, the caller must; damaged packets are left out. Raises
    SoundFileError, RecordingError or OSError.
    """
    return _blocks_by_av(path, _Faults()) if ffmpeg else _blocks_by_soundfile(path)


def _at_our_rate(blocks: Iterator[tuple[int, Block]]) -> Iterator[Piece]:
    """Resample blocks of (rate, samples by channels)."""
    resampler: soxr.ResampleStream | None = None
    channels = count = rate_hz = 0
    for rate_hz, block in blocks:
        np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        # Far beyond full scale is garbage in the file; without this bound it would swamp the offset.
        np.clip(block, -1.0, 1.0, out=block)
        if not channels:
            channels = block.shape[1]
            if rate_hz != RATE_HZ:
                resampler = soxr.ResampleStream(rate_hz, RATE_HZ, channels, dtype="float32")
        # A header may state one sample a second: then a block would become more samples than memory holds.
        step = max(1, _MOST_FRAMES * rate_hz // RATE_HZ)
        for start in range(0, len(block), step):
            part = block[start : start + step]
            count += len(part)
            yield Piece(_whole_numbers(resampler.resample_chunk(part) if resampler else part), count / rate_hz)
    if resampler is not None:
        rest = resampler.resample_chunk(np.zeros((0, channels), np.float32), last=True)
        yield Piece(_whole_numbers(rest), count / rate_hz)


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


def _whole_numbers(block: Block) -> Samples:
    np.clip(block, -1.0, 1.0, out=block)
    block *= FULL_SCALE
    return np.rint(block, out=block).astype(np.int16)


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
    with open_bytes(path) as file, closing(open_container(file, path)) as container:
        stream = container.streams.audio[0]
        if stream.duration is not None and stream.time_base is not None:
            faults.declared_s = float(stream.duration * stream.time_base)
        rate_hz, channels = stream.codec_context.sample_rate, stream.codec_context.channels
        # Same rate and layout in and out: this only brings every sample format to interleaved floats.
        to_float = av.AudioResampler(format="flt", layout=stream.codec_context.layout, rate=rate_hz)
        waiting: list[Block] = []
        frames = 0
        for packet in _packets(container, stream, faults):
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


def _packets(container: InputContainer, stream: AudioStream, faults: _Faults) -> Iterator[av.Packet[AudioStream]]:
    """The packets up to the end, or up to where the container is so damaged that no next one can be found."""
    try:
        yield from container.demux(stream)
    except (av.FFmpegError, ValueError, IndexError):  # IndexError: a track that appears in mid-stream
        faults.count += 1
        faults.broken_off = True
