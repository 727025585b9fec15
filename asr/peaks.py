"""How loud a playback copy is over its time: what a picture of it is drawn from."""

from __future__ import annotations

from typing import BinaryIO

import av
import numpy as np

from asr.options import RATE_HZ
from models.errors import ReasonCode, RecordingError
from models.ports import Peaks

STRETCH_S = 0.05
MOST_STRETCHES = 1600
"""Of a longer copy each stretch is a multiple of `STRETCH_S`: a picture is about so many points wide."""
_STRETCH = int(RATE_HZ * STRETCH_S)
_LOUDEST = 100


def read_peaks(copy: BinaryIO) -> Peaks:
    """The peaks of a copy that callqa wrote itself (`asr.playback`). Raises RecordingError when it is no sound."""
    found: list[np.ndarray] = []
    rest = np.zeros((0, 1), np.float32)
    try:
        with av.open(copy, mode="r", format="ogg") as container:
            stream = container.streams.audio[0]
            resampler = av.AudioResampler(format="fltp", rate=RATE_HZ)
            for frame in container.decode(stream):
                for part in resampler.resample(frame):
                    block = np.abs(part.to_ndarray().T)
                    rest = block if not len(rest) else np.concatenate((rest, block))
                whole = len(rest) - len(rest) % _STRETCH
                if whole:
                    found.append(rest[:whole].reshape(-1, _STRETCH, rest.shape[1]).max(axis=1))
                    rest = rest[whole:]
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise RecordingError(
            ReasonCode.CORRUPT_AUDIO,
            f"the playback copy cannot be read: {type(error).__name__}; make it anew with `callqa audio`",
        ) from error
    if len(rest):
        found.append(rest.max(axis=0, keepdims=True))
    if not found:
        return Peaks(STRETCH_S, ())
    peaks = np.concatenate(found)
    per_stretch = -(-len(peaks) // MOST_STRETCHES)
    missing = -len(peaks) % per_stretch
    padded = np.pad(peaks, ((0, missing), (0, 0)))
    drawn = padded.reshape(-1, per_stretch, padded.shape[1]).max(axis=1)
    levels = np.rint(np.clip(drawn, 0.0, 1.0) * _LOUDEST).astype(int)
    return Peaks(STRETCH_S * per_stretch, tuple(tuple(map(int, channel)) for channel in levels.T))
