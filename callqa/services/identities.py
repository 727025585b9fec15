"""Logging in with an account at an OpenID Connect issuer.

The issuer says who somebody is; whether they may come in, and what they may do, is decided here. The first log-in binds
the account to the person of that login name. From then on the account's subject counts and no longer its name: who gets
a freed name at the issuer does not get the person.
"""

from __future__ import annotations

from datetime import datetime

from callqa.services.people import LoggedIn, found, open_session
from models.audit import AuditAction, AuditEvent
from models.errors import InputError
from models.person import Identity, Person
from models.ports import UnitOfWork, UnitOfWorkFactory


class StrangerError(InputError):
    """The issuer knows them, but nobody here has that login name: `name`, "" where the issuer told none."""

    def __init__(self, name: str) -> None:
        super().__init__("nobody who uses the console has this account or its login name")
        self.name = name


class KeptOutError(InputError):
    """They are disabled."""


class OtherAccountError(InputError):
    """Somebody here has that login name, but logs in with another account."""


def log_in_as(identity: Identity, name: str, now: datetime, new_unit: UnitOfWorkFactory) -> LoggedIn:
    """A new session for the person whose account this is, or whose login name is exactly `name` ("": nobody's).

    Raises StrangerError, KeptOutError or OtherAccountError.
    """
    with new_unit() as uow:
        person = uow.people.with_identity(identity) or uow.people.get(name)
        if person is None:
            raise StrangerError(name)
        if person.is_disabled:
            raise KeptOutError(f"{person.name!r} is disabled")
        _bind(person, identity, now, uow)
        opened = open_session(person, now, uow, by_oidc=True)
        uow.commit()
    return opened


def unbind(name: str, by: str, now: datetime, new_unit: UnitOfWorkFactory) -> None:
    """Forget somebody's account and end their sessions: the next one of their name at the issuer is bound in its place.

    Raises InputError when nobody has that name, and when they have no account.
    """
    with new_unit() as uow:
        found(uow, name)
        if not uow.people.unbind(name):
            raise InputError(f"{name!r} has not logged in by OpenID Connect; there is nothing to undo")
        uow.people.end_sessions_of(name)
        uow.audit.record(AuditEvent(now, by, AuditAction.IDENTITY_UNBOUND.value, name))
        uow.commit()


def _bind(person: Person, identity: Identity, now: datetime, uow: UnitOfWork) -> None:
    if uow.people.bind(person.name, identity, now):
        details = {"issuer": identity.issuer, "subject": identity.subject}
        uow.audit.record(AuditEvent(now, person.name, AuditAction.IDENTITY_BOUND.value, person.name, details))
    # It may have been there before, or another process was faster just now.
    elif uow.people.identity(person.name) != identity:
        raise OtherAccountError(f"{person.name!r} logs in with another account")
