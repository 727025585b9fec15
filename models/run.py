"""One night's work on one source, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.call import AudioFacts, CallMeta, Quarantine, Recording, RecordingState
from models.scorecard import Scorecard, StandardRef
from models.transcript import Transcript


class RunStatus(StrEnum):
    """RUNNING until summarised; a killed run stays RUNNING until the same run is asked for again."""

    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    """Completed, but some recordings are quarantined or still waiting after a fault."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """The inspection of one source (for one day, or all of it) under one standard with one engine.

    `id` is a digest of exactly that, so asking again resumes the same run and adds no row. `source` is a URI.
    `started_at` is when the run began, or, after it was finished and had work again, when it last began anew.
    """

    id: str
    source: str
    day: date | None
    standard: StandardRef
    engine_digest: str
    scorer: str
    started_at: datetime
    finished_at: datetime | None = None
    status: RunStatus = RunStatus.RUNNING


@dataclass(frozen=True, slots=True)
class NightBefore:
    """What the runs of one source for one day found: the addresses, and when the first of them began."""

    day: date
    began_at: datetime
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a run took in and how far it came. `files` = `recordings` + `duplicates`; all counts are of this run.

    `waiting` are recordings not yet scored and not quarantined. `audio_s` is the sum of known durations.
    """

    files: int
    recordings: int
    duplicates: int
    scored: int
    quarantined: int
    waiting: int
    needs_review: int
    fatal: int
    audio_s: float
    scored_audio_s: float


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A recording as the database knows it. `last_error` is the latest transient failure, kept for people.

    `dropped_at`: when a person decided that nobody needs to hear of this quarantined recording any more.
    """

    recording: Recording
    meta: CallMeta
    state: RecordingState
    quarantine: Quarantine | None = None
    attempts: int = 0
    last_error: str | None = None
    dropped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One recording of a unit of work. `attempts` are its failures when the work was planned.

    More of them since: another process has tried it, and the next try is for the next run.
    """

    recording_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class InspectedCall:
    """Everything a report shows of one call. `scorecard` and `transcript` are None until that stage is done."""

    stored: StoredCall
    uris: tuple[str, ...]
    transcript: Transcript | None
    scorecard: Scorecard | None


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its calls, ordered by call id."""

    run: Run
    counts: RunCounts
    calls: tuple[InspectedCall, ...]


@dataclass(frozen=True, slots=True)
class AudioJob:
    """One recording to transcribe: where its bytes are now (a local path), and what is known about it."""

    recording_id: str
    path: str
    audio: AudioFacts | None
    meta: CallMeta
