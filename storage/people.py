"""People, their passwords as hashes, their accounts elsewhere, their sessions, and log-ins that failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, or_, select, update

from models.errors import StateError
from models.person import Identity, Person, Session
from storage.people_tables import identities, login_failures, people, sessions
from storage.transaction import Transaction


class People:
    """`models.person.People` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, name: str) -> Person | None:
        row = self._transaction.first(select(people).where(people.c.name == name))
        return None if row is None else _person(row)

    def all(self) -> Sequence[Person]:
        return tuple(map(_person, self._transaction.rows(select(people).order_by(people.c.name))))

    def password_hash(self, name: str) -> str:
        row = self._transaction.first(select(people.c.password_hash).where(people.c.name == name))
        return "" if row is None else str(row.password_hash)

    def put(self, person: Person) -> None:
        values = {
            "shown_name": person.shown_name,
            "post": person.post,
            "teams": None if person.teams is None else sorted(person.teams),
            "agent_id": person.agent_id,
            "created_at": person.created_at,
            "is_disabled": person.is_disabled,
            "must_change_password": person.must_change_password,
        }
        if not self._transaction.update(update(people).where(people.c.name == person.name).values(**values)):
            self._transaction.insert(people, values | {"name": person.name, "password_hash": ""})

    def set_password(self, name: str, password_hash: str) -> None:
        changed = update(people).where(people.c.name == name).values(password_hash=password_hash)
        if not self._transaction.update(changed):
            raise StateError(f"{name!r} is nobody who uses the console; add them first")

    def with_identity(self, identity: Identity) -> Person | None:
        row = self._transaction.first(
            select(people)
            .join(identities, identities.c.person_name == people.c.name)
            .where(identities.c.issuer == identity.issuer, identities.c.subject == identity.subject)
        )
        return None if row is None else _person(row)

    def identity(self, name: str) -> Identity | None:
        row = self._transaction.first(select(identities).where(identities.c.person_name == name))
        return None if row is None else Identity(row.issuer, row.subject)

    def bound(self) -> frozenset[str]:
        return frozenset(row.person_name for row in self._transaction.rows(select(identities.c.person_name)))

    def bind(self, name: str, identity: Identity, at: datetime) -> bool:
        values = {"issuer": identity.issuer, "subject": identity.subject, "person_name": name, "bound_at": at}
        return self._transaction.insert_new(identities, values)

    def unbind(self, name: str) -> bool:
        return self._transaction.delete(delete(identities).where(identities.c.person_name == name)) > 0

    def add_session(self, session: Session) -> None:
        self._transaction.insert(
            sessions,
            {
                "key_sha256": session.key_sha256,
                "person_name": session.person_name,
                "form_key": session.form_key,
                "began_at": session.began_at,
                "seen_at": session.seen_at,
                "by_oidc": session.by_oidc,
            },
        )

    def session(self, key_sha256: str) -> Session | None:
        row = self._transaction.first(select(sessions).where(sessions.c.key_sha256 == key_sha256))
        return None if row is None else Session(**row._mapping)

    def saw(self, key_sha256: str, seen_at: datetime) -> None:
        self._transaction.update(update(sessions).where(sessions.c.key_sha256 == key_sha256).values(seen_at=seen_at))

    def end_session(self, key_sha256: str) -> None:
        self._transaction.delete(delete(sessions).where(sessions.c.key_sha256 == key_sha256))

    def end_sessions_of(self, name: str) -> int:
        return self._transaction.delete(delete(sessions).where(sessions.c.person_name == name))

    def end_sessions_before(self, began_at: datetime, seen_at: datetime) -> int:
        past = or_(sessions.c.began_at < began_at, sessions.c.seen_at < seen_at)
        return self._transaction.delete(delete(sessions).where(past))

    def note_failure(self, subject: str, at: datetime) -> None:
        self._transaction.insert(login_failures, {"subject": subject, "at": at})

    def failures_since(self, subject: str, since: datetime) -> Sequence[datetime]:
        rows = self._transaction.rows(
            select(login_failures.c.at)
            .where(login_failures.c.subject == subject, login_failures.c.at >= since)
            .order_by(login_failures.c.at)
        )
        return tuple(row.at for row in rows)

    def forget_failures(self, subject: str, before: datetime | None = None) -> None:
        statement = delete(login_failures)
        if subject:
            statement = statement.where(login_failures.c.subject == subject)
        if before is not None:
            statement = statement.where(login_failures.c.at < before)
        self._transaction.delete(statement)


def _person(row: Row[Any]) -> Person:
    return Person(
        name=row.name,
        shown_name=row.shown_name,
        post=row.post,
        teams=None if row.teams is None else frozenset(row.teams),
        agent_id=row.agent_id,
        created_at=row.created_at,
        is_disabled=row.is_disabled,
        must_change_password=row.must_change_password,
    )
