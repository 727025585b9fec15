"""Ranks that show what they do not know, and correlations."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from benchmarks.ranking import measure
from callqa.reports.ranking import FEWEST_PAIRS, rank, rank_correlation
from models.rollup import Tally


def tally(*totals: float) -> Tally:
    hundredths = [round(total * 100) for total in totals]
    return Tally(len(totals), len(totals), sum(hundredths), sum(h * h for h in hundredths), 0, 0)


def ranks(**totals: Sequence[float]) -> dict[str, tuple[int, int]]:
    return {one.key: (one.best, one.worst) for one in rank({k: tally(*v) for k, v in totals.items()}).ranked}


def test_who_differs_by_no_more_than_chance_shares_ranks() -> None:
    near = [80, 85, 75, 82, 78]
    assert ranks(a=near, b=[x + 1 for x in near], c=[x - 50 for x in near]) == {"b": (1, 2), "a": (1, 2), "c": (3, 3)}


def test_too_few_calls_give_no_rank() -> None:
    ranking = rank({"b": tally(*[100.0] * 4), "a": tally(50, 51, 52, 53, 54), "c": Tally(9)})
    assert [one.key for one in ranking.ranked] == ["a"]
    assert (ranking.ranked[0].best, ranking.ranked[0].worst) == (1, 1)
    assert [key for key, _ in ranking.too_few] == ["b", "c"]
    assert rank({}).ranked == ()


def test_equal_scores_make_nobody_certain() -> None:
    # Five times 90: no scatter of its own, so that of the others is taken.
    assert ranks(a=[90] * 5, b=[60, 95, 88, 99, 70]) == {"a": (1, 2), "b": (1, 2)}
    assert ranks(a=[90] * 5, b=[90] * 5) == {"a": (1, 2), "b": (1, 2)}


def test_the_true_rank_lies_in_its_range_as_often_as_is_claimed() -> None:
    found = measure(agents=10, calls=30, teams=60, seed=3)
    assert found.covered >= 0.95
    assert found.right_by_mean < 0.5


def test_a_correlation_needs_enough_pairs_and_some_scatter() -> None:
    chance = random.Random(1)
    rising = {str(n): (n, n + chance.random()) for n in range(FEWEST_PAIRS)}
    found = rank_correlation(rising)
    assert found.rho == pytest.approx(1.0)
    assert found.low is not None
    assert found.low > 0
    assert rank_correlation(dict(list(rising.items())[:-1])).rho is None
    assert rank_correlation({str(n): (1.0, n) for n in range(9)}).rho is None


def test_equal_values_share_a_place() -> None:
    pairs = {str(n): (float(x), float(y)) for n, (x, y) in enumerate([(1, 1), (1, 2), (2, 3), (3, 3)] * 2)}
    # From the mean place of 3.5 the places lie -2 -2 1 3 and -3 -1 2 2, twice: 16 / 18.
    assert rank_correlation(pairs).rho == pytest.approx(16 / 18)
