"""How often the interval of a violation rate holds the truth, in made-up months with reviewers who err.

    python -m benchmarks.rates [--months 200]

For months of several sizes, each criterion: the mean true rate, the share of months whose interval holds the truth
(at least 93 % is asked), the mean half width of the interval, and how often an interval of the machine's own count
would hold it (Wilson's, which is what a report without reviews could show).

Then, for reviewers who err alike on every criterion and for such who do not, by how much is calibrated: how often the
interval holds the truth, and its half width, with the reviewers' error of all criteria together and of each its own.
"""

from __future__ import annotations

import argparse
from statistics import fmean

from callqa.reports.figures import wilson
from tests.simulated_reviews import RATES, REVIEWER_ERRORS, UNLIKE_ERRORS, Month, month

SIZES = (
    (10, 3, 1, 0),
    (20, 7, 1, 0),
    (20, 7, 2, 0),
    (20, 7, 1, 1),
    (60, 20, 1, 0),
    (60, 20, 2, 0),
    (60, 20, 1, 1),
    (60, 20, 3, 0),
)
"""Agents, calls of each a day, how many of them are drawn, and of those in doubt how many more; a month has 22 days."""
CALIBRATED = (20, 60, 120)
"""Calls that three reviewers judged blind."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--months", type=int, default=200)
    months = parser.parse_args().months
    print(
        f"{'calls':>7} {'drawn':>7} {'reviewed':>8}  {'criterion':<11} {'true':>6} {'held':>6} {'±':>6}"
        f" {'machine alone':>14}"
    )
    for agents, calls, drawn, unsure in SIZES:
        found = [month(seed, agents, calls, drawn, unsure) for seed in range(months)]
        for item in RATES:
            ones = [one[item] for one in found]
            print(
                f"{agents * calls * 22:>7} {f'{drawn} + {unsure}':>7} {fmean(one.reviewed for one in ones):>8.0f} "
                f" {item:<11} {fmean(one.truth for one in ones):>6.1%}"
                f" {fmean(map(holds, ones)):>6.1%} {fmean(map(half_width, ones)):>6.1%}"
                f" {fmean(machine_holds(one, agents * calls * 22) for one in ones):>14.1%}"
            )
    _print_errors(months)


def _print_errors(months: int) -> None:
    print(f"\n{'reviewers err':<14} {'calibrated':>10} {'error':<9} " + " ".join(f"{item:>15}" for item in RATES))
    for told, errors in (("alike", REVIEWER_ERRORS), ("unlike", UNLIKE_ERRORS)):
        for calibrated in CALIBRATED:
            for by_item in (False, True):
                found = [
                    month(seed, 20, 7, errors=errors, calibrated=calibrated, by_item=by_item) for seed in range(months)
                ]
                figures = (
                    f"{fmean(map(holds, ones)):>8.1%} ±{fmean(map(half_width, ones)):>5.1%}"
                    for item in RATES
                    for ones in [[one[item] for one in found]]
                )
                error = "own" if by_item else "together"
                print(f"{told:<14} {calibrated:>10} {error:<9}", *figures)


def holds(one: Month) -> bool:
    """Whether the estimate's interval holds the truth."""
    assert one.rate.low is not None
    assert one.rate.high is not None
    return one.rate.low <= one.truth <= one.rate.high


def half_width(one: Month) -> float:
    """Half of what lies between the ends of the interval."""
    assert one.rate.low is not None
    assert one.rate.high is not None
    return (one.rate.high - one.rate.low) / 2


def machine_holds(one: Month, calls: int) -> bool:
    """Whether the interval of the machine's own share of `calls` does."""
    share = wilson(round(one.machine * calls), calls)
    assert share.low is not None
    assert share.high is not None
    return share.low <= one.truth <= share.high


if __name__ == "__main__":
    main()
