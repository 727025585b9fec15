"""Sounds for tests, made here: tones, noise, ring-back and something that a speech detector takes for speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from asr.audio import FULL_SCALE, Samples
from asr.channels import Channel
from asr.options import RATE_HZ

Sound = NDArray[np.float64]


def tone(frequency_hz: float, seconds: float, level: float = 0.3, rate_hz: int = RATE_HZ) -> Sound:
    """A sine."""
    return level * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * rate_hz)) / rate_hz)


def silence(seconds: float, rate_hz: int = RATE_HZ) -> Sound:
    """Digital silence."""
    return np.zeros(int(seconds * rate_hz))


def noise(seconds: float, level: float = 0.02, rate_hz: int = RATE_HZ, seed: int = 0) -> Sound:
    """White noise, the same for the same seed."""
    return level * np.random.default_rng(seed).standard_normal(int(seconds * rate_hz))


def ringback(bursts: int, frequency_hz: float = 450.0) -> Sound:
    """Ring-back as in China: 1 s on, 4 s off."""
    return np.concatenate([np.concatenate([tone(frequency_hz, 1.0), silence(4.0)]) for _ in range(bursts)])


def voice(seconds: float, rate_hz: int = RATE_HZ, seed: int = 3) -> Sound:
    """Babble with the rhythm and the formants of speech: enough for a detector, no words for anybody.

    A buzz with a wandering pitch is shaped by formants that change with each syllable, four to the second.
    """
    random = np.random.default_rng(seed)
    count = int(seconds * rate_hz)
    syllables = int(seconds * 4) + 1
    time_s = np.arange(count) / rate_hz
    pitch_hz = np.interp(time_s, np.arange(syllables) / 4, random.uniform(95, 150, syllables))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
    formants_hz = random.uniform((300, 900, 2200), (800, 2000, 3000), (syllables, 3))
    out = np.zeros(count)
    for harmonic in range(1, 28):
        frequency = pitch_hz * harmonic
        gain = np.zeros(count)
        for formant, width_hz in enumerate((90, 110, 170)):
            centre = np.interp(time_s, np.arange(syllables) / 4, formants_hz[:, formant])
            gain += np.exp(-0.5 * ((frequency - centre) / width_hz) ** 2) / (formant + 1)
        out += gain * np.sin(harmonic * phase)
    envelope = 0.15 + 0.85 * np.abs(np.sin(np.pi * 4 * time_s)) ** 0.7
    out *= envelope
    return np.asarray(0.3 * out / np.abs(out).max())


def samples(sound: Sound) -> Samples:
    """As 16-bit samples."""
    return np.rint(np.clip(sound, -1, 1) * FULL_SCALE).astype(np.int16)


def channel(sound: Sound, index: int = 0, gain: float = 1.0) -> Channel:
    """As a channel of a decoded recording."""
    return Channel(index, samples(sound), gain)


def write_wav(path: Path, *channels: Sound, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> str:
    """Write channels to a WAV file; returns its path as text."""
    soundfile.write(path, np.stack(channels, axis=1), rate_hz, subtype=subtype, format="WAV")
    return str(path)


def dominant_hz(sound: Samples) -> float:
    """The frequency of the strongest line, for sound at 16 kHz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(spectrum.argmax() * RATE_HZ / len(sound))
