"""Made-up months: calls with a truth, a machine that errs, a random sample, and reviewers who err as well."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from models.sample import Lots, chance_of
from scoring.rates import Drawn, Rate, ReviewerError, reviewer_error, true_rate

RATES: Mapping[str, float] = {"greeting": 0.12, "apology": 0.05, "commitment": 0.08, "prohibited": 0.015}
REVIEWER_ERROR = 0.05
_FOUND, _IN_VAIN = 0.85, 0.02
_UNSURE_WRONG, _UNSURE_RIGHT = 0.6, 0.1
_DAYS, _CALIBRATED, _REVIEWERS = 22, 60, 3


@dataclass(frozen=True, slots=True)
class Month:
    """What is true of a criterion in a month, what is estimated of it, what the machine alone says, calls reviewed."""

    truth: float
    rate: Rate
    machine: float
    reviewed: int


def month(seed: int, agents: int, calls_a_day: int, drawn_a_day: int = 1, unsure_a_day: int = 0) -> Mapping[str, Month]:
    """One month by criterion. Agents with more calls a day do worse, so that unequal chances matter.

    `unsure_a_day` more are drawn of the calls that the machine is unsure of, which are most of those it gets wrong.
    """
    chance = random.Random(seed)
    doubt = random.Random(f"doubt {seed}")
    error = _calibration(chance)
    truths: Counter[str] = Counter()
    machine: dict[str, Counter[bool]] = {item: Counter() for item in RATES}
    seen: dict[str, list[Drawn]] = {item: [] for item in RATES}
    population = reviewed = 0
    for _ in range(agents):
        busy = chance.uniform(0.5, 1.5)
        for _ in range(_DAYS):
            today = max(1, round(busy * calls_a_day * chance.uniform(0.7, 1.3)))
            population += today
            calls: list[dict[str, _Judged]] = []
            for number in range(today):
                call: dict[str, _Judged] = {}
                for item, rate in RATES.items():
                    is_fault = chance.random() < rate * busy
                    found = chance.random() < (_FOUND if is_fault else _IN_VAIN)
                    truths[item] += is_fault
                    machine[item][found] += 1
                    # Calls are all alike by chance, so the first are as good a draw as any.
                    errs = (chance if number < drawn_a_day else doubt).random() < REVIEWER_ERROR
                    call[item] = _Judged(found, is_fault, is_fault != errs)
                calls.append(call)
            unsure = {number for number, call in enumerate(calls) if _is_unsure(call, doubt)}
            more = set(doubt.sample(sorted(unsure), min(unsure_a_day, len(unsure))))
            of_all, of_unsure = Lots(today, min(drawn_a_day, today)), Lots(len(unsure), len(more))
            for number in sorted(more | set(range(of_all.drawn))):
                reviewed += 1
                for item, one in calls[number].items():
                    drawn_by = chance_of(of_all, of_unsure, number in unsure)
                    seen[item].append(Drawn(one.found, one.said, drawn_by))
    return {
        item: Month(
            truths[item] / population,
            true_rate(machine[item], seen[item], error),
            machine[item][True] / population,
            reviewed,
        )
        for item in RATES
    }


class _Judged(NamedTuple):
    """What the machine finds, what is true, and what a reviewer would say."""

    found: bool
    is_fault: bool
    said: bool


def _is_unsure(call: Mapping[str, _Judged], doubt: random.Random) -> bool:
    is_wrong = any(one.found != one.is_fault for one in call.values())
    return doubt.random() < (_UNSURE_WRONG if is_wrong else _UNSURE_RIGHT)


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
