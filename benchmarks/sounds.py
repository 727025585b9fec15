"""Telephone sounds in which nobody speaks, made from a seed: noise, network tones, fax, music, clicks, breath, cries.

Each maker takes a length in seconds and a random generator and returns samples at `RATE_HZ`, between -1 and 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

RATE_HZ = 8000

Sound = NDArray[np.float64]
Maker = Callable[[float, Generator], Sound]


def _times(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def _level(sound: Sound, db: float) -> Sound:
    """The sound at this root mean square level, in dB below full scale."""
    return sound * 10 ** (db / 20) / max(float(np.sqrt(np.mean(sound**2))), 1e-9)


def _shaped(sound: Sound, gain: Callable[[Sound], Sound]) -> Sound:
    """The sound with each frequency (Hz) times `gain`."""
    spectrum = np.fft.rfft(sound)
    frequencies = np.asarray(np.fft.rfftfreq(len(sound), 1 / RATE_HZ), dtype=np.float64)
    return np.fft.irfft(spectrum * gain(frequencies), len(sound))


def _telephone(sound: Sound) -> Sound:
    """Only what a telephone carries: 300 to 3400 Hz."""
    return _shaped(sound, lambda hz: ((hz > 300) & (hz < 3400)).astype(float))


def silence(seconds: float, _: Generator) -> Sound:
    """Digital silence."""
    return np.zeros(len(_times(seconds)))


def noise(seconds: float, random: Generator, *, slope: float, db: float) -> Sound:
    """Noise whose amplitude goes with frequency to the power of `slope`: 0 white, -0.5 pink, -1 brown, 0.5 blue."""
    white = random.standard_normal(len(_times(seconds)))
    return _level(_shaped(white, lambda hz: np.maximum(hz, 20.0) ** slope), db)


def wind(seconds: float, random: Generator) -> Sound:
    """Brown noise in gusts."""
    turns_s = np.arange(0, seconds + 1, 0.7)
    gusts = np.interp(_times(seconds), turns_s, random.random(len(turns_s)))
    return _level(noise(seconds, random, slope=-1, db=-20) * gusts**2, -22)


def comfort(seconds: float, random: Generator) -> Sound:
    """Noise that is switched on and off, as lines with silence suppression do."""
    switch = np.repeat(random.random(int(seconds / 0.4) + 1) > 0.5, round(0.4 * RATE_HZ))[: len(_times(seconds))]
    return noise(seconds, random, slope=-0.5, db=-38) * switch


def hum(seconds: float, random: Generator, *, hz: float, db: float) -> Sound:
    """Mains hum with its harmonics."""
    t = _times(seconds)
    parts = [np.sin(2 * np.pi * hz * n * t + random.uniform(0, 6)) / n**1.2 for n in range(1, 16)]
    return _level(np.sum(parts, axis=0), db)


def steady(seconds: float, _: Generator, *, hz: Sequence[float], db: float = -12) -> Sound:
    """Sines that do not stop."""
    t = _times(seconds)
    return _level(np.sum([np.sin(2 * np.pi * f * t) for f in hz], axis=0), db)


def cadence(seconds: float, random: Generator, *, hz: Sequence[float], on_s: float, off_s: float) -> Sound:
    """Sines that go on and off: ring-back, busy, congestion, fax calling."""
    t = _times(seconds)
    return steady(seconds, random, hz=hz) * (t % (on_s + off_s) < on_s) + noise(seconds, random, slope=-0.5, db=-55)


def keys(seconds: float, random: Generator) -> Sound:
    """Random telephone keys (DTMF), 0.15 s each, at irregular pauses."""
    sound = noise(seconds, random, slope=-0.5, db=-52)
    at = 0.3
    while at + 0.15 < seconds:
        begin = round(at * RATE_HZ)
        pair = (random.choice([697, 770, 852, 941]), random.choice([1209, 1336, 1477]))
        key = steady(0.15, random, hz=[float(f) for f in pair])
        sound[begin : begin + len(key)] += key
        at += random.choice([0.25, 0.4, 1.5, 3.0])
    return sound


def fax(seconds: float, random: Generator) -> Sound:
    """A fax answering: 2100 Hz, then 300 bit/s frequency shift keying in frames (V.21), again and again."""
    bits = np.repeat(random.integers(0, 2, int(seconds * 300) + 1), RATE_HZ // 300)[: len(_times(seconds))]
    bits = np.pad(bits, (0, len(_times(seconds)) - len(bits)))
    keyed = np.sin(2 * np.pi * np.cumsum(np.where(bits, 1650, 1850)) / RATE_HZ)
    t = _times(seconds) % 8
    answer = np.sin(2 * np.pi * 2100 * _times(seconds))
    return 0.2 * np.where(t < 2.6, answer, np.where((t > 3) & (t < 6.5), keyed, 0.0))


def siren(seconds: float, _: Generator) -> Sound:
    """A tone that wails between 600 and 1400 Hz."""
    pitch = 1000 + 400 * np.sin(2 * np.pi * 0.4 * _times(seconds))
    return 0.15 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE_HZ)


def crackle(seconds: float, random: Generator, *, per_s: float, ring_hz: float = 0.0) -> Sound:
    """Random clicks over faint noise; with `ring_hz` each rings on for a few milliseconds, like keys of a keyboard."""
    clicks = np.zeros(len(_times(seconds)))
    at = random.integers(0, len(clicks), int(seconds * per_s))
    clicks[at] = random.uniform(-1, 1, len(at))
    t = _times(0.03)
    shape = np.exp(-t * 250) * (np.cos(2 * np.pi * ring_hz * t) if ring_hz else 1.0)
    sound = np.convolve(clicks, shape)[: len(clicks)]
    return np.clip(0.5 * sound, -1, 1) + noise(seconds, random, slope=-0.5, db=-50)


def breath(seconds: float, random: Generator) -> Sound:
    """Breathing into the mouthpiece: noise in slow swells around 500 and 1600 Hz."""
    coloured = _shaped(
        random.standard_normal(len(_times(seconds))),
        lambda hz: np.exp(-(((hz - 500) / 300) ** 2)) + 0.5 * np.exp(-(((hz - 1600) / 500) ** 2)),
    )
    swell = np.maximum(np.sin(2 * np.pi * 0.3 * _times(seconds) + 0.6 * np.sin(2 * np.pi * 0.05 * _times(seconds))), 0)
    return _level(coloured * swell**1.5, -30)


def rubbing(seconds: float, random: Generator) -> Sound:
    """A handset moved about: short bursts of noise of different colours and levels."""
    sound = noise(seconds, random, slope=-0.5, db=-50)
    at = 0.5
    while at < seconds - 0.6:
        length_s = random.uniform(0.05, 0.5)
        burst = noise(length_s, random, slope=random.uniform(-1, 0.3), db=random.uniform(-35, -12))
        begin = round(at * RATE_HZ)
        burst *= np.hanning(len(burst))
        sound[begin : begin + len(burst)] += burst
        at += random.uniform(0.2, 2.5)
    return np.clip(sound, -1, 1)


# Notes above the key note, in semitones, of four chords each.
_PROGRESSIONS = (((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)), ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)))
_PENTATONIC = (0, 2, 4, 7, 9, 12, 14)


def _note(semitones: float, seconds: float, *, decay: float, harmonics: float, vibrato: float = 0.0) -> Sound:
    """A note `semitones` above 220 Hz. `harmonics`: how fast they fall off; `decay`: per second, 0 for a held note."""
    t = _times(seconds)
    hz = 220.0 * 2 ** (semitones / 12)
    phase = 2 * np.pi * hz * t + vibrato * np.sin(2 * np.pi * 5.5 * t)
    count = max(1, min(12, int(3600 / hz)))
    wave: Sound = np.sum([np.sin(n * phase) / n**harmonics for n in range(1, count + 1)], axis=0)
    fade = np.minimum(1, np.minimum(t, seconds - t) / 0.02)
    return wave * fade * np.exp(-decay * t)


def _beat(random: Generator, length: int, accent: bool) -> Sound:
    t = np.arange(length) / RATE_HZ
    drum = np.sin(2 * np.pi * (60 + 60 * np.exp(-40 * t)) * t) * np.exp(-12 * t)
    hiss = random.standard_normal(length) * np.exp(-45 * t)
    return 1.2 * drum + 0.2 * hiss if accent else 0.35 * hiss


def music(
    seconds: float,
    random: Generator,
    *,
    beat_s: float,
    decay: float,
    harmonics: float,
    vibrato: float = 0.0,
    drums: bool = False,
    chords: bool = True,
    minor: bool = False,
    meter: int = 4,
) -> Sound:
    """Hold music: a pentatonic tune, over chords that change each bar, with or without drums."""
    total = len(_times(seconds))
    sound = np.zeros(total + RATE_HZ * 4)
    progression = _PROGRESSIONS[minor]
    step, position, place = round(beat_s * RATE_HZ), 0, 3
    for beat in range(total // step + 1):
        chord = progression[beat // meter % len(progression)]
        if chords and beat % meter == 0:
            for tone in chord:
                held = _note(tone - 12, beat_s * meter, decay=decay / 3, harmonics=harmonics + 0.5)
                sound[position : position + len(held)] += 0.4 * held
        place = int(np.clip(place + random.integers(-2, 3), 0, len(_PENTATONIC) - 1))
        if random.random() < 0.8:
            length_s = beat_s * random.choice([0.5, 1, 1])
            tune = _note(_PENTATONIC[place] + 12, length_s, decay=decay, harmonics=harmonics, vibrato=vibrato)
            sound[position : position + len(tune)] += tune
        if drums:
            sound[position : position + step] += 2 * _beat(random, step, beat % 2 == 0)
        position += step
    return np.clip(_level(_telephone(sound[:total]), -20), -1, 1)


# First three formants (Hz) of some vowels; widths as of an adult speaker.
_VOWELS = {"a": (800, 1200, 2500), "o": (450, 800, 2600), "u": (320, 750, 2400), "m": (250, 1100, 2200)}
_FORMANT_WIDTHS_HZ = (100, 130, 200)


def _sung(pitch_hz: Sound, vowel: str, scale: float = 1.0) -> Sound:
    """A buzz with the pitch and the formants of a vowel; `scale` moves the formants up for small throats."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    sound = np.zeros(len(pitch_hz))
    for n in range(1, 25):
        hz = pitch_hz * n
        gain = sum(
            np.exp(-0.5 * ((hz - formant * scale) / (1.5 * width)) ** 2) / (i + 1)
            for i, (formant, width) in enumerate(zip(_VOWELS[vowel], _FORMANT_WIDTHS_HZ, strict=True))
        )
        sound += (gain + 0.02) * np.sin(n * phase) * (hz < 3600)
    return sound


def choir(seconds: float, random: Generator) -> Sound:
    """Voices that hold chords on "aah" and "ooh", as some hold music does: sung, but no words."""
    sound = np.zeros(len(_times(seconds)))
    bar_s = 2.4
    for voice in range(3):
        notes = [_PROGRESSIONS[0][bar % 4][voice] for bar in range(int(seconds / bar_s) + 1)]
        steps = np.repeat(220.0 * 2 ** (np.array(notes) / 12), round(bar_s * RATE_HZ))[: len(sound)]
        t = _times(seconds) + random.uniform(0, 1)
        sung = [_sung(steps * (1 + 0.01 * np.sin(2 * np.pi * 5.3 * t)), vowel) for vowel in "ao"]
        sound += np.where(_times(seconds) % (2 * bar_s) < bar_s, sung[0], sung[1])
    return np.clip(_level(_telephone(sound), -22), -1, 1)


def humming(seconds: float, random: Generator) -> Sound:
    """Somebody hums a tune with closed lips."""
    count = int(seconds / 0.5) + 1
    notes = np.array(_PENTATONIC)[random.integers(0, 5, count)]
    pitch = np.repeat(140.0 * 2 ** (notes / 12), round(0.5 * RATE_HZ))[: len(_times(seconds))]
    gaps = np.minimum(1, np.abs(np.sin(np.pi * _times(seconds) / 0.5)) * 4)
    return _level(_sung(pitch, "m") * gaps, -26) + noise(seconds, random, slope=-0.5, db=-52)


def _cries(seconds: float, random: Generator, make: Callable[[float], Sound], pause_s: tuple[float, float]) -> Sound:
    """What `make` makes of a strength between 0 and 1, again and again with pauses between."""
    sound = noise(seconds, random, slope=-0.5, db=-52)
    at = 0.5
    while True:
        cry = make(random.random())
        begin = round(at * RATE_HZ)
        if begin + len(cry) > len(sound):
            return np.clip(sound, -1, 1)
        sound[begin : begin + len(cry)] += cry
        at += len(cry) / RATE_HZ + random.uniform(*pause_s)


def baby(seconds: float, random: Generator) -> Sound:
    """A baby that cries: high, gliding, a second each."""

    def cry(strength: float) -> Sound:
        t = _times(0.6 + 0.6 * strength)
        pitch = 380 + 160 * np.sin(np.pi * t / t[-1]) + 12 * np.sin(2 * np.pi * 9 * t)
        return _level(_sung(pitch, "a", 1.4) * np.abs(np.sin(np.pi * t / t[-1])) ** 0.5, -20)

    return _cries(seconds, random, cry, (0.3, 1.2))


def dog(seconds: float, random: Generator) -> Sound:
    """A dog that barks."""

    def bark(strength: float) -> Sound:
        t = _times(0.15 + 0.1 * strength)
        rough = _sung(500 - 1200 * t, "a", 0.9) + 0.5 * random.standard_normal(len(t))
        return _level(rough * np.exp(-12 * t) * np.minimum(1, t / 0.01), -16)

    return _cries(seconds, random, bark, (0.15, 1.5))


def coughs(seconds: float, random: Generator) -> Sound:
    """Somebody coughs and clears the throat: bursts of noise through an open mouth, some with voice."""

    def cough(strength: float) -> Sound:
        t = _times(0.2 + 0.2 * strength)
        burst = _shaped(random.standard_normal(len(t)), lambda hz: np.exp(-(((hz - 900) / 700) ** 2)))
        voiced = _sung(np.full(len(t), 110.0), "o") * strength
        return _level((burst + 0.3 * voiced) * np.exp(-9 * t), -18)

    return _cries(seconds, random, cough, (0.2, 3.0))


KINDS: dict[str, Maker] = {
    "silence": silence,
    "white noise, -60 dB": partial(noise, slope=0, db=-60),
    "white noise, -40 dB": partial(noise, slope=0, db=-40),
    "white noise, -18 dB": partial(noise, slope=0, db=-18),
    "pink noise, -45 dB": partial(noise, slope=-0.5, db=-45),
    "pink noise, -20 dB": partial(noise, slope=-0.5, db=-20),
    "brown noise, -25 dB": partial(noise, slope=-1, db=-25),
    "blue noise, -30 dB": partial(noise, slope=0.5, db=-30),
    "wind": wind,
    "comfort noise on and off": comfort,
    "hum of 50 Hz, -40 dB": partial(hum, hz=50, db=-40),
    "hum of 60 Hz, -15 dB": partial(hum, hz=60, db=-15),
    "dial tone": partial(steady, hz=[450]),
    "ring-back": partial(cadence, hz=[450], on_s=1, off_s=4),
    "ring-back, two tones": partial(cadence, hz=[440, 480], on_s=2, off_s=4),
    "busy": partial(cadence, hz=[450], on_s=0.35, off_s=0.35),
    "keys": keys,
    "fax calling": partial(cadence, hz=[1100], on_s=0.5, off_s=3),
    "fax answering": fax,
    "siren": siren,
    "beeps": partial(cadence, hz=[1000], on_s=0.2, off_s=1.3),
    "crackle": partial(crackle, per_s=20),
    "keyboard": partial(crackle, per_s=5, ring_hz=1800),
    "breath": breath,
    "handset moved": rubbing,
    "coughs": coughs,
    "humming": humming,
    "baby crying": baby,
    "dog barking": dog,
    "music: choir": choir,
    "music: piano": partial(music, beat_s=0.42, decay=3.0, harmonics=1.4),
    "music: strings": partial(music, beat_s=0.9, decay=0.2, harmonics=1.0, vibrato=0.25, minor=True),
    "music: flute alone": partial(music, beat_s=0.6, decay=0.4, harmonics=2.2, vibrato=0.35, chords=False),
    "music: waltz, music box": partial(music, beat_s=0.38, decay=6.0, harmonics=2.5, meter=3),
    "music: pop with drums": partial(music, beat_s=0.3, decay=1.5, harmonics=1.0, drums=True),
}
"""Every kind by name."""
