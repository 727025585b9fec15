"""Hearing with an eye on the clock: how long it takes, and no further call once the night is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from models.ports import TranscribeOutcome, Transcriber
from models.run import AudioJob
from models.transcript import EngineReceipt


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Stint:
    """A transcriber for one chunk, which one thread uses: `models.ports.Transcriber` around another one.

    From `until` on nothing is begun: jobs get no outcome, so that they wait for the next run as they are. A call that
    is being heard then is finished, and kept if it is the first to be; those heard beside it are let go.
    """

    inner: Transcriber
    until: datetime | None
    now: Callable[[], datetime] = _now
    seconds: Callable[[], float] = time.perf_counter
    calls: int = field(default=0, init=False)
    audio_s: float = field(default=0.0, init=False)
    hear_s: float = field(default=0.0, init=False)

    @property
    def engine(self) -> EngineReceipt:
        """That of the transcriber inside."""
        return self.inner.engine

    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.until is not None and self.now() >= self.until

    def transcribe(self, jobs: Sequence[AudioJob]) -> Iterator[TranscribeOutcome]:
        """Outcomes of the jobs, or of the first of them when the time is up."""
        if self.is_over():
            return
        outcomes = self.inner.transcribe(jobs)
        try:
            while (outcome := self._next(outcomes)) is not None:
                yield outcome
                if self.is_over():
                    return
        finally:
            # Ends the threads that hear the rest.
            if (close := getattr(outcomes, "close", None)) is not None:
                close()

    def _next(self, outcomes: Iterator[TranscribeOutcome]) -> TranscribeOutcome | None:
        begun_s = self.seconds()
        outcome = next(outcomes, None)
        self.hear_s += self.seconds() - begun_s
        if outcome is not None and outcome.transcript is not None:
            self.calls += 1
            self.audio_s += outcome.transcript.duration_s or 0.0
        return outcome


@dataclass(frozen=True, slots=True)
class ChunkTimes:
    """What one chunk took: calls heard, seconds of sound in them, and seconds of hearing and of all the rest."""

    calls: int = 0
    audio_s: float = 0.0
    hear_s: float = 0.0
    score_s: float = 0.0


def timed(stint: Stint, work: Callable[[], None]) -> ChunkTimes:
    """Do the work, which hears by this stint, and say what it took."""
    begun_s = stint.seconds()
    work()
    taken_s = stint.seconds() - begun_s
    return ChunkTimes(stint.calls, stint.audio_s, stint.hear_s, max(taken_s - stint.hear_s, 0.0))
