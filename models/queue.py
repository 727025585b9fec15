"""The review queue: every scored call, those that a person must look at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Protocol

from models.errors import InputError
from models.person import Scope
from models.rollup import ScoredCall
from models.scorecard import ReviewCode, Verdict

_MOST_ID = 2**31 - 1
"""The largest id that a database gives."""


class Urgency(IntEnum):
    """How much a call needs a person; the highest comes first."""

    NONE = 0
    """The machine was sure, and nothing is fatal."""
    UNSURE = 1
    """The machine was not sure of a verdict."""
    FATAL = 2
    """A fatal violation, sure or not."""


class Part(StrEnum):
    """Why a call is in the queue. A call may be in several parts, or in none: then it is there to be found only."""

    MUST = "must"
    """Fatal, or the machine is not sure."""
    DOUBT = "doubt"
    """Of the random sample: the machine was not sure of it when it was drawn, by whichever draw."""
    DRAWN = "drawn"
    """Of the random sample: the machine was sure of it."""


def parts_of(urgency: Urgency, was_unsure: bool | None) -> tuple[Part, ...]:
    """The parts of a call; `was_unsure` is None for one that was not drawn."""
    must = (Part.MUST,) if urgency >= Urgency.UNSURE else ()
    if was_unsure is None:
        return must
    return (*must, Part.DOUBT if was_unsure else Part.DRAWN)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which calls. What is None filters nothing.

    Days are those of each call's own clock, both included; calls without a date are on none. Totals are points, both
    included; calls without a total have none. `item_id` and `verdict` are about one and the same finding. Every one of
    `phrases` was said, whatever punctuation stands in it. `assigned_to` is a login name; a call is reviewed when a
    person has judged any item of it; sampled ones are those of the random sample.
    """

    urgency: Urgency | None = None
    since: date | None = None
    until: date | None = None
    team: str | None = None
    agent_id: str | None = None
    item_id: str | None = None
    verdict: Verdict | None = None
    least_total: float | None = None
    most_total: float | None = None
    least_urgency: Urgency = Urgency.NONE
    is_sampled: bool = False
    part: Part | None = None
    assigned_to: str | None = None
    is_reviewed: bool | None = None
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueCursor:
    """The last call of a page, by its place in the queue. As text it travels in addresses."""

    place: int
    scorecard: int

    def __str__(self) -> str:
        return f"{self.place}-{self.scorecard}"

    @classmethod
    def parse(cls, text: str) -> QueueCursor:
        """The inverse of `str`. Raises InputError for anything else."""
        place, dash, scorecard = text.partition("-")
        are_numbers = all(part.isascii() and part.isdigit() and len(part) < 19 for part in (place, scorecard))
        if not (dash and are_numbers and int(scorecard) <= _MOST_ID):
            raise InputError(f"{text!r} is no place in the review queue; begin again at its first page")
        return cls(int(place), int(scorecard))


@dataclass(frozen=True, slots=True)
class QueueFinding:
    """A finding that brings its call to a person: in doubt, or fatal."""

    item_id: str
    title: str
    verdict: Verdict
    fatal: bool
    review_codes: tuple[ReviewCode, ...]


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """A call in the queue, with what a person should look at.

    `reviewer` is who it was given to, by login name. `quote` are words around what was searched, without punctuation;
    "" without a search.
    """

    call: ScoredCall
    urgency: Urgency
    findings: tuple[QueueFinding, ...]
    reviewer: str | None = None
    parts: tuple[Part, ...] = ()
    is_reviewed: bool = False
    quote: str = ""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """An item of the standard that a queue can be asked for."""

    item_id: str
    title: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some calls of the queue in its order. `next` is where the following page begins, None on the last one.

    A page of a search may be short, or empty, and yet have a next one: it looks through so many calls and no more.
    """

    calls: tuple[QueuedCall, ...]
    next: QueueCursor | None


class ReviewQueue(Protocol):
    """The newest scorecard of every call that is not quarantined, the most urgent first, of equal ones the newest."""

    def page(self, scope: Scope, which: QueueFilter, size: int, after: QueueCursor | None = None) -> QueuePage:
        """The first `size` calls (at least 1) behind `after` that may be seen.

        A call that was scored again meanwhile may have moved.
        """

    def can_search(self) -> bool:
        """Whether texts are kept that can be searched; where they are sealed none are."""

    def teams(self, scope: Scope) -> Sequence[str]:
        """Teams that may be seen, in alphabetical order."""

    def items(self) -> Sequence[QueueItem]:
        """Items of the standard of the newest score, in its order; none without a score."""
