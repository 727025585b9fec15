"""People who use the console, what their post lets them do, and whose calls they may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

MOST_NAME_CHARACTERS = 64


class Post(StrEnum):
    """What somebody is here for. Each post has a fixed set of rights, see `callqa.services.rights`."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    QA = "qa"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in.

    `name` is what they log in with, in lower case; `shown_name` what others read. `teams` are those whose calls they
    may see, None for every team. `agent_id` is who they are among the agents, only for the post of one.
    """

    name: str
    shown_name: str
    post: Post
    teams: frozenset[str] | None
    agent_id: str | None
    created_at: datetime
    is_disabled: bool = False
    must_change_password: bool = False

    @property
    def scope(self) -> Scope:
        """Whose calls they may see."""
        if self.post is Post.AGENT:
            return Scope(None, self.agent_id or "")
        return Scope(self.teams)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls: of these teams (None: of all), and, where one is named, only of this agent.

    Every question that the console asks of the database carries one, so that no page can show more.
    """

    teams: frozenset[str] | None = None
    agent_id: str | None = None

    def covers(self, agent_id: str, team: str | None) -> bool:
        """Whether a call of this agent in this team is among them; one without a team is in no team's scope."""
        return (self.teams is None or team in self.teams) and self.agent_id in {None, agent_id}

    def covers_team(self, team: str | None) -> bool:
        """Whether all calls of the team, None: of the whole centre, are among them."""
        return self.agent_id is None and (self.teams is None or team in self.teams)


EVERYBODY = Scope()
"""Every call there is."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody has logged in with.

    `key_sha256` is the digest of what the browser keeps, so that who reads the database cannot take it over. `form_key`
    stands in every form and must come back with it. `by_oidc` says that no password opened it, but OpenID Connect.
    """

    key_sha256: str
    person_name: str
    form_key: str
    began_at: datetime
    seen_at: datetime
    by_oidc: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """An account at an OpenID Connect issuer, by its claims iss and sub; a renamed account keeps its `subject`."""

    issuer: str
    subject: str


class People(Protocol):
    """People, their passwords as hashes, and their sessions."""

    def get(self, name: str) -> Person | None:
        """The person of that name in lower case, or None."""

    def all(self) -> Sequence[Person]:
        """Everybody, ordered by name."""

    def password_hash(self, name: str) -> str:
        """The hash of their password; empty when there is none (they log in elsewhere), or no such person."""

    def put(self, person: Person) -> None:
        """Store them, in place of who had the name."""

    def set_password(self, name: str, password_hash: str) -> None:
        """Keep another hash. Raises StateError for an unknown name."""

    def with_identity(self, identity: Identity) -> Person | None:
        """The person whose account this is, or None."""

    def identity(self, name: str) -> Identity | None:
        """The account that somebody logs in with; None when there is none yet, or no such person."""

    def bound(self) -> frozenset[str]:
        """The names of all who have such an account."""

    def bind(self, name: str, identity: Identity, at: datetime) -> bool:
        """Keep whose account it is; False, and nothing changes, where either has another one."""

    def unbind(self, name: str) -> bool:
        """Forget somebody's account; says whether there was one."""

    def add_session(self, session: Session) -> None:
        """Keep a new session."""

    def session(self, key_sha256: str) -> Session | None:
        """The session, or None."""

    def saw(self, key_sha256: str, seen_at: datetime) -> None:
        """Note when it was used last."""

    def end_session(self, key_sha256: str) -> None:
        """Forget it; nothing happens when there is none."""

    def end_sessions_of(self, name: str) -> int:
        """Forget all of somebody's; returns how many."""

    def end_sessions_before(self, began_at: datetime, seen_at: datetime) -> int:
        """Forget those that began, or were used last, before then; returns how many."""

    def note_failure(self, subject: str, at: datetime) -> None:
        """A log-in failed, for this name or from this address."""

    def failures_since(self, subject: str, since: datetime) -> Sequence[datetime]:
        """When log-ins failed, oldest first."""

    def forget_failures(self, subject: str, before: datetime | None = None) -> None:
        """Forget them all, or those of before; for "" those of everybody."""
