"""Who is at work on which recording, so that processes share a night without doing anything twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.run import StoredCall


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that takes work. `lease_s`: how long its claims hold unless they are renewed.

    `is_gone` says of the owner of a claim whether its process is known to have ended; of one on another machine that
    cannot be known, and its lease has to run out. `may_take_s` says how long the work on a recording of so many seconds
    (None: unknown) may take at most: a process that hangs longer than that renews its claim no more.
    """

    owner: str
    lease_s: float
    is_gone: Callable[[str], bool]
    may_take_s: Callable[[float | None], float]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a recording, kept until its result is stored. `owner` is None when nobody is at it.

    `expired` is by the database's clock. `deaths` are the processes that ended, or hung, while they were at it.
    """

    owner: str | None
    expired: bool
    deaths: int


class Claims(Protocol):
    """Claims on recordings. What holds for a recording holds for every run that has it."""

    def left(self, run_id: str) -> Sequence[tuple[StoredCall, Claim | None]]:
        """Recordings of this run that wait for its score (`Runs.waiting`), with their claims, ordered by id."""

    def lock(self, run_id: str, recording_ids: Collection[str]) -> Sequence[tuple[StoredCall, Claim | None]]:
        """Those of `left` that are among these ids, kept from everybody else until the transaction ends.

        Recordings that another process is taking, storing or renewing at this moment are left out, not waited for.
        """

    def hold(self, deaths: Mapping[str, int], owner: str | None, lease_s: float) -> None:
        """Write the claims on locked recordings, by id with the deaths so far, in place of what they had."""

    def renew(self, recording_ids: Collection[str], owner: str, lease_s: float) -> None:
        """Let the owner's claims hold for `lease_s` from now; what others have taken over stays theirs."""

    def finish(self, recording_id: str, owner: str) -> bool:
        """The owner's claim ends with the result that is stored in the same transaction, and its deaths with it.

        False when the owner has none: another process has taken the recording over.
        """

    def give_back(self, recording_ids: Collection[str], owner: str) -> None:
        """The owner's claims end without a result; deaths are remembered."""
