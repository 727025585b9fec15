"""The numbers of a report: means with their intervals, score distribution, verdict counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

from callqa.reports.context import BandCount, ItemTally, ScoreSummary
from models.rollup import Tally
from models.scorecard import Scorecard, Verdict

MIN_SAMPLE = 5
"""Below this many calls a mean says more about chance than about the work: no interval, no percentage.

It is the least that reviewers draw per agent and week by hand (5 to 10 for new staff)."""

BIN_WIDTH = 10
MAX_SCORE = 100


@dataclass(frozen=True, slots=True)
class Proportion:
    """`hits` of `n`, their share and its 95 % interval; None when n is 0."""

    hits: int
    n: int
    share: float | None
    low: float | None
    high: float | None


def summarise(scores: Sequence[float]) -> ScoreSummary:
    """Mean and its 95 % interval by Student's t, cut to 0 to 100; no interval below MIN_SAMPLE scores."""
    n = len(scores)
    if n == 0:
        return ScoreSummary(0, None, None, None)
    return _summary(n, fmean(scores), stdev(scores) if n > 1 else 0.0)


def summarise_tally(tally: Tally) -> ScoreSummary:
    """The same of calls of which only sums are kept."""
    if tally.mean is None:
        return ScoreSummary(0, None, None, None)
    return _summary(tally.graded, tally.mean, tally.deviation or 0.0)


def _summary(n: int, mean: float, deviation: float) -> ScoreSummary:
    if n < MIN_SAMPLE:
        return ScoreSummary(n, mean, None, None)
    half = t_975(n - 1) * deviation / math.sqrt(n)
    return ScoreSummary(n, mean, max(0.0, mean - half), min(float(MAX_SCORE), mean + half))


def t_975(freedom: int) -> float:
    """The 97.5 % point of Student's t, within 0.3 % from 4 degrees of freedom on."""
    return t_quantile(0.975, freedom)


def t_quantile(share: float, freedom: int) -> float:
    """The point of Student's t below which that share lies; the better, the more degrees of freedom.

    Expansion about the normal quantile: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z = NormalDist().inv_cdf(share)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def histogram(scores: Iterable[float]) -> tuple[int, ...]:
    """Calls per ten points, from 0 to under 10 up to 90 to 100."""
    last = MAX_SCORE // BIN_WIDTH - 1
    counts = Counter(min(int(score // BIN_WIDTH), last) for score in scores)
    return tuple(counts[i] for i in range(last + 1))


def count_bands(cards: Iterable[Scorecard]) -> tuple[BandCount, ...]:
    """Calls per band, the band with the best score first; calls without a score are left out."""
    best: dict[str, float] = {}
    calls: Counter[str] = Counter()
    for card in cards:
        if card.total is not None:
            calls[card.band] += 1
            best[card.band] = max(card.total, best.get(card.band, 0.0))
    return tuple(BandCount(band, calls[band]) for band in sorted(calls, key=lambda band: (-best[band], band)))


def items_of(cards: Iterable[Scorecard]) -> tuple[tuple[str, str], ...]:
    """(item id, title) of every item of the standard that these scorecards name, in the standard's order."""
    return tuple({finding.item_id: finding.title for card in cards for finding in card.findings}.items())


def tally_items(cards: Sequence[Scorecard], items: Sequence[tuple[str, str]]) -> tuple[ItemTally, ...]:
    """One tally per item of `items`, in that order; all zero where no scorecard has the item."""
    seen = Counter((finding.item_id, finding.verdict) for card in cards for finding in card.findings)
    return tuple(ItemTally(title, tuple(seen[item_id, v] for v in Verdict)) for item_id, title in items)


def wilson(hits: int, n: int) -> Proportion:
    """`hits` of `n` with Wilson's 95 % interval (1927); all None when n is 0.

    Unlike the usual approximation it stays within 0 and 1 and holds for small n and for shares near the ends.
    """
    if n == 0:
        return Proportion(hits, n, None, None, None)
    z, share = NormalDist().inv_cdf(0.975), hits / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Proportion(hits, n, share, max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))
