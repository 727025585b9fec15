"""Sound files as users have them: every format comes out as the same 16 kHz channels, every bad one with its reason."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from asr.audio import FULL_SCALE, decode
from asr.probe import probe
from models.errors import ReasonCode, RecordingError
from tests.unit.asr_signals import dominant_hz, noise, silence, tone, write_wav

LEFT_HZ, RIGHT_HZ = 440.0, 1000.0
SECONDS = 2.0


def stereo(rate_hz: int) -> np.ndarray:
    return np.stack([tone(LEFT_HZ, SECONDS, rate_hz=rate_hz), tone(RIGHT_HZ, SECONDS, rate_hz=rate_hz)], axis=1)


@pytest.mark.parametrize(
    ("name", "container", "subtype", "rate_hz"),
    [
        ("a.wav", "WAV", "PCM_16", 8000),
        ("b.wav", "WAV", "PCM_24", 96000),
        ("c.wav", "WAV", "PCM_U8", 11025),
        ("d.wav", "WAV", "FLOAT", 16000),
        ("e.wav", "WAV", "ALAW", 8000),
        ("f.wav", "WAV", "ULAW", 8000),
        ("g.wav", "WAV", "IMA_ADPCM", 8000),
        ("h.wav", "WAV", "MS_ADPCM", 8000),
        ("i.flac", "FLAC", "PCM_16", 8000),
        ("j.ogg", "OGG", "VORBIS", 16000),
        ("k.opus", "OGG", "OPUS", 48000),
        ("l.mp3", "MP3", "MPEG_LAYER_III", 16000),
        ("m.aiff", "AIFF", "PCM_16", 8000),
        ("mp3 named.wav", "MP3", "MPEG_LAYER_III", 16000),
        ("wav named.mp3", "WAV", "PCM_16", 8000),
        ("no extension", "WAV", "PCM_16", 8000),
        ("-客服 录音（投诉）\n'\"`$(x);&%20..wav", "WAV", "PCM_16", 6000),
    ],
)
def test_formats_decode_to_the_same_channels(
    tmp_path: Path, name: str, container: str, subtype: str, rate_hz: int
) -> None:
    path = tmp_path / name
    soundfile.write(path, stereo(rate_hz), rate_hz, subtype=subtype, format=container)

    facts, sound = probe(str(path)), decode(str(path))

    assert facts.channels == len(sound.channels) == 2
    assert facts.duration_s == pytest.approx(SECONDS, abs=0.15)
    assert sound.duration_s == pytest.approx(SECONDS, abs=0.15)
    assert dominant_hz(sound.channels[0]) == pytest.approx(LEFT_HZ, abs=5)
    assert dominant_hz(sound.channels[1]) == pytest.approx(RIGHT_HZ, abs=5)


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "layout", "sample_format"),
    [
        ("a.m4a", "aac", 16000, "stereo", "fltp"),
        ("b.mp4", "aac", 16000, "stereo", "fltp"),
        ("c.mkv", "libopus", 48000, "stereo", "flt"),
        ("d.amr", "libopencore_amrnb", 8000, "mono", "s16"),
        ("e.wav", "gsm_ms", 8000, "mono", "s16"),
        ("f.flac", "flac", 8000, "stereo", "s16"),
    ],
)
def test_containers_only_ffmpeg_knows(
    tmp_path: Path, name: str, codec: str, rate_hz: int, layout: str, sample_format: str
) -> None:
    if codec == "gsm_ms":  # FFmpeg reads it but needs a library to write it; libsndfile writes it
        soundfile.write(tmp_path / name, tone(LEFT_HZ, SECONDS, rate_hz=rate_hz), rate_hz, subtype="GSM610")
    else:
        encode(tmp_path / name, codec, rate_hz, layout, sample_format)

    facts, sound = probe(str(tmp_path / name)), decode(str(tmp_path / name))

    assert facts.sample_rate_hz == rate_hz
    assert facts.channels == len(sound.channels) == (2 if layout == "stereo" else 1)
    assert sound.duration_s == pytest.approx(SECONDS, abs=0.2)
    assert dominant_hz(sound.channels[0]) == pytest.approx(LEFT_HZ, abs=5)


def encode(path: Path, codec: str, rate_hz: int, layout: str, sample_format: str) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        both = stereo(rate_hz).astype(np.float32)
        data = np.ascontiguousarray((both if layout == "stereo" else both[:, :1]).reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(data, format="flt", layout=layout)
        frame.sample_rate = rate_hz
        resampler = av.AudioResampler(sample_format, layout, rate_hz, frame_size=stream.frame_size or 160)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def with_sizes(path: Path, riff: int, data: int) -> str:
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 4, riff)
    struct.pack_into("<I", raw, raw.index(b"data") + 4, data)
    path.write_bytes(raw)
    return str(path)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_length_fields_of_streaming_recorders_promise_nothing(tmp_path: Path, size: int) -> None:
    write_wav(tmp_path / "a.wav", tone(LEFT_HZ, SECONDS, rate_hz=8000), rate_hz=8000)
    path = with_sizes(tmp_path / "a.wav", size, size)
    assert decode(path).duration_s == pytest.approx(SECONDS, abs=0.01)
    assert probe(path).sample_rate_hz == 8000


def archive() -> bytes:
    packed, sound = io.BytesIO(), io.BytesIO()
    soundfile.write(sound, stereo(8000), 8000, format="WAV")
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("call.wav", sound.getvalue())
    return packed.getvalue()


BAD = {
    "zero.wav": (b"", ReasonCode.EMPTY_FILE, "export it again"),
    "text.wav": (b"this is a note, not a call\n" * 40, ReasonCode.NOT_AUDIO, "put the recording in its place"),
    "page.wav": (b"<html><body>502 Bad Gateway</body></html>" * 3, ReasonCode.NOT_AUDIO, "look into it"),
    "random.mp3": (np.random.default_rng(5).bytes(20_000), ReasonCode.NOT_AUDIO, "save it as WAV"),
    "playlist.wav": (
        b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\n/etc/hostname\n#EXT-X-ENDLIST\n",
        ReasonCode.NOT_AUDIO,
        "put the recording in its place",
    ),
    "cut.wav": (b"RIFF\x24\x10\x00\x00WAVEfmt \x10\x00\x00\x00", ReasonCode.TRUNCATED_AUDIO, "copy it again"),
    "broken.flac": (b"fLaC" + bytes(200), ReasonCode.CORRUPT_AUDIO, "export it again"),
    "raw.al": (np.random.default_rng(6).bytes(8_000), ReasonCode.HEADERLESS_AUDIO, "save it as WAV"),
    # An archive may hold a call, or a terabyte: it is not unpacked.
    "night.zip": (archive(), ReasonCode.NOT_AUDIO, "put the recording in its place"),
    "night.wav.gz": (gzip.compress(bytes(50_000)), ReasonCode.NOT_AUDIO, "put the recording in its place"),
    "RAW.ULAW": (np.random.default_rng(7).bytes(8_000), ReasonCode.HEADERLESS_AUDIO, "save it as WAV"),
}


def is_refused(read: Callable[[str], object], path: Path, reason: ReasonCode, todo: str) -> None:
    """The file is refused for this reason, in a message that names it and, behind a semicolon, what to do."""
    with pytest.raises(RecordingError) as caught:
        read(str(path))
    assert caught.value.reason is reason
    what, _, next_step = caught.value.detail.rpartition("; ")
    assert repr(path.name) in what
    assert todo in next_step


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("read", [probe, decode])
def test_bad_files_are_refused_with_their_reason(tmp_path: Path, name: str, read: Callable[[str], object]) -> None:
    content, reason, todo = BAD[name]
    (tmp_path / name).write_bytes(content)
    is_refused(read, tmp_path / name, reason, todo)


@pytest.mark.parametrize("count", [0, 1, 100])
def test_too_short_to_hear(tmp_path: Path, count: int) -> None:
    path = write_wav(tmp_path / "a.wav", np.full(count, 0.1), rate_hz=8000)
    is_refused(decode, Path(path), ReasonCode.NO_SAMPLES, "look in the call log")


def test_missing_file_and_folder_are_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.wav", tmp_path):
        is_refused(probe, path, ReasonCode.UNREADABLE_FILE, "check that it is there")
        with pytest.raises(OSError, match=path.name):  # known already, so it may come back: no fault of the recording
            decode(str(path))


@pytest.mark.parametrize(("kept", "refused"), [(0.4, True), (0.9, True), (0.99, False), (1.0, False)])
def test_wav_cut_short_is_refused_unless_next_to_nothing_is_lost(tmp_path: Path, kept: float, refused: bool) -> None:
    path = Path(write_wav(tmp_path / "a.wav", tone(LEFT_HZ, 10, rate_hz=8000), rate_hz=8000))
    path.write_bytes(path.read_bytes()[: 44 + int(160_000 * kept)])
    if not refused:
        assert decode(str(path)).duration_s == pytest.approx(10 * kept, abs=0.1)
        return
    is_refused(decode, path, ReasonCode.TRUNCATED_AUDIO, "copy it again")


def test_mp3_with_a_destroyed_middle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    soundfile.write(path, stereo(16000).repeat(5, axis=0), 16000, format="MP3")
    raw = bytearray(path.read_bytes())
    third = len(raw) // 3
    raw[third : 2 * third] = np.random.default_rng(8).bytes(third)
    path.write_bytes(raw)
    is_refused(decode, path, ReasonCode.CORRUPT_AUDIO, "copy it again")


def test_video_without_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    is_refused(probe, path, ReasonCode.NO_AUDIO_TRACK, "export it with its sound")


def test_nan_infinity_and_offset_are_removed(tmp_path: Path) -> None:
    sound = tone(LEFT_HZ, SECONDS, level=0.2) + 0.4
    sound[100:200], sound[300], sound[400] = np.nan, np.inf, -np.inf
    path = write_wav(tmp_path / "a.wav", sound, rate_hz=16000, subtype="FLOAT")

    [decoded] = decode(path).channels

    assert abs(float(decoded.mean())) < 0.002 * FULL_SCALE
    assert dominant_hz(decoded) == pytest.approx(LEFT_HZ, abs=5)


def test_decoding_in_blocks_leaves_no_seams(tmp_path: Path) -> None:
    seconds = 75.0  # more than one block at 8 kHz
    path = write_wav(tmp_path / "a.wav", tone(LEFT_HZ, seconds, rate_hz=8000), silence(seconds, 8000), rate_hz=8000)

    left, right = decode(path).channels

    bends = np.abs(np.diff(left[1000:-1000].astype(np.int32), n=2))
    assert bends.max() < 1.2 * np.percentile(bends, 99)
    assert not right.any()


def test_levels_survive(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", noise(2, 0.1, 8000), noise(2, 0.001, 8000, seed=1), rate_hz=8000)
    left, right = decode(path).channels
    ratio_db = 20 * np.log10(left.astype(float).std() / right.astype(float).std())
    assert ratio_db == pytest.approx(40, abs=1)


def test_a_recording_that_outgrows_its_first_memory_stays_whole(tmp_path: Path) -> None:
    """Twenty minutes: more than twice what memory is set aside for at first."""
    marks = np.arange(20 * 60 * 8000, dtype=np.int64) // 8000 % 1200
    steps = (marks * 20 - 12_000).astype(np.int16)
    soundfile.write(tmp_path / "long.wav", steps, 8000, "PCM_16")
    [samples] = decode(str(tmp_path / "long.wav")).channels
    assert len(samples) == 20 * 60 * 16_000
    middles = samples[8000::16_000].astype(int)
    assert np.abs(np.diff(middles) - 20).max() <= 1
    samples[-1] = 7  # it can be written to, and is there to its end
    assert samples[-1] == 7
