"""How a promise stands, from everything that was said of it.

=========================================================  =========================================
what was said                                              the promise is
=========================================================  =========================================
nothing                                                    open, as the scorecard has it
something by a person                                      what the newest word of a person says
else something in a ticket                                 what the newest ticket says
else a later call shows that it was done                   kept
else the customer says that it was not done                broken, claimed: a person has yet to look
=========================================================  =========================================

A customer who contradicts a ticket or a later call is a dispute until a person has spoken after that: the status stays
and the claim is shown beside it. What is open or merely claimed is overdue once its time has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.ledger import StatusEvent, StatusSource
from models.scorecard import Promise, PromiseStatus

_TRUST = {StatusSource.LATER_CALL: 1, StatusSource.TICKET: 2, StatusSource.PERSON: 3}


@dataclass(frozen=True, slots=True)
class Standing:
    """`basis` is the word that the status rests on, None where nobody said anything.

    `claimed`: the status is the customer's word alone. `dispute` is a customer's word against the status.
    """

    status: PromiseStatus
    basis: StatusEvent | None
    claimed: bool
    dispute: StatusEvent | None
    overdue: bool

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done or to be looked at."""
        return self.status is not PromiseStatus.OPEN and not self.claimed and self.dispute is None


def standing(promise: Promise, events: Sequence[StatusEvent], now: datetime) -> Standing:
    """How the promise stands now (aware); `events` are what was said of it, oldest first."""
    basis = max(enumerate(events), key=lambda pair: (_trust(pair[1]), pair[0]), default=(0, None))[1]
    status = basis.status if basis is not None else promise.status
    claimed = basis is not None and basis.claimed
    pending = status is PromiseStatus.OPEN or claimed
    return Standing(
        status=status,
        basis=basis,
        claimed=claimed,
        dispute=None if claimed else _dispute(status, events),
        overdue=pending and promise.due_at is not None and promise.due_at < now,
    )


def _trust(event: StatusEvent) -> int:
    return 0 if event.claimed else _TRUST[event.source]


def _dispute(status: PromiseStatus, events: Sequence[StatusEvent]) -> StatusEvent | None:
    """The newest claim of another status that no person has answered."""
    heard = [place for place, event in enumerate(events) if event.source is StatusSource.PERSON]
    open_to = events[max(heard, default=-1) + 1 :]
    claims = [event for event in open_to if event.claimed and event.status is not status]
    return claims[-1] if claims else None
