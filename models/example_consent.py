"""Whether an agent lets colleagues see, as an example, what they said well; without a word of theirs: no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ExampleConsent:
    """What an agent said last. `at` is aware; `by` is who kept it: the agent themselves, or somebody in their name."""

    agent_id: str
    is_given: bool
    at: datetime
    by: str


class ExampleConsents(Protocol):
    """The last word of each agent."""

    def of(self, agent_id: str) -> ExampleConsent | None:
        """What the agent said last; None who said nothing, or is unknown."""

    def put(self, consent: ExampleConsent) -> None:
        """Keep it in place of what the agent said before. The agent must be known."""

    def all(self) -> Sequence[ExampleConsent]:
        """Everybody's, ordered by agent."""
