"""How often the drift alarm tells of nothing, and how soon of something, in made-up centres of three teams.

    python -m benchmarks.drift [--nights 200]

For centres of several sizes, whose days differ by themselves more or less (and at weekends), and whose classifiers, if
they are exchanged every week, differ as well, with the windows that the
setting `drift_days` may name: the share of nights on which something is told though nothing has shifted (at most 5 %
is asked), and the share of shifts of one item's faults that are found once they fill the window. Sizes are in standard
deviations between calls: 0.3 is 9 points at a rate of one in ten and 15 at one half.
"""

from __future__ import annotations

import argparse
from statistics import fmean

import numpy as np

from scoring.drift import DriftRules, shifts
from tests.drift_days import ITEMS, Centre, night

CENTRES = (
    Centre(60, 0.0),
    Centre(60, 0.05),
    Centre(60, 0.1),
    Centre(400, 0.05),
    Centre(400, 0.1),
    Centre(60, 0.05, exchange=0.05),
    Centre(60, 0.05, exchange=0.1),
    Centre(400, 0.05, exchange=0.05),
)
DAYS = (1, 3, 7)
SIZES = (0.2, 0.3, 0.5)
SHIFTED = (ITEMS[1], ITEMS[3], ITEMS[6])
"""With faults in 2, 10 and 50 of a hundred calls."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=200)
    nights = parser.parse_args().nights
    sizes = "".join(f"{f'found {size}':>11}" for size in SIZES)
    print(f"{'calls a team':>12} {'days differ':>12} {'classifiers':>12} {'window':>7} {'false alarms':>13}{sizes}")
    for centre in CENTRES:
        for days in DAYS:
            found = "".join(f"{power(centre, days, size, nights // 4):>11.0%}" for size in SIZES)
            false = false_alarms(centre, days, nights)
            print(
                f"{centre.calls:>12} {centre.scatter:>12} {centre.exchange:>12} {days:>7} {false:>13.1%}{found}",
                flush=True,
            )


def false_alarms(centre: Centre, days: int, nights: int) -> float:
    """The share of nights without a shift on which anything is told."""
    rules = DriftRules(days)
    return fmean(bool(shifts(night(np.random.default_rng(seed), centre, days), rules)[0]) for seed in range(nights))


def power(centre: Centre, days: int, size: float, nights: int) -> float:
    """The share of nights with a shifted item on which that is told."""
    rules = DriftRules(days)
    told = [
        any(
            one.subject.item_id == item
            for one in shifts(night(np.random.default_rng(seed), centre, days, item, size), rules)[0]
        )
        for item in SHIFTED
        for seed in range(nights)
    ]
    return fmean(told)


if __name__ == "__main__":
    main()
