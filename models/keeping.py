"""What is kept of calls and for how long: nouns and ports of the audit log, of erasure, and of backups."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from models.appeal import Appeal
from models.audit import AuditEntry, AuditEvent, AuditFilter, AuditHead
from models.calibration import Judgement
from models.desk import Assignment
from models.example_consent import ExampleConsent
from models.ledger import History
from models.review import Review
from models.run import StoredCall
from models.scorecard import Scorecard
from models.survey import ForgottenAnswer
from models.transcript import Transcript

if TYPE_CHECKING:
    from models.ports import UnitOfWorkFactory


class ForgottenPart(StrEnum):
    """How much of a call was let go."""

    TEXT = "text"
    """Its transcripts. Scorecards stay, with the quotes that prove their points."""
    CALL = "call"
    """All of it."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A recording of which something was let go for good; it is not taken in again. `at` is aware."""

    recording_id: str
    part: ForgottenPart
    at: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows went. `judgements` are those of calibration."""

    calls: int = 0
    transcripts: int = 0
    scorecards: int = 0
    promises: int = 0
    reviews: int = 0
    appeals: int = 0
    assignments: int = 0
    judgements: int = 0

    def __add__(self, other: Removed) -> Removed:
        return Removed(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class HeldCall:
    """Everything that the database holds of one call, each kind oldest first.

    `addresses` are where runs found the recording, in alphabetical order; `histories` what was said of its promises.
    `assignment` says who is to look at it, None for nobody; `judgements` are those of calibration.
    """

    stored: StoredCall
    addresses: tuple[str, ...]
    transcripts: tuple[Transcript, ...]
    scorecards: tuple[Scorecard, ...]
    reviews: tuple[Review, ...]
    histories: tuple[History, ...]
    appeals: tuple[Appeal, ...]
    assignment: Assignment | None
    judgements: tuple[Judgement, ...]


class AuditLog(Protocol):
    """The audit log. Whatever is audited is recorded in the transaction that does it."""

    def record(self, event: AuditEvent) -> AuditEntry:
        """Add the event at the end. Transactions take turns from here to their end: call it last."""

    def entries(self) -> Iterator[AuditEntry]:
        """All entries in their order; one that cannot be read any more is there, and does not have its digest.

        Consume it inside the unit of work.
        """

    def newest(self, which: AuditFilter, most: int, before: int | None = None) -> Sequence[AuditEntry]:
        """The newest entries of those, newest first; with `before` only those of lower numbers."""

    def since(self, moment: datetime) -> Iterator[AuditEntry]:
        """The newest entries, newest first, up to one from before `moment` (aware), as `entries` otherwise."""

    def head(self) -> AuditHead | None:
        """The newest entry; None in an empty log."""

    def adopt(self, entries: Sequence[AuditEntry]) -> None:
        """Take over entries of the log that this one is an older copy of. Raises IntegrityError unless they follow."""


class Keeping(Protocol):
    """Finding all that is held of calls, and letting it go."""

    def customer_refs(self) -> Sequence[str]:
        """The references of all customers, in alphabetical order."""

    def of_customers(self, customer_refs: Collection[str]) -> Sequence[StoredCall]:
        """The calls of these customers in whatever state, quarantined ones too, ordered by call and recording."""

    def held(self, recording_id: str) -> HeldCall | None:
        """Everything of one call; None when the recording is not stored.

        Raises MissingKeyError and IntegrityError for what is sealed and cannot be opened; nothing else here reads it.
        """

    def addresses(self, recording_id: str) -> tuple[str, ...]:
        """Where runs found the recording, in alphabetical order."""

    def older_than(self, moment: datetime, part: ForgottenPart, most: int) -> Sequence[str]:
        """Recordings of calls begun before `moment` of which this part is still there: the first `most` ids.

        A call without a date is as old as the first run that found it.
        """

    def count_older_than(self, moment: datetime, part: ForgottenPart) -> int:
        """How many those are in all."""

    def names_older_than(self, moment: datetime) -> Collection[str]:
        """The ids of all calls that are as old as in `older_than`, and of their recordings, each once."""

    def forget(self, recording_ids: Collection[str], part: ForgottenPart, now: datetime) -> Removed:
        """Let that part go and remember it, so that the recordings are not taken in again; unknown ids are remembered.

        With a call goes every row that hangs on its recording. Without commit it only says what would go.
        """

    def forgotten(self, recording_id: str) -> ForgottenPart | None:
        """What was let go of this recording; None when nothing was."""

    def all_forgotten(self) -> Sequence[Forgotten]:
        """Every recording of which something was let go, ordered by id."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a database knows that a backup of it may lack: its audit log, which calls and answers were let go, and which
    agents let their words be shown.
    """

    entries: tuple[AuditEntry, ...]
    forgotten: tuple[Forgotten, ...]
    answers: tuple[ForgottenAnswer, ...]
    consents: tuple[ExampleConsent, ...]


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What a copy of a database is: its revision ("" for none) and the head of its audit log as text, None without.

    `key_ids` name the keys that its texts are sealed under.
    """

    revision: str
    audit_head: str | None
    key_ids: frozenset[str]


class DatabaseFile(Protocol):
    """A database that is a file: copied while it is in use, and put in place of another."""

    @property
    def path(self) -> Path:
        """Where it is."""

    def copy(self, target: Path) -> None:
        """Write the database, as it stands at one moment, to a single new file."""

    def examine(self, copy: Path) -> CopyFacts:
        """What a copy is, after all of it was read. Raises IntegrityError when it is damaged."""

    def opened(self, copy: Path) -> AbstractContextManager[UnitOfWorkFactory]:
        """A copy that is nobody's database yet, at this program's revision; a single file again afterwards."""

    def remembered(self) -> Remembered | None:
        """What the database in place knows; None when there is none or it cannot be read."""

    def replace(self, copy: Path, aside: Path) -> bool:
        """Put a copy in place; the database that was there is kept as `aside`. False when there was none.

        Raises TransientError when another program has the database open.
        """
