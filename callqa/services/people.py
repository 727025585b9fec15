"""Who may use the console: adding them, logging in, staying logged in.

Lengths and life times follow NIST SP 800-63B: long passwords without rules for characters, sessions that end after idle
time and at the latest after a working day.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from models.audit import AuditAction, AuditEvent
from models.errors import InputError
from models.person import MOST_NAME_CHARACTERS, Person, Post, Session
from models.ports import UnitOfWork, UnitOfWorkFactory

LEAST_PASSWORD_CHARACTERS = 10
MOST_PASSWORD_CHARACTERS = 256
"""Hashing longer ones would only cost time."""
IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)
FREE_TRIES = 5
"""So many log-ins may fail for a name within `TRIES_WITHIN`; from an address, behind which many sit, ten times that."""
TRIES_WITHIN = timedelta(minutes=15)
_NAME = re.compile(rf"[a-z0-9][a-z0-9._@-]{{0,{MOST_NAME_CHARACTERS - 1}}}")


class PasswordHasher(Protocol):
    """Makes and checks hashes that take long to try."""

    def hash(self, password: str) -> str:
        """A salted hash."""

    def fits(self, password_hash: str, password: str) -> bool:
        """Whether the password has that hash; takes as long for "" as for any."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session; `key` is what the browser keeps, and is stored nowhere else."""

    person: Person
    session: Session
    key: str


class TooManyTriesError(InputError):
    """Log-ins failed too often; `wait_s` says how long to wait."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many log-ins failed; try again in {wait_s} s")
        self.wait_s = wait_s


def add_person(
    person: Person, password: str | None, by: str, hasher: PasswordHasher, new_unit: UnitOfWorkFactory
) -> None:
    """Let somebody new use the console; without a password they log in by OpenID Connect alone.

    Raises InputError for a name that is taken or cannot be one.
    """
    if not _NAME.fullmatch(person.name):
        raise InputError(
            f"{person.name!r} cannot be a login name; use 1 to {MOST_NAME_CHARACTERS} of a-z, 0-9, dot, @, _ and -"
        )
    check_person(person)
    password_hash = "" if password is None else hasher.hash(checked_password(password))
    with new_unit() as uow:
        if uow.people.get(person.name) is not None:
            raise InputError(f"{person.name!r} is there already; choose another login name")
        uow.people.put(person)
        uow.people.set_password(person.name, password_hash)
        uow.audit.record(_deed(person.created_at, by, AuditAction.PERSON_ADDED, person))
        uow.commit()


def change_person(person: Person, by: str, now: datetime, new_unit: UnitOfWorkFactory) -> None:
    """Store what is known of somebody in place of what was. Their sessions end, so that no right outlives its loss.

    Raises InputError when nobody has that name, and when no admin would be left who can log in.
    """
    check_person(person)
    with new_unit() as uow:
        found(uow, person.name)
        uow.people.put(person)
        uow.people.end_sessions_of(person.name)
        if not any(other.post is Post.ADMIN and not other.is_disabled for other in uow.people.all()):
            raise InputError(f"{person.name!r} is the only admin; make somebody else one first")
        uow.audit.record(_deed(now, by, AuditAction.PERSON_CHANGED, person))
        uow.commit()


def change_password(
    name: str, password: str, by: str, now: datetime, hasher: PasswordHasher, new_unit: UnitOfWorkFactory
) -> None:
    """Give somebody another password and end their sessions; one that others chose must be changed at the next log-in.

    Raises InputError when nobody has that name.
    """
    password_hash = hasher.hash(checked_password(password))
    with new_unit() as uow:
        person = found(uow, name)
        uow.people.set_password(name, password_hash)
        uow.people.put(replace(person, must_change_password=by != name))
        uow.people.end_sessions_of(name)
        uow.people.forget_failures(name)
        uow.audit.record(_deed(now, by, AuditAction.PASSWORD_CHANGED, person))
        uow.commit()


def checked_password(password: str) -> str:
    """The password. Raises InputError, which does not repeat it, for one that is too short or too long."""
    if not LEAST_PASSWORD_CHARACTERS <= len(password) <= MOST_PASSWORD_CHARACTERS:
        raise InputError(
            f"a password has {LEAST_PASSWORD_CHARACTERS} to {MOST_PASSWORD_CHARACTERS} characters; choose another"
        )
    return password


def check_person(person: Person) -> None:
    """Raise InputError for a post that lacks what it needs."""
    if (person.post is Post.AGENT) != (person.agent_id is not None):
        raise InputError(f"{person.name!r}: an agent needs an agent id, and nobody else has one")
    if not person.shown_name.strip() or len(person.shown_name) > MOST_NAME_CHARACTERS:
        raise InputError(f"{person.name!r}: the shown name has 1 to {MOST_NAME_CHARACTERS} characters")


def log_in(
    name: str, password: str, address: str, now: datetime, hasher: PasswordHasher, new_unit: UnitOfWorkFactory
) -> LoggedIn | None:
    """A new session for who knows the password; None for a wrong name, a wrong password, or somebody disabled.

    Which of them it was cannot be told from the answer, nor from how long it takes. Raises TooManyTriesError.
    """
    name = name.strip().lower()[:MOST_NAME_CHARACTERS]
    subjects = {f"name {name}": FREE_TRIES, f"address {address}": FREE_TRIES * 10}
    with new_unit() as uow:
        _check_tries(uow, subjects, now)
        person, password_hash = uow.people.get(name), uow.people.password_hash(name)
    fits = hasher.fits(password_hash, password[:MOST_PASSWORD_CHARACTERS])
    with new_unit() as uow:
        if person is None or person.is_disabled or not fits:
            _note_failure(uow, subjects, person, now)
            uow.commit()
            return None
        uow.people.forget_failures(f"name {name}")
        opened = open_session(person, now, uow)
        uow.audit.record(AuditEvent(now, person.name, AuditAction.LOGGED_IN.value, person.name))
        uow.commit()
    return opened


def knows_password(
    person: Person, password: str, now: datetime, hasher: PasswordHasher, new_unit: UnitOfWorkFactory
) -> bool:
    """Whether who is logged in knows their own password: a session that was taken over is no way to try passwords.

    Raises TooManyTriesError; failures count as those of logging in.
    """
    subjects = {f"name {person.name}": FREE_TRIES}
    with new_unit() as uow:
        _check_tries(uow, subjects, now)
        password_hash = uow.people.password_hash(person.name)
    if hasher.fits(password_hash, password[:MOST_PASSWORD_CHARACTERS]):
        return True
    with new_unit() as uow:
        _note_failure(uow, subjects, person, now)
        uow.commit()
    return False


def _check_tries(uow: UnitOfWork, subjects: Mapping[str, int], now: datetime) -> None:
    """Raise TooManyTriesError for a subject with as many failures as are free."""
    for subject, free in subjects.items():
        failures = uow.people.failures_since(subject, now - TRIES_WITHIN)
        if len(failures) >= free:
            raise TooManyTriesError(max(1, round((failures[-free] + TRIES_WITHIN - now).total_seconds())))


def _note_failure(uow: UnitOfWork, subjects: Mapping[str, int], person: Person | None, now: datetime) -> None:
    """Tries that must wait are not noted, so that nobody can fill the audit log."""
    for subject in subjects:
        uow.people.note_failure(subject, now)
    since = now - TRIES_WITHIN
    is_held = any(len(uow.people.failures_since(subject, since)) >= free for subject, free in subjects.items())
    action = AuditAction.LOG_INS_HELD if is_held else AuditAction.LOG_IN_FAILED
    # What is nobody's name may be a password in the wrong place.
    uow.audit.record(AuditEvent(now, "callqa", action.value, person.name if person else ""))
    uow.people.forget_failures("", now - 2 * TRIES_WITHIN)


def open_session(person: Person, now: datetime, uow: UnitOfWork, *, by_oidc: bool = False) -> LoggedIn:
    """A new session with a key of its own, whatever the browser held before; those that are over are forgotten."""
    uow.people.end_sessions_before(now - LONGEST, now - IDLE)
    key = secrets.token_urlsafe(32)
    session = Session(digest_of(key), person.name, secrets.token_hex(32), now, now, by_oidc)
    uow.people.add_session(session)
    return LoggedIn(person, session, key)


def resume(key: str, now: datetime, new_unit: UnitOfWorkFactory) -> tuple[Person, Session] | None:
    """Who the browser with this key is logged in as; None when it is not, or no longer."""
    with new_unit() as uow:
        session = uow.people.session(digest_of(key))
        if session is None or now - session.began_at > LONGEST or now - session.seen_at > IDLE:
            return None
        person = uow.people.get(session.person_name)
        if person is None or person.is_disabled:
            return None
        if now - session.seen_at > _SEEN_EVERY:
            uow.people.saw(session.key_sha256, now)
            uow.commit()
    return person, session


def log_out(session: Session, new_unit: UnitOfWorkFactory) -> None:
    """End the session."""
    with new_unit() as uow:
        uow.people.end_session(session.key_sha256)
        uow.commit()


def first_admin(now: datetime, hasher: PasswordHasher, new_unit: UnitOfWorkFactory) -> tuple[str, str] | None:
    """Name and password of a first admin, where there is nobody yet; else None. The password is never told again."""
    with new_unit() as uow:
        if uow.people.all():
            return None
    password = new_password()
    person = Person("admin", "admin", Post.ADMIN, None, None, now, must_change_password=True)
    add_person(person, password, "callqa", hasher, new_unit)
    return person.name, password


def new_password() -> str:
    """A password by chance, easy to copy by hand: 80 bits in groups of four, without what looks alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    drawn = [secrets.choice(letters) for _ in range(16)]
    return "-".join("".join(drawn[i : i + 4]) for i in range(0, len(drawn), 4))


def digest_of(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def found(uow: UnitOfWork, name: str) -> Person:
    """The person. Raises InputError when nobody has that name."""
    person = uow.people.get(name)
    if person is None:
        raise InputError(f"{name!r} is nobody who uses the console; `callqa users list` shows who does")
    return person


def _deed(at: datetime, by: str, action: AuditAction, person: Person) -> AuditEvent:
    teams = None if person.teams is None else sorted(person.teams)
    details = {"post": person.post.value, "teams": teams, "agent_id": person.agent_id, "disabled": person.is_disabled}
    return AuditEvent(at, by, action.value, person.name, details)
