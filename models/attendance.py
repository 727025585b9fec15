"""Which processes are at which run, so that a run whose processes are all gone is known from one that is at work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.run import Run


@dataclass(frozen=True, slots=True)
class Attendee:
    """A process that is at a run, or that holds recordings of it. `expired` is by the database's clock.

    `takes_in`: it still looks for recordings, so that the run may get more work.
    """

    owner: str
    expired: bool
    takes_in: bool


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that was begun and not summarised, and every process that gave a sign of being at it."""

    run: Run
    attendees: tuple[Attendee, ...]


class Attendance(Protocol):
    """Signs of life by run and process. A run need not be stored yet to be attended."""

    def attend(self, run_id: str, owner: str, lease_s: float, *, takes_in: bool) -> None:
        """The process is at the run for `lease_s` from now, in place of what it said before."""

    def leave(self, run_id: str, owner: str) -> None:
        """The process is no longer at the run; nothing changes when it never was."""

    def open_runs(self) -> Sequence[OpenRun]:
        """Every run that is RUNNING, the newest first."""
