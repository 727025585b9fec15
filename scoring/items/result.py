"""What a check says of a call, before it becomes points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from models.scorecard import Evidence
from scoring.items.forms import Count

MOST_EVIDENCE = 20
"""So many quotes are kept per check; who repeats a thing a thousand times is not quoted a thousand times."""


class Truth(Enum):
    """UNKNOWN: the call may or may not be so, and nobody can say from this transcript."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    INAPPLICABLE = "inapplicable"


@dataclass(frozen=True, slots=True)
class Result:
    """`reasons` state facts in the standard's language. `share` is how much of the check holds, 0 to 1.

    `ask`: a person who listens could tell. `by_absence`: it rests on something that was not found. `whoever_spoke`:
    it would be the same whoever said what.
    """

    truth: Truth
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    share: float = 0.0
    ask: bool = False
    by_absence: bool = False
    whoever_spoke: bool = False


def counted(count: Count, sure: int, possible: int) -> Truth:
    """Whether a number of events, at least `sure` and at most `sure + possible`, is as often as asked."""
    at_least = count.at_least if count.at_least is not None else (1 if count.at_most is None else 0)
    most = count.at_most if count.at_most is not None else sure + possible
    if at_least <= sure and sure + possible <= most:
        return Truth.YES
    if sure + possible < at_least or sure > most:
        return Truth.NO
    return Truth.UNKNOWN
