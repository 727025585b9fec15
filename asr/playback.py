"""The playback copy: a small Opus file for people to listen to, in which masked numbers are bleeped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import soundfile
import soxr

from asr.audio import Block, blocks
from asr.options import RATE_HZ
from asr.probe import check_complete, no_sound, reads_with_soundfile
from models.errors import ReasonCode, RecordingError
from models.ports import Bleep

BIT_RATE = 24_000
"""Bits per second and channel: more than the 16 to 20 kb/s that RFC 6716 (2.1.1) asks for wideband speech."""
BLEEP_HZ = 1000.0
BLEEP_LEVEL = 0.1
"""20 dB below full scale: heard, not startling."""
FADE_S = 0.005
JOIN_S = 0.1
"""Bleeps closer together than this become one."""

_TAG = "BLEEPS"
_FULL_SCALE = 32767
# The encoder's cheapest way at this rate: a quarter of the time that its default for speech takes, the same size.
_ENCODING = {"application": "audio", "compression_level": "0", "frame_duration": "60", "flags": "+bitexact"}
_LAYOUTS = {1: "mono", 2: "stereo"}


class OpusPlayback:
    """Implements `models.ports.PlaybackMaker` with FFmpeg's libopus; needs little memory however long the sound."""

    def make(self, source: str, bleeps: Sequence[Bleep], target: BinaryIO) -> None:
        """Write the copy of `source` to `target`, all channels bleeped in the given spans, in any order.

        In this process: what comes from outside is given to `asr.decoder.GuardedPlayback`, which does the same in
        another one. Where the sound has to be read again in another way, the target is begun anew (`seek(0)`,
        `truncate()`). One channel stays one and two stay two; of more the copy holds the mix. The same sound and spans
        give the same bytes on the same libraries. Raises RecordingError when no sound can be read from the source or
        the encoder does not take it, OSError when a file cannot be read or written; `target` may then hold
        part of a copy.
        """
        check_complete(source)
        try:
            written = _copy(source, bleeps, target)
        except OSError:
            raise  # some of FFmpeg's errors are: a full disk is not the recording's fault
        except (av.FFmpegError, ValueError) as error:
            detail = (
                f"no playback copy can be made of {Path(source).name!r}: {type(error).__name__}; listen to the "
                "recording itself, and report this"
            )
            raise RecordingError(ReasonCode.PROCESSING_FAILED, detail) from error
        if not written:
            raise no_sound(source)

    def fits(self, copy: BinaryIO, bleeps: Sequence[Bleep]) -> bool:
        """Whether the copy has exactly these bleeps: another model may have found other numbers since it was made."""
        try:
            with av.open(copy, mode="r", format="ogg") as container:
                return container.streams.audio[0].metadata.get(_TAG) == _mark(bleeps)
        except (av.FFmpegError, ValueError, IndexError):
            return False


class _UnreadableError(Exception):
    """libsndfile could not read the sound to its end."""


def _copy(source: str, bleeps: Sequence[Bleep], target: BinaryIO) -> bool:
    """Whether there was any sound to write. As in asr.audio, what libsndfile cannot read to its end is FFmpeg's."""
    if reads_with_soundfile(source):
        with suppress(_UnreadableError):
            if _write(_by_soundfile(source), bleeps, target):
                return True
        target.seek(0)
        target.truncate()
    return _write(blocks(source, ffmpeg=True), bleeps, target)


def _by_soundfile(source: str) -> Iterator[tuple[int, Block]]:
    """The blocks; what fails in reading them is told from what the encoder raises."""
    try:
        yield from blocks(source, ffmpeg=False)
    except (soundfile.SoundFileError, ValueError) as error:
        raise _UnreadableError(source) from error


def _write(sound: Iterator[tuple[int, Block]], bleeps: Sequence[Bleep], target: BinaryIO) -> bool:
    """Whether there was any sound to write."""
    pieces = _at_one_rate(sound)
    first = next(pieces, None)
    if first is None:
        return False
    joined = _joined(bleeps)
    channels = first.shape[1]
    with av.open(target, mode="w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, layout=_LAYOUTS[channels], options=_ENCODING)
        stream.bit_rate = BIT_RATE * channels
        stream.metadata[_TAG] = _mark(bleeps)
        at = 0
        for piece in chain((first,), pieces):
            samples = np.rint(np.clip(_bleeped(piece, at, joined), -1.0, 1.0) * _FULL_SCALE).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=_LAYOUTS[channels])
            frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, Fraction(1, RATE_HZ), at
            container.mux(stream.encode(frame))
            at += len(piece)
        container.mux(stream.encode(None))
    return True


def _at_one_rate(sound: Iterator[tuple[int, Block]]) -> Iterator[Block]:
    """The blocks at `RATE_HZ`, with one or two channels; blocks without samples are left out."""
    resampler: soxr.ResampleStream | None = None
    channels = 0
    for rate_hz, block in sound:
        np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        # As in asr.audio: garbage far beyond full scale would become no number at all in resampling.
        np.clip(block, -1.0, 1.0, out=block)
        mixed = block if block.shape[1] in _LAYOUTS else block.mean(axis=1, keepdims=True, dtype=np.float32)
        channels = mixed.shape[1]
        if resampler is None and rate_hz != RATE_HZ:
            resampler = soxr.ResampleStream(rate_hz, RATE_HZ, channels, dtype="float32")
        piece = resampler.resample_chunk(mixed) if resampler else mixed
        if len(piece):
            yield piece
    if resampler is not None:
        last = resampler.resample_chunk(np.zeros((0, channels), np.float32), last=True)
        if len(last):
            yield last


def _joined(bleeps: Sequence[Bleep]) -> list[tuple[int, int]]:
    """The spans in samples, in order, without overlaps; empty ones are left out."""
    joined: list[tuple[int, int]] = []
    for start_s, end_s in sorted(bleeps):
        start, end = max(0, int(start_s * RATE_HZ)), int(np.ceil(end_s * RATE_HZ))
        if end <= start:
            continue
        if joined and start - joined[-1][1] < JOIN_S * RATE_HZ:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _bleeped(piece: Block, at: int, spans: Sequence[tuple[int, int]]) -> Block:
    """The piece, which begins `at` samples into the call: sound fades out before each span, the tone fades in it."""
    fade = FADE_S * RATE_HZ
    near = [(start, end) for start, end in spans if start - fade < at + len(piece) and end + fade > at]
    if not near:
        return piece
    place = np.arange(at, at + len(piece), dtype=np.float64)
    kept, tone = np.ones(len(piece)), np.zeros(len(piece))
    for start, end in near:
        kept = np.minimum(kept, np.clip(np.maximum(start - place, place - end + 1) / fade, 0.0, 1.0))
        tone = np.maximum(tone, np.clip(np.minimum(place - start, end - 1 - place) / fade, 0.0, 1.0))
    tone *= BLEEP_LEVEL * np.sin(2 * np.pi * BLEEP_HZ / RATE_HZ * place)
    return (piece * kept[:, None] + tone[:, None]).astype(np.float32)


def _mark(bleeps: Sequence[Bleep]) -> str:
    """What the copy says of its bleeps: enough to tell whether they are the same, not where they are."""
    return hashlib.sha256(json.dumps([BLEEP_HZ, _joined(bleeps)]).encode()).hexdigest()[:16]
