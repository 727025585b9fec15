"""What the page that lists a week's reports shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class WeeklyLink:
    """One report by the name of its file, as an address; `name` is None for that of the whole centre."""

    address: str
    name: str | None
    calls: int


@dataclass(frozen=True, slots=True)
class WeeklyIndex:
    """All reports of a week, the centre's first."""

    language: str
    generated_at: datetime
    since: date
    until: date
    groups: tuple[WeeklyLink, ...]
    agents: tuple[WeeklyLink, ...]
