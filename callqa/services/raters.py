"""How far several raters agree beyond chance, for verdicts without an order, with intervals.

- per cent: of all pairs of verdicts on the same call the share that is equal.
- Cohen's kappa (Cohen 1960, Educ. Psychol. Meas. 20:37-46), for more than two raters its mean over all pairs of them
  (Light 1971, Psychol. Bull. 76:365-377).
- Fleiss' kappa (Fleiss 1971, Psychol. Bull. 76:378-382), over the calls that everybody judged.
- Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", nominal data): bears verdicts
  that are missing.

Intervals are percentiles of a bootstrap over calls, as Zapf et al. (2016, BMC Med. Res. Methodol. 16:93) advise for
Fleiss' kappa and alpha. The seed is fixed: the same verdicts give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
_SEED = 20260101
_Numbers = NDArray[np.float64]
_Measure = Callable[[_Numbers], _Numbers]
"""From how often each call counts (a row for each resample) to the coefficient; NaN where it is undefined."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient with its 95 % interval. None where chance alone explains everything, as when all say the same."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree. `units` are the calls that at least two of them judged."""

    units: int
    percent: Coefficient
    cohen: Coefficient
    fleiss: Coefficient
    alpha: Coefficient


def agreement(ratings: Sequence[Sequence[str | None]], calls: Sequence[str] | None = None) -> Agreement:
    """The agreement in `ratings[unit][rater]`, None where a rater did not judge. Units judged once say nothing.

    `calls` names the call of each unit where several units are items of one call; else each is a call of its own.
    """
    names = calls if calls is not None else [str(number) for number in range(len(ratings))]
    paired = zip(ratings, names, strict=True)
    kept = [(unit, name) for unit, name in paired if sum(given is not None for given in unit) > 1]
    rated = [unit for unit, _ in kept]
    if not rated:
        nothing = Coefficient(None)
        return Agreement(0, nothing, nothing, nothing, nothing)
    categories = sorted({given for unit in rated for given in unit if given is not None})
    places = {category: place for place, category in enumerate(categories)}
    # Unit, rater, category: 1 where the rater chose it.
    chosen = np.zeros((len(rated), len(rated[0]), len(categories)))
    for u, unit in enumerate(rated):
        for r, given in enumerate(unit):
            if given is not None:
                chosen[u, r, places[given]] = 1
    # Items of a call are drawn together: they are not independent of each other.
    places_of = {name: place for place, name in enumerate(dict.fromkeys(name for _, name in kept))}
    own = [places_of[name] for _, name in kept]
    drawn = np.random.default_rng(_SEED).multinomial(len(places_of), [1 / len(places_of)] * len(places_of), RESAMPLES)
    weights = np.vstack([np.ones(len(rated)), drawn[:, own]])
    counts = chosen.sum(axis=1)
    return Agreement(
        len(places_of),
        _with_interval(_percent(counts), weights),
        _with_interval(_cohen(chosen), weights),
        _with_interval(_fleiss(counts, chosen.shape[1]), weights),
        _with_interval(_alpha(counts), weights),
    )


def _with_interval(measure: _Measure, weights: _Numbers) -> Coefficient:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = measure(weights)
    value, spread = found[0], found[1:][~np.isnan(found[1:])]
    if np.isnan(value):
        return Coefficient(None)
    # Where most resamples are undefined, the others are no sample of anything.
    if 2 * len(spread) < len(found) - 1 or not len(spread) or weights.shape[1] < 2:
        return Coefficient(float(value))
    low, high = np.percentile(spread, (2.5, 97.5))
    return Coefficient(float(value), float(low), float(high))


def _percent(counts: _Numbers) -> _Measure:
    judged = counts.sum(axis=1)
    equal, pairs = (counts * (counts - 1)).sum(axis=1), judged * (judged - 1)
    return lambda weights: (weights @ equal) / (weights @ pairs)


def _cohen(chosen: _Numbers) -> _Measure:
    def measure(weights: _Numbers) -> _Numbers:
        kappas = [
            _cohen_of_two(chosen[:, a], chosen[:, b], weights) for a, b in combinations(range(chosen.shape[1]), 2)
        ]
        defined = ~np.isnan(kappas)
        mean: _Numbers = np.nansum(kappas, axis=0) / defined.sum(axis=0)
        return mean

    return measure


def _cohen_of_two(first: _Numbers, second: _Numbers, weights: _Numbers) -> _Numbers:
    both = first.sum(axis=1) * second.sum(axis=1)
    units = weights @ both
    observed = weights @ (first * second).sum(axis=1) / units
    by_chance = ((weights @ (first * both[:, None])) * (weights @ (second * both[:, None]))).sum(axis=1) / units**2
    return _beyond_chance(observed, by_chance)


def _fleiss(counts: _Numbers, raters: int) -> _Measure:
    complete = counts[counts.sum(axis=1) == raters]
    kept = counts.sum(axis=1) == raters
    equal = (complete * (complete - 1)).sum(axis=1) / (raters * (raters - 1))

    def measure(weights: _Numbers) -> _Numbers:
        here = weights[:, kept]
        units = here.sum(axis=1)
        shares = (here @ complete) / (units * raters)[:, None]
        return _beyond_chance(here @ equal / units, (shares**2).sum(axis=1))

    return measure


def _alpha(counts: _Numbers) -> _Measure:
    judged = counts.sum(axis=1)
    unequal = (judged**2 - (counts**2).sum(axis=1)) / (judged - 1)

    def measure(weights: _Numbers) -> _Numbers:
        of_category = weights @ counts
        values = of_category.sum(axis=1)
        observed = (weights @ unequal) / values
        by_chance = (values**2 - (of_category**2).sum(axis=1)) / (values * (values - 1))
        return np.where(by_chance > 0, 1 - observed / by_chance, np.nan)

    return measure


def _beyond_chance(observed: _Numbers, by_chance: _Numbers) -> _Numbers:
    return np.where(by_chance < 1 - 1e-12, (observed - by_chance) / (1 - by_chance), np.nan)
