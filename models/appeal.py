"""Appeals: an agent objects to a verdict on an own call, and a supervisor rules, once and for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.person import Scope
from models.scorecard import Verdict

MOST_REASON_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer to an appeal. `verdict` is what holds from now on, another one when upheld. `ruled_at` is aware."""

    upheld: bool
    verdict: Verdict
    reason: str
    ruled_by: str
    ruled_at: datetime


@dataclass(frozen=True, slots=True)
class Appeal:
    """An objection to one item of one call; there is one at most. `verdict` is the one that was objected to.

    `made_by` is the agent's login name, `made_at` is aware. `ruling` is None while it is open.
    """

    id: int
    recording_id: str
    call_id: str
    agent_id: str
    team: str | None
    item_id: str
    title: str
    verdict: Verdict
    reason: str
    made_by: str
    made_at: datetime
    ruling: Ruling | None = None


class Appeals(Protocol):
    """Appeals of calls that are not quarantined. Nothing is ever taken back or written over."""

    def add(self, appeal: Appeal) -> int | None:
        """Keep it, whatever its `id`; returns the id it has now, None when the item has one already."""

    def rule(self, appeal: Appeal, ruling: Ruling) -> bool:
        """Keep the ruling; False when there is one already."""

    def get(self, appeal_id: int, scope: Scope) -> Appeal | None:
        """The appeal; None for an unknown one and for one out of scope."""

    def of_call(self, recording_id: str) -> Sequence[Appeal]:
        """The appeals of a call, oldest first."""

    def page(self, scope: Scope, is_open: bool, most: int) -> Sequence[Appeal]:
        """Open ones, oldest first, or ruled ones, newest first: at most so many."""

    def ruled(self) -> Sequence[Appeal]:
        """All with a ruling, ordered by id."""

    def scored_at(self, recording_id: str) -> datetime | None:
        """When the newest scorecard of the recording was stored; None without one."""
