"""What is remembered of the nights themselves, beside what they found: how fast they went, and what was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.call import RecordingState
from models.run import Run


@dataclass(frozen=True, slots=True)
class Sitting:
    """One stretch of work on a run, from its first recording to its last; only those that heard something are kept.

    `audio_s` are the seconds of recordings heard in it. `hear_s` and `score_s` are seconds spent on hearing and on
    the rest of a call (scores, copies to listen to, the database), summed over what worked side by side; `intake_s`
    are those of taking the source in, before `began_at`.
    """

    run_id: str
    began_at: datetime
    ended_at: datetime
    machine: str
    engine_digest: str
    calls: int
    audio_s: float
    intake_s: float
    hear_s: float
    score_s: float

    @property
    def wall_s(self) -> float:
        """How long it took by the clock."""
        return (self.ended_at - self.began_at).total_seconds()


@dataclass(frozen=True, slots=True)
class SittingTotals:
    """Sums over all sittings."""

    sittings: int = 0
    calls: int = 0
    audio_s: float = 0.0
    intake_s: float = 0.0
    hear_s: float = 0.0
    score_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """Recordings that wait. `audio_s` is the sum of known durations; `unknown` recordings do not say theirs.

    `failed` are those that were tried before and failed in a way that may pass.
    """

    calls: int = 0
    audio_s: float = 0.0
    unknown: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class FatalCall:
    """A call with a fatal violation, as an alert names it."""

    recording_id: str
    call_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """The run that began last (None in a database without runs), how many of its recordings wait, and how many
    recordings of any run a process is at whose lease holds."""

    newest: Run | None
    waiting: int
    at_work: int


class Diary(Protocol):
    """Sittings, and which alerts went out. Nothing that a call's result depends on."""

    def add(self, sitting: Sitting) -> None:
        """Keep it; the same run, beginning and machine again is one. Raises StateError for an unknown run."""

    def latest(self, engine_digest: str, machine: str | None, most: int) -> Sequence[Sitting]:
        """The last sittings with this engine, on this machine or (None) on any, newest first."""

    def last(self) -> Sitting | None:
        """The sitting that ended last, or None when there is none."""

    def totals(self) -> SittingTotals:
        """Sums over all sittings; zeros when there is none."""

    def told(self, kind: str, subjects: Collection[str]) -> frozenset[str]:
        """Those of the subjects about which an alert of this kind went out."""

    def tell(self, kind: str, subjects: Collection[str], at: datetime) -> None:
        """Note that an alert about them went out; the first time stays."""


class Census(Protocol):
    """Counts and lists over many calls, for planning a night, watching it, and metrics."""

    def first_calls(self, agent_ids: Collection[str]) -> Mapping[str, datetime]:
        """When each agent's first dated call began; agents without one are left out."""

    def last_calls(self, since: datetime) -> Mapping[str, datetime]:
        """When each agent's last call began, of those begun since then (aware), by agent in alphabetical order."""

    def states(self) -> Mapping[RecordingState, int]:
        """How many recordings are in each state, all states named."""

    def pulse(self) -> Pulse:
        """The newest run, and whether anybody is at work."""

    def queue(self) -> Backlog:
        """Recordings of all runs that are received or transcribed, and not scored by anybody yet."""

    def backlog(self, run: Run) -> Backlog:
        """Recordings of this run that are not quarantined and lack its scorecard."""

    def scored_among(self, run: Run, recording_ids: Collection[str]) -> frozenset[str]:
        """Those that need nothing any more: quarantined, or scored under the run's engine, standard and scorer."""

    def fatal_calls(self, run: Run) -> Sequence[FatalCall]:
        """Calls of this run whose scorecard under it is fatal, ordered by call id."""

    def with_promises_due(self, after: datetime, until: datetime) -> Sequence[str]:
        """Ids of recordings that hold a promise due in that time, in alphabetical order."""
