"""Made-up months: calls with a truth, a machine that errs, a random sample, and reviewers who err as well."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from models.sample import Lots, chance_of
from scoring.rates import DoubleVerdicts, Drawn, Rate, ReviewerErrors, reviewer_errors, true_rate

RATES: Mapping[str, float] = {"greeting": 0.12, "apology": 0.05, "commitment": 0.08, "prohibited": 0.015}
REVIEWER_ERRORS: Mapping[str, float] = dict.fromkeys(RATES, 0.05)
UNLIKE_ERRORS: Mapping[str, float] = {"greeting": 0.02, "apology": 0.08, "commitment": 0.1, "prohibited": 0.01}
"""On what is plain to hear reviewers err less than on what is a matter of taste."""
_FOUND, _IN_VAIN = 0.85, 0.02
_UNSURE_WRONG, _UNSURE_RIGHT = 0.6, 0.1
_DAYS, _REVIEWERS = 22, 3
CALIBRATED = 60
"""Calls of the blind sets."""


@dataclass(frozen=True, slots=True)
class Month:
    """What is true of a criterion in a month, what is estimated of it, what the machine alone says, calls reviewed."""

    truth: float
    rate: Rate
    machine: float
    reviewed: int


def month(
    seed: int,
    agents: int,
    calls_a_day: int,
    drawn_a_day: int = 1,
    unsure_a_day: int = 0,
    errors: Mapping[str, float] = REVIEWER_ERRORS,
    calibrated: int = CALIBRATED,
    *,
    by_item: bool = True,
) -> Mapping[str, Month]:
    """One month by criterion. Agents with more calls a day do worse, so that unequal chances matter.

    `unsure_a_day` more are drawn of the calls that the machine is unsure of, which are most of those it gets wrong.
    `errors` is how likely reviewers err on each criterion; without `by_item` all criteria are taken together for it.
    """
    chance = random.Random(seed)
    doubt = random.Random(f"doubt {seed}")
    known = _calibration(chance, errors, calibrated, by_item=by_item)
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
                    errs = (chance if number < drawn_a_day else doubt).random() < errors[item]
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
            true_rate(machine[item], seen[item], known.on(item)),
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


def _calibration(chance: random.Random, errors: Mapping[str, float], calls: int, *, by_item: bool) -> ReviewerErrors:
    """What blind sets of so many calls say of the reviewers."""
    doubles = {}
    for item, error in errors.items():
        differing = 0
        for _ in range(calls):
            wrong = sum(chance.random() < error for _ in range(_REVIEWERS))
            differing += wrong * (_REVIEWERS - wrong)
        worth = calls * _REVIEWERS / 2
        doubles[item] = DoubleVerdicts(differing / (_REVIEWERS * (_REVIEWERS - 1) // 2 * calls) * worth, worth)
    found = reviewer_errors(doubles)
    return found if by_item else replace(found, items={})
