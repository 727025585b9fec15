"""What the report of a team, or of the whole centre, shows: plain facts; words and layout come in render."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from callqa.reports.coaching_context import Gap, ItemFigures
from callqa.reports.context import ScoreSummary
from callqa.reports.figures import Proportion
from callqa.reports.ledger import LedgerCounts
from callqa.reports.practice import Exercise
from callqa.reports.team_kpis import Kpis


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many points of 100 a mean is higher than the one before, with its interval; below 0 it is lower."""

    points: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Improved:
    """An agent whose mean is surely above the own past. `name` is the id where no name is known."""

    agent_id: str
    name: str
    now: ScoreSummary
    before: ScoreSummary
    shift: Shift


@dataclass(frozen=True, slots=True)
class Need:
    """An item that some agents surely do too seldom: `below` of the `judged` who have enough calls to tell."""

    item_id: str
    title: str
    below: int
    judged: int
    practice: tuple[Exercise, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of service quality (SERVQUAL): how many findings on its items say that they were met."""

    name: str
    now: Proportion
    before: Proportion
    change: Gap | None


@dataclass(frozen=True, slots=True)
class StandardChange:
    """A version of a standard after another one: each item's share of met under the new one beside the old one.

    `items` are those that changed by more than chance, the most first, of the `compared` ones. `since` is the new
    version's first day.
    """

    standard_id: str
    old: str
    new: str
    since: date
    items: tuple[ItemChange, ...]
    compared: int


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item under the new version and under the old one."""

    title: str
    now: Proportion
    before: Proportion
    change: Gap


@dataclass(frozen=True, slots=True)
class TeamReport:
    """The whole page; `team` is None for the whole centre. The past is as many days before.

    `shift` is None where either side has too few graded calls. `items` are in the standards' order, without anybody to
    compare with but the own past. `changed` are those of them that changed by more than chance, the most first.
    `compared` agents have enough calls on both sides to be `improved`, the most first. `needs`: the most agents first.
    `dimensions` are those that the standard in use gives items to; `standard_changes` count the calls of both periods.
    """

    language: str
    generated_at: datetime
    team: str | None
    since: date
    until: date
    calls: int
    calls_before: int
    score: ScoreSummary
    score_before: ScoreSummary
    shift: Shift | None
    items: tuple[ItemFigures, ...]
    changed: tuple[ItemFigures, ...]
    needs: tuple[Need, ...]
    improved: tuple[Improved, ...]
    compared: int
    promises: LedgerCounts
    kpis: Kpis
    kpis_before: Kpis
    dimensions: tuple[Dimension, ...]
    standard_changes: tuple[StandardChange, ...]
