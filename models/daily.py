"""What each day came to, by team and standard, and what its results were made with: for comparing days with days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from models.person import Scope
from models.rollup import Tally
from models.scorecard import StandardRef


@dataclass(frozen=True, slots=True)
class DayCalls:
    """A team's calls (None: calls without a team) of one day under one version of a standard."""

    day: date
    team: str | None
    standard: StandardRef
    tally: Tally


@dataclass(frozen=True, slots=True)
class DayVerdicts:
    """The findings on one item of those calls: all, those that judge it, and of these those that say it was met."""

    day: date
    team: str | None
    standard: StandardRef
    item_id: str
    findings: int
    judged: int
    met: int


@dataclass(frozen=True, slots=True)
class DayMaking:
    """How many calls of a day have a newest scorecard by this scorer, of a transcript by this engine."""

    day: date
    engine_digest: str
    scorer: str
    calls: int


class Daily(Protocol):
    """Newest scorecards of dated calls in scope, from `since` to `until`, both included; each list in a fixed order."""

    def newest_day(self, until: date, scope: Scope) -> date | None:
        """The last day with calls up to this one; None without any."""

    def calls(self, since: date, until: date, scope: Scope) -> Sequence[DayCalls]:
        """Each day, team and version with calls."""

    def verdicts(self, since: date, until: date, scope: Scope) -> Sequence[DayVerdicts]:
        """Each item of those."""

    def makings(self, since: date, until: date, scope: Scope) -> Sequence[DayMaking]:
        """What they were made with."""

    def drawn(self, since: date, until: date, most: int, scope: Scope) -> Mapping[date, Sequence[str]]:
        """Ids of at most so many recordings of each day, the same ones each time and no kind of call before another."""
