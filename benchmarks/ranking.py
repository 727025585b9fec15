"""How often a rank is right: by the mean alone, and as the range that the console shows.

    python -m benchmarks.ranking

Teams are made up: agents whose true means differ by 4 points (one standard deviation) and calls that scatter by 12
about them, cut to 0 to 100. No database is needed.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass

from callqa.reports.ranking import rank
from models.rollup import HUNDREDTHS, Tally

BETWEEN, WITHIN, MIDDLE = 4.0, 12.0, 80.0


@dataclass(frozen=True, slots=True)
class Found:
    """Shares of agents: whose true rank the range holds, and whose rank by the mean alone is right; and how wide."""

    covered: float
    right_by_mean: float
    mean_width: float


def measure(agents: int, calls: int, teams: int, seed: int = 1) -> Found:
    """Rank so many made-up teams of so many agents with so many calls each."""
    chance = random.Random(seed)
    covered = right = width = 0
    for _ in range(teams):
        truth = {f"A{n:02}": chance.gauss(MIDDLE, BETWEEN) for n in range(agents)}
        true_rank = {key: place for place, key in enumerate(sorted(truth, key=lambda k: -truth[k]), start=1)}
        ranking = rank({key: _tally([chance.gauss(mean, WITHIN) for _ in range(calls)]) for key, mean in truth.items()})
        for place, one in enumerate(ranking.ranked, start=1):
            covered += one.best <= true_rank[one.key] <= one.worst
            right += place == true_rank[one.key]
            width += one.worst - one.best + 1
    total = agents * teams
    return Found(covered / total, right / total, width / total)


def _tally(totals: list[float]) -> Tally:
    hundredths = [round(min(100.0, max(0.0, total)) * HUNDREDTHS) for total in totals]
    return Tally(len(totals), len(totals), sum(hundredths), sum(h * h for h in hundredths), 0, 0)


def main() -> None:
    """Print each number."""
    parser = argparse.ArgumentParser(description="How often a rank is right.")
    parser.add_argument("--teams", type=int, default=500, help="made-up teams for each number of calls")
    teams = parser.parse_args().teams
    print("agents  calls each  true rank in the range  right by mean alone  ranks in a range")
    for agents in (10, 20):
        for calls in (10, 50, 250):
            found = measure(agents, calls, teams)
            print(
                f"{agents:6}  {calls:10}  {found.covered:21.1%}  {found.right_by_mean:18.1%}  {found.mean_width:16.1f}"
            )


if __name__ == "__main__":
    main()
