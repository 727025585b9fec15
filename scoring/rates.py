"""How often something truly goes wrong, from the machine's verdict on every call and people's verdicts on a few.

The machine's own count is wrong by what it misses and what it charges in vain, and the calls that reviewers happen to
see are not like the others. Drawn calls with known chances say what is true on either side of the machine's verdict:

- Each call that was drawn and reviewed stands for 1 / chance calls (Hajek 1971), within two strata: calls that the
  machine finds fault with, and all others, of which it is known how many there are (post-stratification).
- Each stratum has an exact interval (Clopper and Pearson 1934, Biometrika 26:404-413) for as many calls as the unequal
  weights are worth (Kish 1965, Survey Sampling, 11.2), narrowed by how much of the stratum was seen. Usual intervals
  fail where a fault is rare, which is what this is about.
- The two are joined by their distances (MOVER: Zou and Donner 2008, Stat. Med. 27:1693-1702).
- Reviewers err as well. How often, their disagreement in blind sets tells: two who err with chance e independently
  differ in 2 e (1 - e) of the verdicts. The rate is freed of it as by Rogan and Gladen (1978, Am. J. Epidemiol.
  107:71-76), and the interval widened by what is not known of e: the item's own where enough is known of it, since what
  is plain to hear and what is a matter of taste are judged unlike.

`benchmarks/rates.py` measures how often the interval holds the truth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FEWEST_REVIEWED = 30
"""Below so many reviewed calls of the sample there is no rate: its interval would say nothing."""
ENOUGH_REVIEWED = 0.8
"""Below that share of the draw a rate comes with a warning: those who choose what to judge choose the rate."""
FEWEST_DOUBLE = 30
"""Below so many blind double verdicts on an item its reviewers err as they do on all items together."""
_MOST_ERROR = 0.25
"""Reviewers who err more often than that measure nothing."""
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn call that was reviewed: whether machine and person find fault, and how likely the draw was (over 0)."""

    machine: bool
    person: bool
    chance: float


@dataclass(frozen=True, slots=True)
class ReviewerError:
    """How likely a reviewer is wrong on one verdict, with its 95 % interval."""

    share: float
    low: float
    high: float


NO_ERROR = ReviewerError(0.0, 0.0, 0.0)
"""What is taken for granted of reviewers who were never calibrated."""


@dataclass(frozen=True, slots=True)
class DoubleVerdicts:
    """How many pairs of blind verdicts there are on the same calls, and how many of them differ; neither need be whole.

    Several reviewers of one call give pairs that hang together, since one who errs differs from all others: count half
    a pair for each reviewer of a call.
    """

    differing: float
    pairs: float


@dataclass(frozen=True, slots=True)
class ReviewerErrors:
    """How likely reviewers err on single `items`, and on those of which too little is known: as on all `together`."""

    together: ReviewerError
    items: Mapping[str, ReviewerError]

    def on(self, item_id: str) -> ReviewerError:
        """How likely on that item."""
        return self.items.get(item_id, self.together)


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of calls with a true fault with its 95 % interval; None where too few were `reviewed`.

    `missing` reviews are lacking for one, 0 where it is known. `is_freed`: of what reviewers get wrong. `unreviewed`
    drawn calls are still to be judged: what of them was judged first need not be like the rest.
    """

    reviewed: int
    missing: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    is_freed: bool = False
    unreviewed: int = 0

    @property
    def answered(self) -> float:
        """The share of the drawn calls that is reviewed, 0 to 1; 0 without any."""
        drawn = self.reviewed + self.unreviewed
        return self.reviewed / drawn if drawn else 0.0

    @property
    def is_doubtful(self) -> bool:
        """Whether there is a rate, but too little of the draw is reviewed to trust it."""
        return self.share is not None and self.answered < ENOUGH_REVIEWED


@dataclass(frozen=True, slots=True)
class Rates:
    """The rate of each item, and whom they leave out.

    `late`: calls on the days that were drawn, scored after the draw; they are in the machine's count. `undrawn`: calls
    on days without a draw, and of no known agent.
    """

    items: Mapping[str, Rate]
    late: int = 0
    undrawn: int = 0


def reviewer_errors(doubles: Mapping[str, DoubleVerdicts]) -> ReviewerErrors:
    """From the double verdicts on each item; `NO_ERROR` throughout without any."""
    differing, pairs = (math.fsum(getattr(one, name) for one in doubles.values()) for name in ("differing", "pairs"))
    known = {item_id: reviewer_error(one) for item_id, one in doubles.items() if one.pairs >= FEWEST_DOUBLE}
    return ReviewerErrors(reviewer_error(DoubleVerdicts(differing, pairs)), known)


def reviewer_error(doubles: DoubleVerdicts) -> ReviewerError:
    """How likely reviewers err, by how often they differ; `NO_ERROR` without a pair."""
    if not doubles.pairs:
        return NO_ERROR
    low, high = _exact(doubles.differing, doubles.pairs)
    return ReviewerError(*map(_of_disagreement, (doubles.differing / doubles.pairs, low, high)))


def true_rate(calls: Mapping[bool, int], drawn: Sequence[Drawn], error: ReviewerError = NO_ERROR) -> Rate:
    """The rate among `calls` (how many the machine finds fault with, and how many not) by what was drawn of them."""
    population = sum(calls.values())
    if len(drawn) < FEWEST_REVIEWED or not population:
        return Rate(len(drawn), max(1, FEWEST_REVIEWED - len(drawn)))
    seen = below = above = 0.0
    for machine, size in calls.items():
        if size:
            of_it = [one for one in drawn if one.machine is machine]
            # Where nobody looked, the machine's word stands, and anything may be true.
            share, low, high = _stratum(of_it, size) if of_it else (float(machine), 0.0, 1.0)
            weight = size / population
            seen += weight * share
            below += (weight * (share - low)) ** 2
            above += (weight * (high - share)) ** 2
    middle = _freed(seen, error.share)
    # A higher error means that less of what was seen is true.
    down = middle - _freed(max(0.0, seen - math.sqrt(below)), error.share)
    up = _freed(seen + math.sqrt(above), error.share) - middle
    low = middle - math.hypot(down, middle - _freed(seen, error.high))
    high = middle + math.hypot(up, _freed(seen, error.low) - middle)
    return Rate(len(drawn), 0, _share(middle), _share(low), _share(high), is_freed=error.high > 0)


def _stratum(drawn: Sequence[Drawn], size: int) -> tuple[float, float, float]:
    """The share of faults in a stratum of so many calls, with its interval."""
    weights = [1 / one.chance for one in drawn]
    share = sum(w for w, one in zip(weights, drawn, strict=True) if one.person) / sum(weights)
    worth = sum(weights) ** 2 / sum(w * w for w in weights)
    low, high = _exact(share * worth, worth)
    unseen = math.sqrt(max(0.0, 1 - len(drawn) / size))
    return share, share - unseen * (share - low), share + unseen * (high - share)


def _exact(hits: float, n: float) -> tuple[float, float]:
    """Clopper's and Pearson's 95 % interval; neither number need be whole."""
    # scipy takes half a second to load; only who shows rates needs it.
    from scipy.special import betaincinv

    low = float(betaincinv(hits, n - hits + 1, _TAIL)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - _TAIL)) if hits < n else 1.0
    return low, high


def _of_disagreement(differing: float) -> float:
    return min(_MOST_ERROR, (1 - math.sqrt(max(0.0, 1 - 2 * differing))) / 2)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _freed(seen: float, error: float) -> float:
    return (seen - error) / (1 - 2 * error)
