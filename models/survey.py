"""What customers answer when they are asked how a call was, and which call each answer is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from models.imported import Stored
from models.person import Scope

LOWEST, HIGHEST = 1.0, 5.0
"""The scale of every stored score."""
ANSWERED_WITHIN = timedelta(days=7)
"""So long after a call its customer still answers for it."""


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """One answer. Absent facts are None, never guessed.

    `answer_id` is that of the system that asked. `answered_at` is aware, `score` from LOWEST to HIGHEST. `comment` is
    stored with personal numbers masked, as whatever people write.
    """

    answer_id: str
    call_id: str | None
    customer_ref: str | None
    agent_id: str | None
    answered_at: datetime
    score: float
    resolved: bool | None = None
    comment: str | None = None


class Match(StrEnum):
    """How the call of an answer was found."""

    CALL_ID = "call_id"
    CUSTOMER = "customer"
    """The latest call of the customer that began within ANSWERED_WITHIN before the answer."""
    AMBIGUOUS = "ambiguous"
    """Several calls of the customer began at that moment: it is about none for certain."""
    NONE = "none"
    """No such call is stored; it may come later."""


@dataclass(frozen=True, slots=True)
class JoinedAnswer:
    """An answer and its call, as they are found when they are read: calls may come after their answers.

    `recording_id` and `call_id` are None without a call. `agent_id` is the call's, else the one that the answer names;
    `team` the call's, else that of the roster on the day of the answer, in UTC. None where nobody knows.
    """

    answer: SurveyAnswer
    match: Match
    recording_id: str | None
    call_id: str | None
    agent_id: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class ForgottenAnswer:
    """An answer that was let go for good, by the SHA-256 of its id (hex); it is not taken in again. `at` is aware."""

    id_sha256: str
    at: datetime


class Surveys(Protocol):
    """Answers of customers."""

    def add_all(self, answers: Sequence[SurveyAnswer]) -> Stored[SurveyAnswer]:
        """Keep the answers, in place of others with their ids; each id once, and none that was forgotten."""

    def forgotten(self, answer_ids: Collection[str]) -> frozenset[str]:
        """Those that were let go for good."""

    def answers(self, since: datetime, until: datetime, scope: Scope) -> Sequence[JoinedAnswer]:
        """Those given from `since` to before `until` (aware) that are in scope, ordered by time and id.

        In a team's scope are those whose team is known, in an agent's those whose agent is.
        """

    def joined(self, answer_ids: Collection[str]) -> Sequence[JoinedAnswer]:
        """Those with these ids, in the same order; unknown ids are passed over."""

    def of_customer(self, key: str, call_ids: Collection[str]) -> Sequence[str]:
        """Ids of the customer's, by `models.customer.customer_key`, and of those that name these calls, in order."""

    def older_than(self, moment: datetime) -> Sequence[str]:
        """Ids of those given before the moment, in alphabetical order."""

    def forget(self, answer_ids: Collection[str], now: datetime) -> int:
        """Delete them for good: they are remembered by digest, not taken in again. Returns how many there were."""

    def all_forgotten(self) -> Sequence[ForgottenAnswer]:
        """Every answer that was let go, ordered by digest."""

    def forget_again(self, forgotten: Collection[ForgottenAnswer]) -> int:
        """Let go what another database let go, and remember it as it did. Returns how many answers were there."""
