"""How fast this machine hears calls with one setting or another, and which of them to set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.errors import TransientError
from models.ports import Transcriber
from models.run import AudioJob

WORTH_A_WORKER = 1.05
"""A worker more takes memory: it must gain this much."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried, and how many seconds of recordings were heard in a second."""

    profile: str
    workers: int
    audio_s_per_s: float


def worker_counts(cores: int) -> tuple[int, ...]:
    """How many workers to try on a machine with so many cores: all, half of them, one."""
    return tuple(sorted({1, max(cores // 2, 1), cores}))


def measure(transcriber: Transcriber, jobs: Sequence[AudioJob], now: Callable[[], float]) -> float:
    """Seconds of recordings heard in a second; `now` is a clock in seconds. Raises what `transcribe` raises.

    The first job is heard once before anything counts: loading is not what is measured. Jobs name their duration.
    Raises TransientError when one of them could not be heard: failing is fast, and says nothing.
    """
    _hear(transcriber, jobs[:1])
    begun_s = now()
    _hear(transcriber, jobs)
    taken_s = now() - begun_s
    return sum(job.audio.duration_s or 0.0 for job in jobs if job.audio) / taken_s


def _hear(transcriber: Transcriber, jobs: Sequence[AudioJob]) -> None:
    for outcome in transcriber.transcribe(jobs):
        if outcome.error is not None:
            raise TransientError(
                f"a call could not be heard with these settings ({outcome.error}); mend that, or use fewer workers"
            ) from outcome.error


def advise(trials: Sequence[Trial]) -> Trial:
    """The trial to set: the fewest workers that come within `WORTH_A_WORKER` of the fastest. Needs a trial."""
    fastest = max(trial.audio_s_per_s for trial in trials)
    return min(
        (trial for trial in trials if trial.audio_s_per_s * WORTH_A_WORKER >= fastest), key=lambda trial: trial.workers
    )
