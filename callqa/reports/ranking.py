"""Who comes before whom, as far as the calls can tell.

Ranks by the mean alone mostly sort by chance: two agents with thirty calls each differ by several points without any
difference in their work. So everybody has the ranks that they may truly have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import StatisticsError, correlation

from callqa.reports.context import ScoreSummary
from callqa.reports.figures import MIN_SAMPLE, summarise_tally, t_quantile
from models.rollup import HUNDREDTHS, Tally

SURE = 0.95
FEWEST_PAIRS = 8
"""Below this many points a correlation says nothing."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One of those with enough calls: from `best` to `worst` (1 is the highest mean) the true rank lies, at 95 %."""

    key: str
    tally: Tally
    score: ScoreSummary
    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranked, the highest mean first; `too_few` have too few calls for a rank, in the order of their keys."""

    ranked: tuple[Ranked, ...]
    too_few: tuple[tuple[str, Tally], ...]


@dataclass(frozen=True, slots=True)
class Correlation:
    """Spearman's rank correlation of `n` pairs with its 95 % interval; None where there are too few, or all equal."""

    n: int
    rho: float | None = None
    low: float | None = None
    high: float | None = None


def rank(tallies: Mapping[str, Tally]) -> Ranking:
    """Rank by the mean total.

    Somebody counts as before somebody else when their means differ by more than chance explains, each of the
    comparisons of one so strict that all of them together are right at 95 % (Bonferroni). The scatter of calls is
    taken from all ranked together: five equal scores do not make anybody certain.
    """
    enough = {key: tally for key, tally in tallies.items() if tally.graded >= MIN_SAMPLE}
    means = {key: tally.mean or 0.0 for key, tally in enough.items()}
    freedom = sum(tally.graded - 1 for tally in enough.values())
    deviation = math.sqrt(sum(map(_squares, enough.values())) / freedom) if freedom else 0.0
    comparisons = max(1, len(enough) - 1)
    strict = t_quantile(1 - (1 - SURE) / 2 / comparisons, freedom) if freedom else 0.0

    def before(one: str, other: str) -> bool:
        spread = deviation * math.sqrt(1 / enough[one].graded + 1 / enough[other].graded)
        return means[one] - means[other] > strict * spread

    ranked = [
        Ranked(
            key,
            tally,
            summarise_tally(tally),
            best=1 + sum(before(other, key) for other in enough),
            worst=len(enough) - sum(before(key, other) for other in enough),
        )
        for key, tally in enough.items()
    ]
    ranked.sort(key=lambda one: (-means[one.key], one.key))
    return Ranking(tuple(ranked), tuple(sorted((key, t) for key, t in tallies.items() if key not in enough)))


def rank_correlation(pairs: Mapping[str, tuple[float, float]]) -> Correlation:
    """Whether the second value goes up (1) or down (-1) with the first. Interval: Fisher's z, scaled by Fieller."""
    n = len(pairs)
    if n < FEWEST_PAIRS:
        return Correlation(n)
    try:
        rho = correlation(*(_ranks([pair[side] for pair in pairs.values()]) for side in (0, 1)))
    except StatisticsError:
        return Correlation(n)
    half = 1.96 * math.sqrt(1.06 / (n - 3))
    z = math.atanh(max(-0.999_999, min(0.999_999, rho)))
    return Correlation(n, rho, math.tanh(z - half), math.tanh(z + half))


def _squares(tally: Tally) -> float:
    """The sum of squared distances from the mean, in points."""
    return (tally.square_sum - tally.total_sum**2 / tally.graded) / HUNDREDTHS**2


def _ranks(values: list[float]) -> list[float]:
    """Equal values share the mean of their places."""
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) - 1) / 2 for value in values]
