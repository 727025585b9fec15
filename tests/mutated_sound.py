"""Sound files of every format, and ways to damage them: flipped bits, lost ends, lying headers, foreign pieces."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from random import Random

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

Mutation = Callable[[bytearray, Random], bytes]

_RATE_HZ = 8000
_BY_SOUNDFILE = (
    *(("wav", "WAV", subtype) for subtype in ("PCM_16", "PCM_24", "PCM_U8", "FLOAT", "ALAW", "ULAW", "IMA_ADPCM")),
    *(("wav", "WAV", subtype) for subtype in ("MS_ADPCM", "GSM610", "G721_32")),
    ("wav", "WAVEX", "PCM_16"),
    ("wav", "RF64", "PCM_16"),
    ("w64", "W64", "PCM_16"),
    ("aiff", "AIFF", "PCM_16"),
    ("au", "AU", "ULAW"),
    ("caf", "CAF", "PCM_16"),
    ("flac", "FLAC", "PCM_16"),
    ("ogg", "OGG", "VORBIS"),
    ("opus", "OGG", "OPUS"),
    ("mp3", "MP3", "MPEG_LAYER_III"),
)
_BIT_RATE = {"libopencore_amrnb": 12_200}
_ONE_CHANNEL = ("GSM610", "G721_32", "libopencore_amrnb")
_BY_FFMPEG = (
    ("m4a", "ipod", "aac", 8000),
    ("mp4", "mp4", "aac", 16_000),
    ("3gp", "3gp", "libopencore_amrnb", 8000),
    ("amr", "amr", "libopencore_amrnb", 8000),
    ("aac", "adts", "aac", 8000),
    ("mkv", "matroska", "libopus", 48_000),
    ("webm", "webm", "libopus", 16_000),
    ("wma", "asf", "wmav2", 16_000),
    ("avi", "avi", "mp2", 16_000),
    ("mpg", "mpeg", "mp2", 16_000),
    ("ts", "mpegts", "aac", 16_000),
    ("flv", "flv", "aac", 44_100),
    ("wv", "wv", "wavpack", 8000),
)


def every_format(sound: NDArray[np.float32]) -> dict[str, bytes]:
    """The sound, samples by two channels at 8 kHz, in every format that is read here; by names with their suffix."""
    found: dict[str, bytes] = {}
    for suffix, container, subtype in _BY_SOUNDFILE:
        buffer = BytesIO()
        part = sound[:, :1] if subtype in _ONE_CHANNEL else sound
        soundfile.write(buffer, part, _RATE_HZ, format=container, subtype=subtype)
        found[f"{container}-{subtype}.{suffix}".lower()] = buffer.getvalue()
    for suffix, container, codec, rate_hz in _BY_FFMPEG:
        found[f"{container}-{codec}.{suffix}".lower()] = _by_ffmpeg(sound, container, codec, rate_hz)
    return found


def mutated(originals: Sequence[bytes], count: int, seed: int) -> Iterator[tuple[int, str, bytes]]:
    """So many damaged files: which original each comes from, the mutation's name, and the bytes.

    Originals and mutations take turns, so that each meets each; no two files are alike.
    """
    random = Random(seed)
    names = list(MUTATIONS)
    seen: set[bytes] = set(originals)
    number = 0
    while count:
        which = number % len(originals)
        name = names[(number + number // len(originals)) % len(names)]
        number += 1
        data = MUTATIONS[name](bytearray(originals[which]), random)
        if data not in seen:
            seen.add(data)
            count -= 1
            yield which, name, data


def _flip(most: int, *, head: bool = False) -> Mutation:
    def mutate(data: bytearray, random: Random) -> bytes:
        end = min(len(data), _HEAD_BYTES) if head else len(data)
        for _ in range(random.randint(1, most)):
            data[random.randrange(end)] ^= 1 << random.randrange(8)
        return bytes(data)

    return mutate


def _cut(data: bytearray, random: Random) -> bytes:
    return bytes(data[: random.randrange(len(data))])


def _cut_in_head(data: bytearray, random: Random) -> bytes:
    return bytes(data[: random.randrange(min(len(data), _HEAD_BYTES))])


def _lie(data: bytearray, random: Random) -> bytes:
    """A number of the header becomes an extreme one: sizes, rates, channels, lengths."""
    for _ in range(random.randint(1, 3)):
        form = random.choice(("<H", ">H", "<I", ">I", "<Q", ">Q"))
        bits = struct.calcsize(form) * 8
        value = random.choice((0, 1, 2**bits - 1, 2 ** (bits - 1) - 1, 2 ** (bits - 1), random.getrandbits(bits)))
        struct.pack_into(form, data, random.randrange(min(len(data), _HEAD_BYTES) - bits // 8), value)
    return bytes(data)


def _lie_in_fmt(data: bytearray, random: Random) -> bytes:
    """A field of a WAV's format becomes another; other files are lied about anywhere."""
    at = data.find(b"fmt ", 0, _HEAD_BYTES)
    if at < 0:
        return _lie(data, random)
    offset, form = random.choice(((8, "<H"), (10, "<H"), (12, "<I"), (16, "<I"), (20, "<H"), (22, "<H"), (4, "<I")))
    value = random.choice((0, 1, 2, 3, 6, 7, 8, 17, 49, 64, 255, 1024, 0xFFFF, 10**9, 2**32 - 1)) & (
        2 ** (8 * struct.calcsize(form)) - 1
    )
    struct.pack_into(form, data, at + offset, value)
    return bytes(data)


def _blank(data: bytearray, random: Random) -> bytes:
    start = random.randrange(len(data))
    end = min(len(data), start + random.randint(1, len(data) // 2))
    data[start:end] = bytes([random.choice((0, 0xFF))]) * (end - start)
    return bytes(data)


def _shuffle(data: bytearray, random: Random) -> bytes:
    a, b, c = sorted(random.randrange(len(data)) for _ in range(3))
    return bytes(data[:a] + data[b:c] + data[a:b] + data[c:])


def _repeat(data: bytearray, random: Random) -> bytes:
    a, b = sorted(random.randrange(len(data)) for _ in range(2))
    return bytes(data[:b] + data[a:b] * random.randint(1, 4) + data[b:])


def _drop(data: bytearray, random: Random) -> bytes:
    start = random.randrange(len(data))
    del data[start : start + random.randint(1, 4096)]
    return bytes(data)


def _append(data: bytearray, random: Random) -> bytes:
    return bytes(data) + random.randbytes(random.randint(1, 20_000))


def _prepend(data: bytearray, random: Random) -> bytes:
    return random.randbytes(random.randint(1, 200)) + bytes(data)


_HEAD_BYTES = 400
MUTATIONS: dict[str, Mutation] = {
    "flip-one": _flip(1),
    "flip-few": _flip(20),
    "flip-many": _flip(2000),
    "flip-head": _flip(4, head=True),
    "cut": _cut,
    "cut-head": _cut_in_head,
    "lie": _lie,
    "lie-fmt": _lie_in_fmt,
    "blank": _blank,
    "shuffle": _shuffle,
    "repeat": _repeat,
    "drop": _drop,
    "append": _append,
    "prepend": _prepend,
}


def _by_ffmpeg(sound: NDArray[np.float32], container: str, codec: str, rate_hz: int) -> bytes:
    layout = "mono" if codec in _ONE_CHANNEL else "stereo"
    buffer = BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate_hz)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        stream.bit_rate = _BIT_RATE.get(codec, 64_000)
        flat = np.ascontiguousarray((sound[:, :1] if layout == "mono" else sound).reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(flat, format="flt", layout=layout)
        frame.sample_rate, frame.time_base = _RATE_HZ, Fraction(1, _RATE_HZ)
        form = stream.codec_context.format.name
        resampler = av.AudioResampler(form, layout, rate_hz, frame_size=stream.frame_size or 1024)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def telephone_call(path: Path, seconds: float) -> NDArray[np.float32]:
    """The beginning of a bundled call with two channels at 8 kHz."""
    samples, rate_hz = soundfile.read(path, round(seconds * _RATE_HZ), dtype="float32", always_2d=True)
    assert (rate_hz, samples.shape[1]) == (_RATE_HZ, 2)
    return np.asarray(samples, np.float32)
