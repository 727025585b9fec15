"""Tokens: what programs come in with, in the name of who made them."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from callqa.services.people import digest_of
from callqa.services.rights import RIGHTS, Right
from models.audit import AuditAction, AuditEvent
from models.errors import InputError
from models.person import Person, Post
from models.ports import UnitOfWorkFactory
from models.token import Token

API_RIGHTS = (
    Right.SEE_QUEUE,
    Right.SEE_CALL,
    Right.SEE_TEAM,
    Right.SEE_PROMISES,
    Right.SEE_MACHINE_QUALITY,
    Right.SEE_AUDIT,
    Right.IMPORT_TABLES,
)
"""What the API can do. It reads, and takes in tables; every judgement has a person's name."""
DAYS = (30, 90, 365)
"""So many days a token may live."""
MOST_TOKENS = 20
MOST_NAME_CHARACTERS = 64
PREFIX = "callqa_"
"""Begins every key, so that programs that look for secrets in the wrong place find it."""
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token with its key, which is never told again."""

    token: Token
    key: str


def rights_offered(post: Post) -> tuple[Right, ...]:
    """Those of the API that people of this post have themselves; none for who may make no token."""
    own = RIGHTS[post]
    return tuple(right for right in API_RIGHTS if right in own) if Right.USE_API in own else ()


def make_token(
    person: Person, name: str, rights: Collection[str], days: int, now: datetime, new_unit: UnitOfWorkFactory
) -> NewToken:
    """A new token in somebody's name. Raises InputError for what it cannot be: its message says which."""
    name = name.strip()
    if not 0 < len(name) <= MOST_NAME_CHARACTERS:
        raise InputError(f"a token's name has 1 to {MOST_NAME_CHARACTERS} characters")
    if not rights or not set(rights) <= set(rights_offered(person.post)):
        raise InputError("a token needs at least one right, and only such as you have yourself")
    if days not in DAYS:
        raise InputError(f"a token lives {', '.join(map(str, DAYS))} days")
    key = PREFIX + secrets.token_urlsafe(32)
    token = Token(digest_of(key), person.name, name, frozenset(rights), now, now + timedelta(days=days))
    with new_unit() as uow:
        mine = uow.tokens.of(person.name)
        for old in mine:
            if old.expires_at <= now:
                uow.tokens.end(person.name, old.key_sha256)
        if sum(old.expires_at > now for old in mine) >= MOST_TOKENS:
            raise InputError(f"you have {MOST_TOKENS} tokens; revoke one first")
        uow.tokens.add(token)
        details = {"name": name, "rights": sorted(rights), "days": days}
        uow.audit.record(AuditEvent(now, person.name, AuditAction.TOKEN_MADE, token.key_sha256[:12], details))
        uow.commit()
    return NewToken(token, key)


def end_token(person: Person, key_sha256: str, now: datetime, new_unit: UnitOfWorkFactory) -> None:
    """Revoke one of somebody's tokens at once. Raises InputError when they have no such one."""
    with new_unit() as uow:
        if not uow.tokens.end(person.name, key_sha256):
            raise InputError(f"you have no token {key_sha256!r}")
        uow.audit.record(AuditEvent(now, person.name, AuditAction.TOKEN_ENDED, key_sha256[:12]))
        uow.commit()


def owner_of(key: str, now: datetime, new_unit: UnitOfWorkFactory) -> tuple[Person, Token] | None:
    """Whose token has this key; None for a key of no token, an old one, or one of somebody who may not log in."""
    with new_unit() as uow:
        token = uow.tokens.get(digest_of(key))
        if token is None or token.expires_at <= now:
            return None
        person = uow.people.get(token.owner)
        if person is None or person.is_disabled or person.must_change_password:
            return None
        if token.used_at is None or now - token.used_at > _USED_EVERY:
            uow.tokens.used(token.key_sha256, now)
            uow.commit()
    return person, token


def may_by_token(person: Person, token: Token, right: Right) -> bool:
    """Whether the token has the right, and its owner still has it, too."""
    return right in token.rights and right in rights_offered(person.post)
