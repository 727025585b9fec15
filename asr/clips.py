"""Short pieces of a playback copy, for pages that hold their own sound."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from asr.options import RATE_HZ
from models.errors import ReasonCode, RecordingError


def cut_clip(copy: BinaryIO, start_s: float, end_s: float) -> bytes:
    """That stretch of a copy that callqa wrote itself (`asr.playback`), all channels mixed, as 16 kHz Ogg Opus.

    Cut to where there is sound; empty bytes where there is none. Raises RecordingError when the copy is no sound.
    """
    try:
        with soundfile.SoundFile(copy) as file:
            first = min(max(0, round(start_s * file.samplerate)), file.frames)
            last = min(round(end_s * file.samplerate), file.frames)
            if last <= first:
                return b""
            file.seek(first)
            mixed = file.read(last - first, dtype="float32", always_2d=True).mean(axis=1)
            sound: np.ndarray = soxr.resample(mixed, file.samplerate, RATE_HZ)
    except (soundfile.SoundFileError, ValueError) as error:
        raise RecordingError(
            ReasonCode.CORRUPT_AUDIO,
            f"the playback copy cannot be read: {type(error).__name__}; make it anew with `callqa audio`",
        ) from error
    written = BytesIO()
    soundfile.write(written, sound, RATE_HZ, format="OGG", subtype="OPUS")
    return written.getvalue()
