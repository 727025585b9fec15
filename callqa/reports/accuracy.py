"""How far the machine and people agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callqa.reports.figures import Proportion, wilson
from models.scorecard import Verdict

FAULTS = frozenset({Verdict.PARTIAL, Verdict.MISSED, Verdict.VIOLATED})
"""Verdicts that cost points: what a machine charges an agent with, rightly or not."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The machine against people, on the calls with a review of the item.

    A fault is a verdict that costs points. Precision: of the faults that the machine charged, those that people see as
    well. Recall: of the faults that people see, those that the machine charged. Agreement: the very same verdict.
    """

    precision: Proportion
    recall: Proportion
    agreement: Proportion


def accuracy_of(pairs: Iterable[tuple[Verdict, Verdict, int]]) -> Accuracy | None:
    """From (the machine's verdict, a person's, how often); None without a review.

    Who said "cannot be judged" is left out.
    """
    said = [(machine, person, n) for machine, person, n in pairs if person is not Verdict.NOT_EVALUATED]
    if not said:
        return None
    both = sum(n for machine, person, n in said if machine in FAULTS and person in FAULTS)
    charged = sum(n for machine, _, n in said if machine in FAULTS)
    seen = sum(n for _, person, n in said if person in FAULTS)
    same = sum(n for machine, person, n in said if machine is person)
    return Accuracy(wilson(both, charged), wilson(both, seen), wilson(same, sum(n for *_, n in said)))
