"""Being at a run where every process sees it, and closing runs whose processes are all gone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from callqa.services.runs import status_of
from models.attendance import Attendee, OpenRun
from models.claim import Worker
from models.errors import TransientError
from models.ports import UnitOfWorkFactory
from models.run import Run, RunCounts, RunStatus

log = logging.getLogger(__name__)

_SIGNS_PER_LEASE = 3


@dataclass(slots=True)
class Presence:
    """One process at one run. `takes_in`: it still looks for recordings; others that share the night wait for them."""

    run_id: str
    worker: Worker
    new_unit_of_work: UnitOfWorkFactory
    takes_in: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Be at the run until the block ends. Raises TransientError when the database is out of reach at first."""
        self._sign()
        ended = threading.Event()
        keeper = threading.Thread(target=self._renew, args=(ended,), name="callqa-presence", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()
            self._leave()

    def took_in(self) -> None:
        """No more recordings come from this process."""
        self.takes_in = False
        self._sign()

    def _sign(self) -> None:
        with self._lock, self.new_unit_of_work() as uow:
            uow.attendance.attend(self.run_id, self.worker.owner, self.worker.lease_s, takes_in=self.takes_in)
            uow.commit()

    def _renew(self, ended: threading.Event) -> None:
        while not ended.wait(self.worker.lease_s / _SIGNS_PER_LEASE):
            try:
                self._sign()
            except TransientError as error:
                # If it lasts, others take the run for abandoned and close it; at its end this process puts that right.
                log.warning("run %s: no sign of life could be given: %s", self.run_id, error)

    def _leave(self) -> None:
        try:
            with self.new_unit_of_work() as uow:
                uow.attendance.leave(self.run_id, self.worker.owner)
                uow.commit()
        except TransientError as error:
            log.warning("run %s: it looks as if this process were still at it: %s", self.run_id, error)


@dataclass(frozen=True, slots=True)
class Closed:
    """A run that was found without a process and closed by what became of its recordings."""

    run: Run
    status: RunStatus
    counts: RunCounts


def close_abandoned(
    worker: Worker, now: datetime, new_unit_of_work: UnitOfWorkFactory, but: str | None = None
) -> tuple[Closed, ...]:
    """Close every run that is RUNNING while nobody is at it, except `but`; a run asked for again is opened again.

    COMPLETED when all of it was scored, PARTIAL when some was, FAILED when nothing was.
    """
    closed: list[Closed] = []
    with new_unit_of_work() as uow:
        for one in uow.attendance.open_runs():
            if one.run.id == but or alive(one, worker):
                continue
            counts = uow.runs.counts(one.run.id)
            status = status_of(counts) if counts.recordings else RunStatus.FAILED
            uow.runs.finish(one.run.id, status, now)
            for gone in one.attendees:
                uow.attendance.leave(one.run.id, gone.owner)
            closed.append(Closed(one.run, status, counts))
        uow.commit()
    for found in closed:
        log.warning(
            "run %s: its processes are gone; closed as %s: %d of %d scored, %d wait until it is asked for again",
            found.run.id,
            found.status.value,
            found.counts.scored,
            found.counts.recordings,
            found.counts.waiting,
        )
    return tuple(closed)


def alive(found: OpenRun, worker: Worker) -> tuple[Attendee, ...]:
    """The processes that are, as far as this one can know, still at the run."""
    return tuple(one for one in found.attendees if not one.expired and not worker.is_gone(one.owner))
