"""Going from call to call: the order of the review queue, as far as somebody may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from models.person import Scope


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ids of the recordings before and behind one in the queue; None at its ends."""

    before: str | None
    behind: str | None


class CallOrder(Protocol):
    """The newest scorecard of each call in the order of the review queue (`models.queue`)."""

    def neighbours(self, recording_id: str, scope: Scope) -> Neighbours:
        """Those in this scope; none for a recording without a score."""

    def next_unsettled(self, recording_id: str, scope: Scope) -> str | None:
        """The next other call with a finding in doubt, or fatal, that nobody has reviewed; behind the last, the first.

        None when all are settled.
        """
