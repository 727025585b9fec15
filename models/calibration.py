"""Calibration: several reviewers judge the same calls blind, to see how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.person import Scope
from models.scorecard import Verdict

MOST_TITLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Calibration:
    """A set of calls (ids of their recordings, in the order in which they are judged) and who judges them.

    Times are aware. While `closed_at` is None judgements are taken and nobody sees those of others; afterwards none is
    taken any more.
    """

    id: int
    title: str
    made_by: str
    made_at: datetime
    recordings: tuple[str, ...]
    reviewers: tuple[str, ...]
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reviewer's verdict on one item of one call of a set. `judged_at` is aware."""

    recording_id: str
    item_id: str
    reviewer: str
    verdict: Verdict
    judged_at: datetime


class Calibrations(Protocol):
    """Sets of calls and the judgements on them. A call that is deleted leaves its sets."""

    def add(self, calibration: Calibration) -> int:
        """Keep a new set, whatever its `id`; returns the id it has now."""

    def get(self, calibration_id: int) -> Calibration | None:
        """The set, or None."""

    def all(self) -> Sequence[Calibration]:
        """Every set, newest first."""

    def close(self, calibration_id: int, closed_at: datetime) -> bool:
        """Take no more judgements; False when the set is closed already, or unknown."""

    def judge(self, calibration_id: int, judgements: Sequence[Judgement]) -> bool:
        """Keep them, each in place of the reviewer's earlier one; False, and nothing is kept, in a closed set."""

    def judgements(self, calibration_id: int) -> Sequence[Judgement]:
        """All of a set, ordered by recording, item and reviewer."""

    def drawn(self, scope: Scope, since: datetime, most: int) -> Sequence[str]:
        """At most so many recordings of scored calls of the scope that began since this moment, drawn by chance."""
