"""What hears and keeps sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from models.call import AudioFacts
from models.errors import RecordingError, TransientError
from models.run import AudioJob
from models.transcript import EngineReceipt, Transcript

Bleep = tuple[float, float]
"""Start and end of a stretch that must not be heard, in seconds of the recording."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """How loud a sound is: for each channel the loudest sample of each stretch of `stretch_s`, 0 to 100."""

    stretch_s: float
    channels: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class TranscribeOutcome:
    """What became of one job: exactly one of `transcript` and `error` is set."""

    recording_id: str
    transcript: Transcript | None
    error: RecordingError | TransientError | None


class AudioProbe(Protocol):
    """Reads a file's sound format without decoding all of it."""

    def __call__(self, path: str) -> AudioFacts:
        """Return the format; raises RecordingError with a reason code when the file is no usable sound."""


class Transcriber(Protocol):
    """Sound to text. One instance holds the model and may be used by several threads."""

    @property
    def engine(self) -> EngineReceipt:
        """What the transcripts will depend on; known without loading the model."""

    def transcribe(self, jobs: Sequence[AudioJob]) -> Iterator[TranscribeOutcome]:
        """Yield one outcome per job, in the order in which they finish.

        One bad recording never stops the others: its error is its outcome.
        """


class PlaybackMaker(Protocol):
    """Makes the copy of a recording that people listen to."""

    def make(self, source: str, bleeps: Sequence[Bleep], target: BinaryIO) -> None:
        """Write the copy of `source` to `target`, with every channel bleeped in the given spans.

        Raises RecordingError when no sound can be read, OSError when a file cannot be read or written.
        """

    def fits(self, copy: BinaryIO, bleeps: Sequence[Bleep]) -> bool:
        """Whether the copy, which can be read from any place, has exactly these bleeps."""


class PeakReader(Protocol):
    """Measures how loud a playback copy is, for drawing it."""

    def __call__(self, copy: BinaryIO) -> Peaks:
        """Read the copy, which can be read from any place. Raises RecordingError when it is no sound."""


class ClipCutter(Protocol):
    """Cuts short pieces out of a playback copy."""

    def __call__(self, copy: BinaryIO, start_s: float, end_s: float) -> bytes:
        """The stretch as Ogg Opus, empty where there is no sound. Raises RecordingError when the copy is no sound."""


class AudioStore(Protocol):
    """Sound that callqa keeps itself, by recording id: playback copies and copies of originals.

    Files appear complete or not at all. They may be sealed: read them by `opened` or `plain_file`. Every method may
    raise OSError.
    """

    def playback(self, recording_id: str) -> Path | None:
        """The file of the playback copy, or None when there is none."""

    def put_playback(self, recording_id: str, write: Callable[[BinaryIO], None]) -> None:
        """Keep what `write` writes in place of an earlier copy; nothing if it raises.

        It writes in one go; `seek(0)` and `truncate()` begin anew.
        """

    def playback_missing(self, recording_id: str, reason: str) -> None:
        """Keep why there is no playback copy; an earlier copy is taken away."""

    def why_no_playback(self, recording_id: str) -> str | None:
        """Why there is no playback copy; None when there is one, or when none was tried."""

    def original(self, recording_id: str) -> Path | None:
        """The file of the original's copy, or None when there is none."""

    def put_original(self, recording_id: str, source: Path, now: datetime) -> None:
        """Copy the original, stored `now`; does nothing when it is there.

        Raises TransientError when the file does not hold that recording any more.
        """

    def opened(self, path: Path) -> BinaryIO:
        """The sound of a file of this store, to be read from any place and closed; for one thread at a time.

        Raises MissingKeyError when its key is not among the keys; IntegrityError, also when it is read, for a sealed
        file that was changed.
        """

    def plain_file(self, path: Path) -> AbstractContextManager[Path]:
        """The same as a file, for what must have a path: of a sealed one a copy that only its owner can read.

        The copy goes at the end, or, after a kill, when the store is next at work. Raises TransientError when there is
        no place for it.
        """

    def waveform(self, recording_id: str) -> bytes | None:
        """What `put_waveform` kept; None when there is nothing, or nothing that can be read any more."""

    def put_waveform(self, recording_id: str, content: bytes) -> None:
        """Keep what was drawn of the playback copy. It goes with the copy, and can be made again from it."""

    def usage(self) -> Mapping[str, int]:
        """How many files of sound are sealed under each key id; those under `PLAIN` are not."""

    def reseal(self) -> int:
        """Bring every file under the newest key, which there must be; returns how many were not. Raises as `opened`."""

    def forget(self, recording_id: str) -> int:
        """Delete everything kept of the recording; returns how many sounds that were."""

    def delete_originals(self, stored_before: datetime, *, dry_run: bool) -> int:
        """Delete copies of originals that were stored before then; returns how many. A dry run only counts."""

    def delete_playback(self, made_before: datetime, reason: str, *, dry_run: bool) -> int:
        """Delete playback copies that were made before then and keep the reason in place of each; else the same."""
