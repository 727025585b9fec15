"""Prohibited phrasing on sentences kept for measuring: the third of each table that no rule is written from.

    python -m benchmarks.prohibited

Each sentence stands in a small call that sets the scene, as in `benchmarks.sentences`. Only counts are printed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from benchmarks.agreement import wilson
from benchmarks.sentences import OPENING, QUESTION, YES, score
from callqa.standards import find_standard
from models.scorecard import Verdict
from scoring import ServiceStandard

TABLES = Path(__file__).parent.parent / "tests" / "unit" / "phrases" / "prohibited"


def charged(standard: ServiceStandard, text: str) -> tuple[bool, bool]:
    """Whether the sentence, said by the agent, is charged as prohibited, and whether the call is fatal."""
    card = score(standard, OPENING, QUESTION, ("agent", text), YES)
    verdict = next(f.verdict for f in card.findings if f.criterion == "prohibited")
    return verdict is Verdict.VIOLATED, card.fatal


def main() -> None:
    """Print, by table and over all, what is found of the violations and charged of the innocent sentences."""
    standard = find_standard("telecom-hotline-zh")
    totals = [0, 0, 0, 0, 0]
    for path in sorted(TABLES.glob("*.yaml")):
        rows: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["unseen"]
        found = [charged(standard, text) for text in rows["violations"]]
        false = [charged(standard, text) for text in rows["innocent"]]
        counts = [sum(hit for hit, _ in found), len(found), sum(hit for hit, _ in false), len(false)]
        counts.append(sum(fatal for _, fatal in false))
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        print(_line(path.stem, counts))
    print(_line("all", totals))


def _line(name: str, counts: list[int]) -> str:
    hits, holding, false, innocent, fatal = counts
    low, high = wilson(hits, holding)
    return (
        f"{name:14} found {hits:3} of {holding:3} [{low:.0%}, {high:.0%}]   "
        f"false {false:2} of {innocent:3}, fatal among them {fatal}"
    )


if __name__ == "__main__":
    main()
