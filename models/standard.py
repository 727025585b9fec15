"""The life of a service standard: versions, from when to when each holds, and when it must be looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.scorecard import StandardRef

REMIND_DAYS = 14
"""So many days before its review day the owner is reminded."""


@dataclass(frozen=True, slots=True)
class PublishedStandard:
    """A version that was published: its text never changes.

    It holds from `effective_from` to `effective_to`, both included, or until a later version holds; `text` is the YAML
    as its author wrote it. `published_at` is aware.
    """

    ref: StandardRef
    title: str
    owner: str
    effective_from: date
    effective_to: date | None
    review_by: date
    change_note: str
    published_at: datetime
    text: str

    @property
    def name(self) -> str:
        """How the version is asked for: ID@VERSION."""
        return f"{self.ref.id}@{self.ref.version}"

    def holds_on(self, day: date) -> bool:
        """Whether the day lies within its dates."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


def in_force(versions: Iterable[PublishedStandard], day: date) -> PublishedStandard | None:
    """The version of one standard that applies to calls of this day; None when none holds.

    Of several that hold the one that began last, and of those the one that was published last.
    """
    holding = (version for version in versions if version.holds_on(day))
    return max(holding, key=lambda v: (v.effective_from, v.published_at, v.ref.version), default=None)


class VersionState(StrEnum):
    """Where a version stands on a day."""

    IN_FORCE = "in_force"
    LATER = "later"
    PAST = "past"
    """It ended, or a later one holds in its place."""


def states_on(versions: Sequence[PublishedStandard], day: date) -> list[VersionState]:
    """Where each of these versions, of one standard or of several, stands on that day."""
    holding = {i: in_force([v for v in versions if v.ref.id == i], day) for i in {v.ref.id for v in versions}}
    return [
        VersionState.IN_FORCE
        if holding[v.ref.id] == v
        else VersionState.LATER
        if v.effective_from > day
        else VersionState.PAST
        for v in versions
    ]


@dataclass(frozen=True, slots=True)
class ReviewReminder:
    """A standard's review is due in `days_left` days; negative: it is overdue by so many."""

    ref: StandardRef
    owner: str
    review_by: date
    days_left: int


def review_reminder(ref: StandardRef, owner: str, review_by: date, today: date) -> ReviewReminder | None:
    """A reminder from `REMIND_DAYS` before the day on; None earlier."""
    days_left = (review_by - today).days
    return ReviewReminder(ref, owner, review_by, days_left) if days_left <= REMIND_DAYS else None
