"""Lessons: sentences of agents with what people say they are. They are derived from what is stored, never kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_HELD_OUT_OF = 5
"""One family in so many is held out."""
_SALT = 399
"""Chosen by counting alone: with it every label of the data that comes with callqa has about a fifth of its families
held out (11 % to 29 %)."""


def held_out(family: str) -> bool:
    """Whether a family of utterances is kept for testing: decided by its name alone, so it stays there for ever."""
    return hashlib.sha256(f"{_SALT}:{family}".encode()).digest()[0] % _HELD_OUT_OF == 0


def family_of(recording_id: str) -> str:
    """The family of all that people say of a call: one, so that no call is both learnt from and tested on."""
    return f"call-{recording_id}"


class LessonSource(StrEnum):
    """Who taught it."""

    REVIEW = "review"
    APPEAL = "appeal"
    CALIBRATION = "calibration"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A masked sentence of an agent, the classifier's labels for it, and whose word that is.

    `utterance` is `Utterance.index`. `machine_was_right` is whether people confirmed its verdict. `taught_at` (aware)
    is when the newest of `taught_by` (login names) said so.
    """

    text: str
    labels: tuple[str, ...]
    item_id: str
    criterion: str
    source: LessonSource
    recording_id: str
    call_id: str
    utterance: int
    machine_was_right: bool
    taught_at: datetime
    taught_by: tuple[str, ...]
    by_whole_call: bool = False
    """It only follows from there being nothing of the item in the whole call; nobody looked at the sentence itself."""

    @property
    def id(self) -> str:
        """The same as long as the transcript is."""
        return f"lesson-{self.recording_id}-{self.utterance}-{self.item_id}"

    @property
    def family(self) -> str:
        """One per call, see `family_of`."""
        return family_of(self.recording_id)

    @property
    def held_out(self) -> bool:
        """Whether it is kept for testing, as all lessons of its call are."""
        return held_out(self.family)
