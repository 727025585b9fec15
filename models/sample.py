"""The random sample: of each agent's day some calls by chance, whatever the machine thinks of them.

What is reviewed only because the machine doubted it says nothing of the other calls. A sample with known chances does:
each drawn call stands for `calls / drawn` calls of its agent's day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from models.scorecard import Verdict

_SEED = "callqa sample 1"


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn of one agent's day: `recording_ids` of so many `calls` as were scored by then."""

    agent_id: str
    day: date
    calls: int
    recording_ids: tuple[str, ...]

    @property
    def chance(self) -> float:
        """How likely each of the calls was to be drawn; 0 without any."""
        return len(self.recording_ids) / self.calls if self.calls else 0.0


def draw(agent_id: str, day: date, recording_ids: Sequence[str], most: int) -> Draw:
    """Draw `most` of the calls, or all. The same calls give the same draw, whoever makes it and in whatever order."""

    def lot(recording_id: str) -> str:
        return hashlib.sha256(f"{_SEED} {day.isoformat()} {recording_id}".encode()).hexdigest()

    return Draw(agent_id, day, len(recording_ids), tuple(sorted(sorted(recording_ids, key=lot)[:most])))


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


class Samples(Protocol):
    """What was drawn. A draw stands: calls that are scored later are in none."""

    def undrawn(self, run_id: str, before: date) -> Mapping[tuple[str, date], Sequence[str]]:
        """Recordings of each agent's day with calls of the run, where nothing was drawn yet and the day is over."""

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
