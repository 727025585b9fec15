"""What is known of scored calls as services to customers: waiting, talk, satisfaction, whether they come again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from models.person import Scope


@dataclass(frozen=True, slots=True)
class ServedCall:
    """One call with a newest scorecard. Facts that nobody gave are None; `total` is None where nothing was graded.

    `csat` is as the customer gave it; `is_complaint` is whether scoring found a complaint in it.
    """

    recording_id: str
    customer_ref: str | None
    started_at: datetime
    duration_s: float | None
    ring_s: float | None
    csat: float | None
    resolved: bool | None
    total: float | None
    is_complaint: bool


class ServedCalls(Protocol):
    """Dated calls, from `since` to `until` by the day of each call's own clock, both included."""

    def of(self, since: date, until: date, scope: Scope) -> Sequence[ServedCall]:
        """Those that are scored and in scope, in the order of their beginning."""

    def rated(self, since: date, until: date, scope: Scope, answered: Collection[str]) -> Sequence[ServedCall]:
        """Of those, the ones whose metadata tell satisfaction and the `answered` ones, by recording."""

    def visits(self, since: datetime, until: datetime) -> Sequence[tuple[str, datetime]]:
        """Every known customer's calls, scored or not, whoever took them, by reference and beginning (aware)."""
