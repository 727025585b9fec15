"""Figures of many calls at once: per agent, team and day, by total and by item."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import Protocol

from models.person import EVERYBODY, Scope
from models.scorecard import Verdict

LEAST_GROUP = 5
"""Agents see figures of their team that come from so many agents at least, themselves included. With two, each could
reckon the other's from the own; with few, those who talk to each other could."""

HUNDREDTHS = 100
"""Points are added up as whole hundredths: sums of floats would depend on the order of the calls."""

JUDGED = (Verdict.MET, Verdict.PARTIAL, Verdict.MISSED, Verdict.VIOLATED)
"""Verdicts that say how an item was done."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many calls there were, and what their totals come to.

    `graded` are the calls with a total. `total_sum` adds up totals in hundredths of a point, `square_sum` the squares
    of those.
    """

    calls: int = 0
    graded: int = 0
    total_sum: int = 0
    square_sum: int = 0
    fatal: int = 0
    needs_review: int = 0

    @property
    def mean(self) -> float | None:
        """The mean total in points; None without a graded call."""
        return self.total_sum / self.graded / HUNDREDTHS if self.graded else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the totals as of a sample, in points; None below two graded calls."""
        if self.graded < 2:
            return None
        scaled = self.graded * self.square_sum - self.total_sum**2
        return sqrt(scaled / (self.graded * (self.graded - 1))) / HUNDREDTHS


@dataclass(frozen=True, slots=True)
class DayTally:
    """One day with calls. The day is that of each call's own clock."""

    day: date
    tally: Tally


@dataclass(frozen=True, slots=True)
class ItemTally:
    """The findings on one item of the standard. `verdicts` counts each verdict, all named; points as in `Finding`."""

    item_id: str
    verdicts: Mapping[Verdict, int]
    points: float
    max_points: float

    @property
    def judged(self) -> int:
        """How many of the findings say how the item was done."""
        return sum(self.verdicts[verdict] for verdict in JUDGED)

    @property
    def met(self) -> int:
        """How many of those say that it was done in full."""
        return self.verdicts[Verdict.MET]

    @property
    def pass_rate(self) -> float | None:
        """The share of met among the findings that judge; None when none does."""
        return self.met / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Calls of some days: all of them, each day with calls in its order, each item in alphabetical order."""

    tally: Tally
    days: tuple[DayTally, ...]
    items: tuple[ItemTally, ...]


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """A call with its newest score, in one line. `agent_name` and `team` are those of the call's own metadata."""

    recording_id: str
    call_id: str
    agent_id: str
    agent_name: str | None
    team: str | None
    started_at: datetime | None
    duration_s: float | None
    standard_id: str
    standard_version: str
    total: float | None
    band: str
    fatal: bool
    needs_review: bool


@dataclass(frozen=True, slots=True)
class AgentMonth:
    """An agent's calls from `since` to `until`, both included, beside those of the team the agent is in now.

    `team_figures` hold the agent's calls as well; None for an agent without a team. For the agent they are as
    `Rollups.of_group`, and None for a group too small. `worst` and `best` are graded calls, the lowest and the highest
    total first, of equal ones the newest.
    """

    agent_id: str
    agent_name: str | None
    team: str | None
    since: date
    until: date
    figures: Figures
    team_figures: Figures | None
    worst: tuple[ScoredCall, ...]
    best: tuple[ScoredCall, ...]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What is counted after the figures were made anew: calls with a score, and days of agents."""

    calls: int
    agent_days: int


class Rollups(Protocol):
    """Figures of the newest scorecards of dated calls, kept with every change. From `since` to `until`, both included.

    Quarantined calls are in none, calls without a date on no day. The team is that of the call's own metadata. Calls
    out of `scope` count for nothing.
    """

    def agent_month(
        self, agent_id: str, since: date, until: date, most_calls: int = 5, scope: Scope = EVERYBODY
    ) -> AgentMonth | None:
        """What a page about an agent shows, with so many worst and best calls.

        None for an unknown agent and for one out of scope, who is in none of its teams and had no call in them. The
        team's figures are those of all its calls; where its name is out of scope there are neither. In the scope of the
        agent alone they are those of a group.
        """

    def of_agent(self, agent_id: str, since: date, until: date, scope: Scope = EVERYBODY) -> Figures:
        """The agent's figures, in whatever team."""

    def of_team(self, team: str, since: date, until: date, scope: Scope = EVERYBODY) -> Figures:
        """The team's figures."""

    def of_group(self, team: str, since: date, until: date) -> Figures | None:
        """The team's figures of which nobody's own can be reckoned: None below `LEAST_GROUP` agents with a total.

        Items on which fewer were judged are left out, and all days where on one of them fewer had a total: it would be
        what the others lack. Calls of nobody known are in the sums, and make no agent.
        """

    def of_all(self, since: date, until: date, scope: Scope = EVERYBODY) -> Figures:
        """Everybody's figures."""

    def days(self, since: date, until: date, scope: Scope = EVERYBODY) -> Sequence[DayTally]:
        """Everybody's figures by day, without items: each day with calls in its order."""

    def teams(self, since: date, until: date, scope: Scope = EVERYBODY) -> Mapping[str | None, Tally]:
        """Each team with calls, in alphabetical order, then calls without a team."""

    def team_items(
        self, since: date, until: date, scope: Scope = EVERYBODY
    ) -> Mapping[str | None, Mapping[str, ItemTally]]:
        """The items of each of those teams, by their ids."""

    def agents(
        self, since: date, until: date, team: str | None = None, scope: Scope = EVERYBODY
    ) -> Mapping[str, Tally]:
        """Each agent with calls (in this team, or in any), in alphabetical order."""

    def names(self, agent_ids: Collection[str]) -> Mapping[str, str]:
        """The names of these agents, of those who have one."""

    def titles(self) -> Mapping[str, str]:
        """The title of each item that the newest scorecards name, in the order of their standards."""

    def worst_calls(
        self, agent_id: str, since: date, until: date, most: int, scope: Scope = EVERYBODY
    ) -> Sequence[ScoredCall]:
        """Graded calls of the agent, the lowest total first."""

    def best_calls(
        self, agent_id: str, since: date, until: date, most: int, scope: Scope = EVERYBODY
    ) -> Sequence[ScoredCall]:
        """The same, the highest total first."""

    def rebuild(self) -> Rebuilt:
        """Make all figures and the review queue anew from the scorecards; nobody else writes scores meanwhile."""
