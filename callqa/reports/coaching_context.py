"""What the coaching report of an agent shows: plain facts, chosen and counted; words and layout come in render.

A share is of calls that met an item among those in which it was judged. Seconds are on a call's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from callqa.reports.context import ScoreSummary
from callqa.reports.figures import Proportion
from callqa.reports.ledger import LedgerCounts
from callqa.reports.practice import Exercise
from models.coaching_note import CoachingNote
from models.scorecard import Verdict

BEFORE_DAYS = 30
"""So many days up to a talk are what its item is compared with."""


class Ground(StrEnum):
    """Why an item was chosen, the strongest grounds first."""

    OWN_PAST = "own_past"
    """It differs from the agent's own days before by more than chance."""
    TEAM = "team"
    """It differs from the rest of the team by more than chance."""
    LEVEL = "level"
    """Its share is surely high, or surely low, whatever others do."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference of two shares with its 95 % interval, from -1 to 1; above 0 the agent's own now is higher."""

    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item: the agent now, in the days before, and the rest of the team in the same days.

    `against_past` and `against_team` are None where one side has too few judged calls. `lost_per_call` are points lost
    per judged call, never below 0; 0 without one.
    """

    item_id: str
    title: str
    now: Proportion
    before: Proportion
    team: Proportion
    against_past: Gap | None
    against_team: Gap | None
    lost_per_call: float


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the agent's own call that show the item; `words` is None where nothing was said, as when it is missing.

    `utterance` is the number of the turn in its conversation, None without words.
    `reason` is the finding's first sentence, in the language of the standard; "" without one. `clip` is the sound of
    the words as Ogg Opus, empty where the page has none.
    """

    recording_id: str
    call_id: str
    started_at: datetime | None
    verdict: Verdict
    utterance: int | None
    start_s: float | None
    end_s: float | None
    words: str | None
    reason: str
    clip: bytes = b""

    @property
    def fragment(self) -> str:
        """What leads to it on the call's page: its second, without times its turn, "" without words."""
        if self.start_s is not None:
            return f"#t={self.start_s:.1f}"
        return "" if self.utterance is None else f"#u{self.utterance}"


@dataclass(frozen=True, slots=True)
class Point:
    """A strength or a habit to change, why it was chosen, what was said, and what to practise.

    `example` is how a colleague who lets it be shown did it well; None where there is none. Whose it is is not shown.
    """

    figures: ItemFigures
    ground: Ground
    quotes: tuple[Quote, ...] = ()
    practice: tuple[Exercise, ...] = ()
    example: Quote | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from `since`, or fewer at the end, up to `until`; `score` is of the graded calls."""

    since: date
    until: date
    score: ScoreSummary


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An agreed action and the share of its item in the days before the talk and since; None for one about no item.

    `change` is None as well where either side has too few judged calls. `written_on` is the day of the talk.
    """

    note: CoachingNote
    written_on: date
    title: str | None
    before: Proportion | None
    since: Proportion | None
    change: Gap | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class CoachingReport:
    """The whole page. `team_score` is that of the rest of the team; None where it is not known or not to be shown.

    `actions` are what was agreed and was open in these days, the oldest first; none where notes are out of scope.
    `items` are all that have findings, in the standards' order.
    `is_small` says that there are too few graded calls to speak of a mean.
    """

    language: str
    generated_at: datetime
    agent_id: str
    agent_name: str | None
    team: str | None
    since: date
    until: date
    calls: int
    score: ScoreSummary
    score_before: ScoreSummary
    team_score: ScoreSummary | None
    weeks: tuple[Week, ...]
    strengths: tuple[Point, ...]
    habits: tuple[Point, ...]
    actions: tuple[ActionLine, ...]
    items: tuple[ItemFigures, ...]
    promises: LedgerCounts
    is_small: bool
