"""Opens a file as sound and says what it is, or why it is none."""

from __future__ import annotations

import errno
import io
import struct
from pathlib import Path
from typing import IO

import av
import soundfile
from av.container import InputContainer

from models.call import AudioFacts
from models.errors import ReasonCode, RecordingError

MIN_DURATION_S = 0.02
"""Shorter than one frame of speech coding: there is nothing to listen to."""

# Containers that name their own sound format. Raw samples, playlists and text formats are left out on purpose: the
# first would be guessed wrongly (A-law as 44.1 kHz), a playlist could make the decoder open other files.
_CONTAINERS = (
    "wav,w64,aiff,au,caf,mp3,aac,mov,mp4,m4a,3gp,3g2,matroska,webm,ogg,flac,amr,amrnb,amrwb,asf,avi,mpeg,mpegts,flv,wv"
)
_HEADERLESS_SUFFIXES = {
    ".al", ".alaw", ".ul", ".ulaw", ".mulaw", ".g711", ".g729", ".raw", ".pcm", ".vox", ".sln", ".sw", ".gsm",
}  # fmt: skip
_MAGIC = (
    b"RIFF", b"RIFX", b"RF64", b"riff", b"FORM", b"fLaC", b"OggS", b"#!AMR", b"ID3", b"\x1aE\xdf\xa3", b".snd", b"caff",
    b"wvpk",
)  # fmt: skip
_SOUNDFILE_MAGIC = (b"RIFF", b"RIFX", b"RF64", b"FORM", b"fLaC")
_UNKNOWN_SIZES = (0, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFFFFF)
_TOLERATED_LOSS = 0.02
_TOLERATED_LOSS_S = 0.5


def probe(path: str) -> AudioFacts:
    """Return the sound format that the file declares, without decoding it; duration None when it does not say.

    Raises RecordingError with the reason when the file is missing, empty, no sound, without a sound track, without a
    header, cut short, or holds no samples.
    """
    try:
        facts = _facts_by_soundfile(path) if reads_with_soundfile(path) else None
        if facts is None or not facts.duration_s:
            facts = _facts_by_av(path)
        if facts.duration_s is not None and facts.duration_s < MIN_DURATION_S:
            raise no_sound(path)
        check_complete(path)
    except OSError as error:
        detail = (
            f"{Path(path).name!r} cannot be opened: {error.strerror or error}; check that it is there, that it may "
            "be read, and that its drive is connected"
        )
        raise RecordingError(ReasonCode.UNREADABLE_FILE, detail) from error
    return facts


def no_sound(path: str) -> RecordingError:
    """What to raise for a file that opens and holds next to no samples."""
    return RecordingError(
        ReasonCode.NO_SAMPLES,
        f"{Path(path).name!r} has a header but no sound in it; look in the call log, and export it again if people "
        "spoke",
    )


def reads_with_soundfile(path: str) -> bool:
    """Whether libsndfile is tried first: five times as fast as FFmpeg on the WAV family and FLAC.

    It can read mp3 as well, but writes its complaints about damaged ones straight to the terminal. Raises OSError when
    the file cannot be read and RecordingError when it is empty.
    """
    with open_bytes(path) as file:
        return file.read(4) in _SOUNDFILE_MAGIC


def open_container(file: IO[bytes], path: str) -> InputContainer:
    """Open with FFmpeg; the container has at least one sound track with a known rate.

    Raises RecordingError with the reason when it is none.
    """
    head = file.read(64)
    file.seek(0)
    try:
        container = av.open(file, mode="r", options={"format_whitelist": _CONTAINERS}, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise _unreadable(path, head) from error
    if not container.streams.audio:
        container.close()
        raise RecordingError(
            ReasonCode.NO_AUDIO_TRACK,
            f"{Path(path).name!r} has no sound track, only picture or data; export it with its sound",
        )
    codec = container.streams.audio[0].codec_context
    if codec is None or not codec.sample_rate or not codec.channels:
        container.close()
        raise RecordingError(
            ReasonCode.CORRUPT_AUDIO,
            f"the sound track of {Path(path).name!r} states no rate or no channels; export it again, or save it as WAV",
        )
    return container


def check_complete(path: str) -> None:
    """Raise RecordingError when a WAV header promises noticeably more sound than the file holds.

    A length of zero or of all ones is what streaming recorders leave and promises nothing. Raises OSError when the
    file cannot be read.
    """
    with open_bytes(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        if file.read(4) not in (b"RIFF", b"RIFX") or size < 44:
            return
        file.seek(12)
        while len(header := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", header)
            start = file.tell()
            if name == b"data":
                missing = length - (size - start)
                if length not in _UNKNOWN_SIZES and length < _UNKNOWN_SIZES[2] and missing > _TOLERATED_LOSS * length:
                    raise RecordingError(
                        ReasonCode.TRUNCATED_AUDIO,
                        f"{Path(path).name!r} holds {100 * (size - start) // length} % of the sound that its header "
                        "promises; copy it again",
                    )
                return
            file.seek(start + length + length % 2)


def check_decoded(
    path: str, decoded_s: float, declared_s: float | None, faults: int, *, broken_off: bool = False
) -> None:
    """Raise RecordingError when decoding gave nothing, or met faults and lost a noticeable part.

    How much is lost of a sound that `broken_off` and does not say how long it is cannot be known, so it is refused.
    """
    name = Path(path).name
    if decoded_s < MIN_DURATION_S:
        if not faults:
            raise no_sound(path)
        raise RecordingError(
            ReasonCode.CORRUPT_AUDIO,
            f"{name!r} could be opened, but no sound could be read from it; copy it again, or export it again",
        )
    if faults and declared_s and declared_s - decoded_s > max(_TOLERATED_LOSS_S, _TOLERATED_LOSS * declared_s):
        raise RecordingError(
            ReasonCode.CORRUPT_AUDIO,
            f"{name!r} is damaged: only {decoded_s:.0f} of {declared_s:.0f} s could be read; copy it again",
        )
    if broken_off and not declared_s:
        raise RecordingError(
            ReasonCode.CORRUPT_AUDIO,
            f"{name!r} is damaged: nothing can be read behind {decoded_s:.0f} s; copy it again",
        )


class _Bytes(io.BufferedReader):
    """A file for FFmpeg, which damage sends to places that no file has: that is no fault of the drive."""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """As usual; for an impossible place the negative code by which FFmpeg knows that there is none."""
        try:
            return super().seek(offset, whence)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return -errno.EINVAL


def open_bytes(path: str) -> IO[bytes]:
    """Open a file for reading. Raises OSError when that is not possible, RecordingError when it is empty."""
    size = Path(path).stat().st_size
    file: IO[bytes] = _Bytes(io.FileIO(path))
    if size == 0:
        file.close()
        raise RecordingError(ReasonCode.EMPTY_FILE, f"{Path(path).name!r} has 0 bytes; export it again")
    return file


def _facts_by_soundfile(path: str) -> AudioFacts | None:
    try:
        info = soundfile.info(path)
    except (soundfile.SoundFileError, ValueError):
        return None
    if not info.samplerate or not info.channels:
        return None
    return AudioFacts(info.frames / info.samplerate, info.samplerate, info.channels, info.subtype.lower())


def _facts_by_av(path: str) -> AudioFacts:
    with open_bytes(path) as file, open_container(file, path) as container:
        stream = container.streams.audio[0]
        codec = stream.codec_context
        if stream.duration is not None and stream.time_base is not None:
            duration_s: float | None = float(stream.duration * stream.time_base)
        elif container.duration is not None:
            duration_s = container.duration / av.time_base
        else:
            duration_s = None
        return AudioFacts(duration_s, codec.sample_rate, codec.channels, codec.name)


def _unreadable(path: str, head: bytes) -> RecordingError:
    """Why FFmpeg could not open a file that begins like this."""
    name = Path(path).name
    if Path(path).suffix.lower() in _HEADERLESS_SUFFIXES:
        return RecordingError(
            ReasonCode.HEADERLESS_AUDIO,
            f"{name!r} holds bare samples without a header, and their rate cannot be known; save it as WAV",
        )
    if head.startswith(_MAGIC) or head[4:8] == b"ftyp":
        if len(head) < 44 or head[4:8] == b"ftyp":
            return RecordingError(ReasonCode.TRUNCATED_AUDIO, f"{name!r} ends before its sound begins; copy it again")
        return RecordingError(
            ReasonCode.CORRUPT_AUDIO,
            f"{name!r} begins like a sound file but cannot be read; copy it again, or export it again",
        )
    return RecordingError(
        ReasonCode.NOT_AUDIO,
        f"{name!r} is no sound file that is known here; look into it, and put the recording in its place "
        "or save it as WAV",
    )
