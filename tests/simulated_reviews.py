"""Made-up months: calls with a truth, a machine that errs, a random sample, and reviewers who err as well."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from scoring.rates import Drawn, Rate, ReviewerError, reviewer_error, true_rate

RATES: Mapping[str, float] = {"greeting": 0.12, "apology": 0.05, "commitment": 0.08, "prohibited": 0.015}
REVIEWER_ERROR = 0.05
_FOUND, _IN_VAIN = 0.85, 0.02
_DAYS, _CALIBRATED, _REVIEWERS = 22, 60, 3


@dataclass(frozen=True, slots=True)
class Month:
    """What is true of a criterion in a month, what is estimated of it, and what the machine alone says."""

    truth: float
    rate: Rate
    machine: float


def month(seed: int, agents: int, calls_a_day: int, drawn_a_day: int = 1) -> Mapping[str, Month]:
    """One month by criterion. Agents with more calls a day do worse, so that unequal chances matter."""
    chance = random.Random(seed)
    error = _calibration(chance)
    truths: Counter[str] = Counter()
    machine: dict[str, Counter[bool]] = {item: Counter() for item in RATES}
    seen: dict[str, list[Drawn]] = {item: [] for item in RATES}
    population = 0
    for _ in range(agents):
        busy = chance.uniform(0.5, 1.5)
        for _ in range(_DAYS):
            today = max(1, round(busy * calls_a_day * chance.uniform(0.7, 1.3)))
            population += today
            for number in range(today):
                for item, rate in RATES.items():
                    is_fault = chance.random() < rate * busy
                    found = chance.random() < (_FOUND if is_fault else _IN_VAIN)
                    truths[item] += is_fault
                    machine[item][found] += 1
                    # Calls are all alike by chance, so the first are as good a draw as any.
                    if number < drawn_a_day:
                        said = is_fault != (chance.random() < REVIEWER_ERROR)
                        seen[item].append(Drawn(found, said, min(1.0, drawn_a_day / today)))
    return {
        item: Month(
            truths[item] / population, true_rate(machine[item], seen[item], error), machine[item][True] / population
        )
        for item in RATES
    }


def _calibration(chance: random.Random) -> ReviewerError:
    """What a blind set of the month says of the reviewers, all criteria together."""
    differing = pairs = units = 0
    for _ in range(_CALIBRATED * len(RATES)):
        wrong = sum(chance.random() < REVIEWER_ERROR for _ in range(_REVIEWERS))
        differing += wrong * (_REVIEWERS - wrong)
        pairs += _REVIEWERS * (_REVIEWERS - 1) // 2
        units += 1
    worth = units * _REVIEWERS / 2
    return reviewer_error(differing / pairs * worth, worth)
