"""What reviewers have arranged: who looks at which call, and views of the queue that they come back to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.person import Scope

MOST_VIEWS = 30
"""Saved views of one person."""
MOST_VIEW_NAME_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Assignment:
    """A call that somebody is to look at. People are named by their login names."""

    recording_id: str
    reviewer: str
    assigned_by: str
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the queue that its owner has named; `query` is what stands behind `?` in its address."""

    owner: str
    name: str
    query: str


class Desk(Protocol):
    """Assignments and saved views."""

    def visible(self, scope: Scope, recording_ids: Collection[str]) -> Mapping[str, str | None]:
        """Those that are scored calls within the scope, each with its team."""

    def assign(self, assignment: Assignment) -> None:
        """Give the call to somebody, in place of who had it."""

    def release(self, recording_ids: Collection[str]) -> None:
        """Nobody in particular is to look at these any more."""

    def reviewers_of(self, recording_ids: Collection[str]) -> Mapping[str, str]:
        """Who is to look at each; those that nobody has are left out."""

    def views(self, owner: str) -> Sequence[SavedView]:
        """Somebody's views, ordered by name."""

    def save_view(self, view: SavedView) -> None:
        """Keep it, in place of one of the same name."""

    def drop_view(self, owner: str, name: str) -> None:
        """Forget it; nothing happens when there is none."""
