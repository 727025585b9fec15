"""The random sample: of each agent's day some calls by chance, those that the machine doubts more often if so wished.

What is reviewed only because the machine doubted it says nothing of the other calls. A sample with known chances does:
each drawn call stands for 1 / chance calls of its agent's day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from models.person import Scope
from models.scorecard import Verdict

_SEED = "callqa sample 1"
_UNSURE_SEED = "callqa unsure sample 1"


@dataclass(frozen=True, slots=True)
class Lots:
    """So many of the `calls` were `drawn`, each as likely as any other."""

    calls: int
    drawn: int

    @property
    def chance(self) -> float:
        """How likely each of the calls was to be drawn; 0 without any."""
        return self.drawn / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn of one agent's day: `recording_ids`, by one draw of all calls that were scored by then and
    another, which knows nothing of the first, of those among them that the machine was unsure of.

    `unsure_ids` are those of the drawn calls, by whichever draw, that it was unsure of.
    """

    agent_id: str
    day: date
    of_all: Lots
    of_unsure: Lots
    recording_ids: tuple[str, ...]
    unsure_ids: frozenset[str]

    def chance(self, is_unsure: bool) -> float:
        """How likely a call of the day was to be drawn, by whether the machine was unsure of it."""
        return chance_of(self.of_all, self.of_unsure, is_unsure)


def chance_of(of_all: Lots, of_unsure: Lots, is_unsure: bool) -> float:
    """How likely a call was to be in at least one of the two draws."""
    return _either(of_all.chance, of_unsure.chance if is_unsure else 0.0)


def _either(one: float, other: float) -> float:
    """The chance to be in at least one of two draws that know nothing of each other."""
    return one + other - one * other


def draw(agent_id: str, day: date, calls: Mapping[str, bool], most: int, most_unsure: int) -> Draw:
    """Draw `most` of the calls, or all, and `most_unsure` of those that are unsure; `calls` say by id whether they are.

    The same calls give the same draw, whoever makes it and in whatever order.
    """

    def lots(seed: str, ids: Sequence[str], number: int) -> Sequence[str]:
        def lot(recording_id: str) -> str:
            return hashlib.sha256(f"{seed} {day.isoformat()} {recording_id}".encode()).hexdigest()

        return sorted(ids, key=lot)[:number]

    unsure = [recording_id for recording_id, is_unsure in calls.items() if is_unsure]
    of_all, of_unsure = lots(_SEED, list(calls), most), lots(_UNSURE_SEED, unsure, most_unsure)
    drawn = tuple(sorted({*of_all, *of_unsure}))
    return Draw(
        agent_id,
        day,
        Lots(len(calls), len(of_all)),
        Lots(len(unsure), len(of_unsure)),
        drawn,
        frozenset(recording_id for recording_id in drawn if calls[recording_id]),
    )


@dataclass(frozen=True, slots=True)
class SampledVerdict:
    """What the machine says of an item of a drawn call, what people say that holds, and the chance of the draw.

    `person` is None while nobody has judged the item.
    """

    item_id: str
    machine: Verdict
    person: Verdict | None
    chance: float


@dataclass(frozen=True, slots=True)
class Frame:
    """Whom the draws of a run's days speak for: the run's `recording_ids` on days that were drawn.

    `late`: on those days so many calls were scored after the draw, in any run, and never had a chance.
    """

    recording_ids: frozenset[str]
    late: int


@dataclass(frozen=True, slots=True)
class DaysFrame:
    """Whom the draws of some days speak for: `verdicts` count the newest ones by item on the agents' days with a draw.

    `late`: on those days so many calls were scored after the draw and never had a chance. It is of whole days of
    agents, whichever team took the calls: which of them came late is not kept. `undrawn`: calls on days without a draw,
    and of no known agent.
    """

    verdicts: Mapping[str, Mapping[Verdict, int]]
    late: int
    undrawn: int


class Samples(Protocol):
    """What was drawn. A draw stands: calls that are scored later are in none."""

    def undrawn(self, run_id: str, before: date) -> Mapping[tuple[str, date], Mapping[str, bool]]:
        """Recordings of each agent's day with calls of the run, where nothing was drawn yet and the day is over.

        Of each it is said whether the machine is unsure of it.
        """

    def put(self, drawn: Draw) -> None:
        """Keep a draw of an agent's day that has none."""

    def of_day(self, day: date) -> Sequence[Draw]:
        """What was drawn of a day, ordered by agent."""

    def items_of(self, run_id: str) -> Sequence[SampledVerdict]:
        """Every item of the drawn calls of a run by the newest scorecards, reviewed or not, in a fixed order.

        Reviews of items that the newest scorecard has no more are left out.
        """

    def frame(self, run_id: str) -> Frame:
        """Whom these speak for; nobody where no day of the run was drawn."""

    def items_of_days(self, since: date, until: date, scope: Scope) -> Sequence[SampledVerdict]:
        """The same of every drawn call of these days, both included, that may be seen; calls in no order."""

    def days_frame(self, since: date, until: date, scope: Scope) -> DaysFrame:
        """Whom those speak for, of the calls that may be seen. Calls without a date are on no day."""
