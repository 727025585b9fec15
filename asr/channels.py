"""Which channels carry a party: drops copies and empty channels, and lifts quiet recordings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asr.audio import FULL_SCALE, Samples, Sound

FRAME_SAMPLES = 512
"""32 ms at 16 kHz, the speech detector's step; levels are measured on the same frames."""

MAX_PARTIES = 2
_COPY_CORRELATION = 0.95
_COPY_LEVEL_DB = 6.0
_QUIET_PEAK = 0.05
_TARGET_PEAK = 0.3
_MAX_GAIN = 1000.0
_BLOCK = FRAME_SAMPLES * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One party's channel: its index in the recording, its samples, and the gain that brings speech to a usual level.

    The gain is one for the whole recording: the difference between channels tells speech from cross-talk.
    """

    index: int
    samples: Samples
    gain: float


def parties(sound: Sound) -> tuple[Channel, ...]:
    """One channel (everyone on it) or two (one party each).

    Channels that say the same, also with the sign turned (a mono mix of them would be silent), count once. Of more than
    two, the two loudest are kept, in their order.
    """
    peaks = [_loudness(samples) for samples in sound.channels]
    indices = sorted(sorted(range(len(peaks)), key=lambda i: -peaks[i])[:MAX_PARTIES])
    if len(indices) == MAX_PARTIES and _copies(*(sound.channels[i] for i in indices)):
        indices = indices[:1]
    peak = max(peaks[i] for i in indices)
    gain = min(_TARGET_PEAK / peak, _MAX_GAIN) if 0 < peak < _QUIET_PEAK else 1.0
    return tuple(Channel(i, sound.channels[i], gain) for i in indices)


def frame_levels_db(channel: Channel) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Level of each 32 ms frame in dB of full scale, -100 for digital silence; the last frame may be short."""
    samples = channel.samples
    power = np.zeros(-(-len(samples) // FRAME_SAMPLES), np.float64)
    for start in range(0, len(samples), _BLOCK):
        part = samples[start : start + _BLOCK].astype(np.float32)
        part = np.pad(part, (0, -len(part) % FRAME_SAMPLES)).reshape(-1, FRAME_SAMPLES)
        first = start // FRAME_SAMPLES
        power[first : first + len(part)] = np.mean(part * part, axis=1)
    levels = 10.0 * np.log10(power * (channel.gain / FULL_SCALE) ** 2 + 1e-10)
    return levels.astype(np.float32)


def _loudness(samples: Samples) -> float:
    """The 99.9th percentile of the peaks of 32 ms frames, 0 to 1: a click does not count, a few words do."""
    whole = len(samples) // FRAME_SAMPLES * FRAME_SAMPLES
    if not whole:
        return float(np.abs(samples.astype(np.int32)).max(initial=0)) / FULL_SCALE
    frames = samples[:whole].reshape(-1, FRAME_SAMPLES)
    peaks = np.maximum(frames.max(axis=1).astype(np.int32), -frames.min(axis=1).astype(np.int32))
    return float(np.percentile(peaks, 99.9)) / FULL_SCALE


def _copies(left: Samples, right: Samples) -> bool:
    """Whether one channel is the other, up to sign, noise of coding and a small difference in level."""
    energy_left, energy_right, product = 0.0, 0.0, 0.0
    for start in range(0, len(left), _BLOCK):
        a, b = left[start : start + _BLOCK].astype(np.float64), right[start : start + _BLOCK].astype(np.float64)
        energy_left += float(a @ a)
        energy_right += float(b @ b)
        product += float(a @ b)
    if not energy_left or not energy_right:
        return False
    level_db = abs(10 * np.log10(energy_left / energy_right))
    return bool(abs(product) > _COPY_CORRELATION * np.sqrt(energy_left * energy_right) and level_db < _COPY_LEVEL_DB)
