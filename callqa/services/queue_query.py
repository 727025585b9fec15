"""What a reviewer asks of the queue, as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite
from typing import Final
from urllib.parse import urlencode

from models.errors import InputError
from models.queue import Part, QueueFilter, Urgency
from models.scorecard import Verdict

MOST_PHRASE_CHARACTERS = 60
_MOST_CHARACTERS = 200


class Section(StrEnum):
    """Part of the queue."""

    MUST = "must"
    """Fatal, or the machine was not sure; not looked at yet unless asked otherwise."""
    SAMPLE = "sample"
    """The random sample."""
    MINE = "mine"
    """Given to whoever asks."""
    ALL = "all"


_OPEN = frozenset({Section.MUST, Section.SAMPLE, Section.MINE})
"""Sections in which what was looked at is out of the way."""
STATES: Final[Mapping[str, bool | None]] = {"open": False, "done": True, "any": None}
URGENCIES: Final[Mapping[str, Urgency]] = {"fatal": Urgency.FATAL, "unsure": Urgency.UNSURE, "none": Urgency.NONE}
FIELDS = (
    "section",
    "q",
    "since",
    "until",
    "team",
    "agent",
    "item",
    "verdict",
    "part",
    "urgency",
    "least",
    "most",
    "state",
)


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """`asked` holds what was filled in, by the names of the fields; `which` are the calls meant."""

    section: Section
    asked: Mapping[str, str]
    which: QueueFilter

    def address(self, **changed: str) -> str:
        """What stands behind `?` for the same view with some fields changed; "" empties one."""
        fields = {**self.asked, **changed}
        return urlencode([(name, fields[name]) for name in FIELDS if fields.get(name)])


def parse_query(fields: Mapping[str, str], reviewer: str) -> QueueQuery:
    """The view that these fields ask for; unknown ones are left out.

    `reviewer` is whoever asks. Raises InputError for a field that cannot be read.
    """
    asked = {name: value for name in FIELDS if (value := fields.get(name, "").strip()[:_MOST_CHARACTERS])}
    try:
        section = Section(asked.get("section", Section.MUST))
        state = asked.get("state", "open" if section in _OPEN else "any")
        which = QueueFilter(
            urgency=URGENCIES[asked["urgency"]] if "urgency" in asked else None,
            since=_day(asked, "since"),
            until=_day(asked, "until"),
            team=asked.get("team"),
            agent_id=asked.get("agent"),
            item_id=asked.get("item"),
            verdict=Verdict(asked["verdict"]) if "verdict" in asked else None,
            least_total=_points(asked, "least"),
            most_total=_points(asked, "most"),
            least_urgency=Urgency.UNSURE if section is Section.MUST else Urgency.NONE,
            part=Part(asked["part"]) if "part" in asked else None,
            is_sampled=section is Section.SAMPLE,
            assigned_to=reviewer if section is Section.MINE else None,
            is_reviewed=STATES[state],
            phrases=tuple(asked.get("q", "")[:MOST_PHRASE_CHARACTERS].split()),
        )
    except (ValueError, KeyError) as error:
        raise InputError(f"the queue cannot be asked for that: {error}; begin again at /queue") from error
    return QueueQuery(section, asked, which)


def _day(asked: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(asked[name]) if name in asked else None


def _points(asked: Mapping[str, str], name: str) -> float | None:
    if name not in asked:
        return None
    points = float(asked[name])
    if not (isfinite(points) and abs(points) <= 10_000):
        raise ValueError(f"{asked[name]!r} points")
    return points
