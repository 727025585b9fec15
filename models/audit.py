"""The audit log: who did what that changes how calls are judged, or what is kept of them.

Entries are only ever added. Each holds the digest of the one before it, so that an entry which is changed, taken out or
put in later breaks the chain at its place. Whoever can write to the database could forge the whole chain anew, or cut
off its end: against that the head of the chain is kept elsewhere, and the log must still contain it.

Entries carry ids, counts and names of settings, never a word that was said nor a customer's reference: what is erased
must not live on in the record of its erasure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from models.errors import InputError
from models.wire import digest

_BEFORE_THE_FIRST = "sha256:" + "0" * 64
_HEAD = re.compile(r"([1-9]\d*):(sha256:[0-9a-f]{64})")


class AuditAction(StrEnum):
    """What is audited. A log may hold actions that only a newer callqa knows."""

    CLASSIFIER_PROMOTED = "classifier_promoted"
    STANDARD_PUBLISHED = "standard_published"
    PROPOSAL_ACCEPTED = "proposal_accepted"
    PROPOSAL_DECLINED = "proposal_declined"
    PROMISE_MARKED = "promise_marked"
    PROMISE_LINKED = "promise_linked"
    TICKETS_IMPORTED = "tickets_imported"
    SURVEYS_IMPORTED = "surveys_imported"
    ROSTER_IMPORTED = "roster_imported"
    QUARANTINE_RETRIED = "quarantine_retried"
    QUARANTINE_DROPPED = "quarantine_dropped"
    METADATA_FILLED = "metadata_filled"
    METADATA_CHANGED = "metadata_changed"
    CUSTOMER_EXPORTED = "customer_exported"
    CUSTOMER_ERASED = "customer_erased"
    RETENTION_APPLIED = "retention_applied"
    DATABASE_RESTORED = "database_restored"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    IDENTITY_BOUND = "identity_bound"
    IDENTITY_UNBOUND = "identity_unbound"
    PASSWORD_CHANGED = "password_changed"
    LOGGED_IN = "logged_in"
    LOG_IN_FAILED = "log_in_failed"
    LOG_INS_HELD = "log_ins_held"
    KEYS_ROTATED = "keys_rotated"
    TOKEN_MADE = "token_made"
    TOKEN_ENDED = "token_ended"
    RECORDING_PLAYED = "recording_played"
    ITEM_REVIEWED = "item_reviewed"
    APPEAL_MADE = "appeal_made"
    APPEAL_RULED = "appeal_ruled"
    COACHING_NOTED = "coaching_noted"
    COACHING_ANSWERED = "coaching_answered"
    COACHING_CLOSED = "coaching_closed"
    EXAMPLES_CONSENTED = "examples_consented"
    CALIBRATION_MADE = "calibration_made"
    CALIBRATION_CLOSED = "calibration_closed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: by the name that they give, and by the login name that the operating system knows."""

    name: str
    login: str


By = Actor | str
"""Who does something: somebody at a command line, or by name a person of the console or callqa itself."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One deed. `at` is aware; `actor` is the name of who did it, or callqa itself.

    `action` is one of AuditAction, or of a newer program's. `subject` names what it was done to: an id or a name, ""
    where there is none. `details` are JSON.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)


def name_of(by: By) -> str:
    """What somebody is called in what is recorded of a deed."""
    return by.name if isinstance(by, Actor) else by


def deed(at: datetime, by: By, action: str, subject: str, details: Mapping[str, Any] | None = None) -> AuditEvent:
    """The event of who did it: a name can be given freely, so that the login name is kept in `details` beside it."""
    login = {"login": by.login} if isinstance(by, Actor) and by.login != by.name else {}
    return AuditEvent(at, name_of(by), action, subject, {**(details or {}), **login})


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The newest entry of a log by number and digest. As text `NUMBER:DIGEST`, to be kept outside the database."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An event in its place: `number` counts from 1, `previous` is the digest of the entry before."""

    number: int
    event: AuditEvent
    previous: str
    digest: str

    @property
    def head(self) -> AuditHead:
        """The entry as the end of a log."""
        return AuditHead(self.number, self.digest)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries. What is None filters nothing; both given, both must hold."""

    action: str | None = None
    actor: str | None = None


class ChainProblem(StrEnum):
    """What is wrong at the first bad place of a log."""

    CHANGED = "changed"
    """The entry's content does not have its digest."""
    MISSING = "missing"
    """An entry is gone or was put in: numbers or digests of neighbours do not fit."""
    NOT_AS_NOTED = "not_as_noted"
    """A head that was noted elsewhere is not in the log: its end was cut off, or it was forged anew."""


@dataclass(frozen=True, slots=True)
class ChainState:
    """What a look at a whole log found. `head` is None for an empty log, `problem` for an intact one.

    `at` is the number of the first bad entry, 0 where nothing is wrong.
    """

    entries: int
    head: AuditHead | None
    problem: ChainProblem | None = None
    at: int = 0


def seal(event: AuditEvent, after: AuditHead | None) -> AuditEntry:
    """The event as the entry that follows `after`, or as the first one."""
    number = 1 if after is None else after.number + 1
    previous = _BEFORE_THE_FIRST if after is None else after.digest
    return AuditEntry(number, event, previous, _digest(number, event, previous))


def check_chain(entries: Iterable[AuditEntry], noted: Collection[AuditHead] = ()) -> ChainState:
    """Look at a whole log in its order; `noted` are heads that it had earlier and must still contain.

    Stops at the first bad entry.
    """
    head: AuditHead | None = None
    seen, count = set(), 0
    wanted = set(noted)
    for entry in entries:
        expected = seal(entry.event, head)
        if (entry.number, entry.previous) != (expected.number, expected.previous):
            return ChainState(count, head, ChainProblem.MISSING, expected.number)
        if entry.digest != expected.digest:
            return ChainState(count, head, ChainProblem.CHANGED, entry.number)
        head, count = entry.head, count + 1
        if head in wanted:
            seen.add(head)
    if lost := wanted - seen:
        return ChainState(count, head, ChainProblem.NOT_AS_NOTED, min(noted_head.number for noted_head in lost))
    return ChainState(count, head)


def parse_head(text: str) -> AuditHead:
    """A head as it is printed. Raises InputError for anything else."""
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{text!r} is no head of an audit log; write NUMBER:sha256:..., as `callqa audit verify` says")
    return AuditHead(int(found[1]), found[2])


def _digest(number: int, event: AuditEvent, previous: str) -> str:
    return digest(
        {
            "number": number,
            "at": event.at.astimezone(UTC).isoformat(),
            "actor": event.actor,
            "action": event.action,
            "subject": event.subject,
            "details": dict(event.details),
            "previous": previous,
        }
    )
