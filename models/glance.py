"""What the console shows of many calls beside their figures: nights, and how well the machine and people agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from models.person import Scope
from models.rollup import Tally
from models.run import Run
from models.scorecard import Verdict


@dataclass(frozen=True, slots=True)
class NightGlance:
    """A run and how far its recordings in scope have come; `audio_s` are the known seconds of those with a score."""

    run: Run
    recordings: int
    scored: int
    quarantined: int
    waiting: int
    needs_review: int
    fatal: int
    audio_s: float


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A finding of a newest scorecard beside the verdict of people that holds. `unsure`: the machine asked."""

    item_id: str
    machine: Verdict
    unsure: bool
    person: Verdict
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class Sureness:
    """Findings on one item, and of how many the machine was sure: it gave a verdict and asked nobody."""

    findings: int
    sure: int


class Glances(Protocol):
    """Nights and reviews; only what is in `scope` counts."""

    def nights(self, most: int, scope: Scope) -> Sequence[NightGlance]:
        """The runs that began last, newest first."""

    def night_tally(self, run_id: str, scope: Scope) -> Tally:
        """What the newest scorecards of a run's recordings come to."""

    def with_promises(self, agent_id: str, since: date, until: date, scope: Scope) -> Sequence[str]:
        """Ids of recordings of the agent's calls of these days whose newest scorecard holds a promise, in order."""

    def reviewed(self, since: datetime, until: datetime, scope: Scope) -> Sequence[Reviewed]:
        """Every finding that somebody reviewed in that time (`until` not included) for the last time, in their order.

        Items that the newest scorecard has no more are left out.
        """

    def sureness(self, most: int, scope: Scope) -> Mapping[str, Sureness]:
        """By item, over so many of the newest scorecards."""

    def newest_calls(self, agent_id: str, since: date, until: date, most: int, scope: Scope) -> Sequence[str]:
        """Ids of recordings of the agent's newest scored calls of these days."""
