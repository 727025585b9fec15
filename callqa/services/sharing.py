"""Helping with a run that another process began: which one, and what of it is free."""

from __future__ import annotations

from dataclasses import dataclass, field

from callqa.services.attendance import alive
from callqa.services.claims import Claimant
from models.claim import Worker
from models.ports import UnitOfWorkFactory
from models.run import Run, StoredCall


def under_way(run_id: str | None, worker: Worker, new_unit_of_work: UnitOfWorkFactory) -> tuple[Run, ...]:
    """Runs that can be joined, the newest first: those that processes are at, or the named one if it is open."""
    with new_unit_of_work() as uow:
        found = uow.attendance.open_runs()
    return tuple(one.run for one in found if (one.run.id == run_id if run_id else alive(one, worker)))


@dataclass(slots=True)
class Share:
    """What one process may take of a run, and what it was offered before: it tries nothing a second time."""

    claimant: Claimant
    offered: dict[str, int] = field(default_factory=dict)
    """Recording id to the attempts that it had when it was first offered."""

    def free(self) -> tuple[StoredCall, ...]:
        """Recordings of the run that wait, that nobody is at and that are no suspects. Empty when none is left."""
        calls = self.claimant.free()
        for call in calls:
            self.offered.setdefault(call.recording.id, call.attempts)
        return tuple(call for call in calls if self.offered[call.recording.id] == call.attempts)

    def may_grow(self) -> bool:
        """Whether a process that is at the run still looks for recordings."""
        with self.claimant.new_unit_of_work() as uow:
            found = uow.attendance.open_runs()
        return any(
            one.takes_in
            for run in found
            if run.run.id == self.claimant.run_id
            for one in alive(run, self.claimant.worker)
        )
