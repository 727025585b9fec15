"""Taking work so that no other process does it too, and taking over what a process left that is gone.

A process that dies takes with it whatever it was at, and nobody knows which recording it was. So all of them are
suspects: each is tried alone, after everything else, and only a recording that was alone in its process is blamed. A
process that hangs is as good as dead: it renews its claims no more.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from callqa.services.in_hand import InHand
from models.call import Quarantine
from models.claim import Claim, Worker
from models.errors import ReasonCode, TransientError
from models.ports import UnitOfWorkFactory
from models.run import Planned, StoredCall

log = logging.getLogger(__name__)

_RENEWALS_PER_LEASE = 3


@dataclass(frozen=True, slots=True)
class Claimant:
    """Takes work of one run for one process. Alone in `max_attempts` deaths (at least 2), a suspect is poison."""

    run_id: str
    worker: Worker
    max_attempts: int
    new_unit_of_work: UnitOfWorkFactory

    def take(self, planned: Sequence[Planned]) -> tuple[str, ...]:
        """Claim what of this is free and no suspect, in the order given. What others are at or have done is left out.

        Raises TransientError when the database is out of reach.
        """
        attempts = {work.recording_id: work.attempts for work in planned}
        mine: dict[str, int] = {}
        suspects: dict[str, int] = {}
        with self.new_unit_of_work() as uow:
            for call, claim in uow.claims.lock(self.run_id, attempts):
                if call.attempts == attempts[call.recording.id] and self._free(claim):
                    deaths = self._deaths(claim)
                    (suspects if deaths else mine)[call.recording.id] = deaths
            uow.claims.hold(mine, self.worker.owner, self.worker.lease_s)
            uow.claims.hold(suspects, None, 0.0)
            uow.commit()
        return tuple(recording_id for recording_id in attempts if recording_id in mine)

    def left(self, attempts: Mapping[str, int]) -> tuple[Planned, ...]:
        """What waits and was not tried since it was planned with these `attempts`, the least suspect first."""
        with self.new_unit_of_work() as uow:
            waiting = uow.claims.left(self.run_id)
        waiting = sorted(waiting, key=lambda pair: pair[1].deaths if pair[1] else 0)
        now = (Planned(call.recording.id, call.attempts) for call, _ in waiting)
        return tuple(work for work in now if attempts.get(work.recording_id, work.attempts) == work.attempts)

    def free(self) -> tuple[StoredCall, ...]:
        """What waits, nobody is at, and was in hand of no process when it died."""
        with self.new_unit_of_work() as uow:
            waiting = uow.claims.left(self.run_id)
        return tuple(call for call, claim in waiting if self._free(claim) and not self._deaths(claim))

    def take_one(self, left: Sequence[Planned]) -> str | None:
        """Claim the first of these that is free, a suspect or not; None when all are in others' hands.

        A suspect that has had its tries is quarantined as poison on the way.
        """
        for work in left:
            recording_id = work.recording_id
            with self.new_unit_of_work() as uow:
                for call, claim in uow.claims.lock(self.run_id, [recording_id]):
                    if call.attempts != work.attempts or not self._free(claim):
                        continue
                    deaths = self._deaths(claim)
                    # The first death may have been any other's fault; from the second on it was alone.
                    poison = deaths > max(2, self.max_attempts)
                    uow.claims.hold({recording_id: deaths}, self.worker.owner, self.worker.lease_s)
                    if poison:
                        uow.calls.quarantine(recording_id, Quarantine(ReasonCode.POISON, _verdict(deaths)))
                        uow.claims.finish(recording_id, self.worker.owner)
                    uow.commit()
                    if not poison:
                        return recording_id
        return None

    @contextmanager
    def kept(self, recording_ids: Sequence[str]) -> Iterator[Callable[[str], None]]:
        """Renew these claims until the block ends or hangs; what of them has no result by then is given back.

        Yields what is to be called with each recording that is done. Raises TransientError as `take` does.
        """
        with self.new_unit_of_work() as uow:
            calls = [call for recording_id in recording_ids if (call := uow.calls.get(recording_id)) is not None]
        in_hand = InHand({call.recording.id: self._may_take_s(call) for call in calls})
        ended = threading.Event()
        keeper = threading.Thread(
            target=self._renew, args=(recording_ids, in_hand, ended), name="callqa-lease", daemon=True
        )
        keeper.start()
        try:
            yield in_hand.settle
        finally:
            ended.set()
            keeper.join()
            self._give_back(recording_ids)

    def _renew(self, recording_ids: Sequence[str], in_hand: InHand, ended: threading.Event) -> None:
        told = False
        while not ended.wait(self.worker.lease_s / _RENEWALS_PER_LEASE):
            if in_hand.hangs():
                if not told:
                    log.error("run %s: no result for too long; others may take over what is in hand", self.run_id)
                    told = True
                continue
            try:
                with self.new_unit_of_work() as uow:
                    uow.claims.renew(recording_ids, self.worker.owner, self.worker.lease_s)
                    uow.commit()
            except TransientError as error:
                # If it lasts, others take over: the same rows, at the price of work done twice.
                log.warning("claims could not be renewed: %s", error)

    def _give_back(self, recording_ids: Sequence[str]) -> None:
        try:
            with self.new_unit_of_work() as uow:
                uow.claims.give_back(recording_ids, self.worker.owner)
                uow.commit()
        except TransientError as error:
            # The same process may take them again; for others the lease has to run out.
            log.warning("claims could not be given back: %s", error)

    def _free(self, claim: Claim | None) -> bool:
        if claim is None or claim.owner is None or claim.owner == self.worker.owner:
            return True
        return claim.expired or self.worker.is_gone(claim.owner)

    def _deaths(self, claim: Claim | None) -> int:
        if claim is None:
            return 0
        return claim.deaths + (claim.owner not in (None, self.worker.owner))

    def _may_take_s(self, call: StoredCall) -> float:
        return self.worker.may_take_s(call.recording.audio.duration_s if call.recording.audio else None)


def _verdict(deaths: int) -> str:
    """What is known, which is no proof: nobody saw why the processes ended."""
    return (
        f"not proven: {deaths} processes ended or hung while they were at it, the last {deaths - 1} with nothing else "
        "in hand; if people, the system or a lack of memory ended them, release it with `callqa quarantine retry`"
    )
