"""True rates of faults in a run, from the machine's verdicts on all calls and people's on the random sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from models.calibration import Judgement
from models.call import UNASSIGNED_AGENT
from models.ports import UnitOfWork
from models.sample import SampledVerdict
from models.scorecard import Scorecard, Verdict
from scoring.rates import Drawn, Rate, ReviewerError, reviewer_error, true_rate

FAULTS = (Verdict.MISSED, Verdict.VIOLATED)
"""Verdicts that say that something went wrong."""


def run_rates(run_id: str, cards: Sequence[Scorecard], uow: UnitOfWork) -> Mapping[str, Rate]:
    """By item: the true rate of faults among the run's calls; `cards` are their newest scorecards.

    Calls on which the machine or the reviewer could not evaluate the item are in no rate, nor are those of no known
    agent, of which none is ever drawn. Empty while none of the run's calls was drawn and reviewed.
    """
    sampled = uow.samples.reviewed_of(run_id)
    return rates(cards, sampled, error_of(uow)) if sampled else {}


def rates(cards: Iterable[Scorecard], sampled: Iterable[SampledVerdict], error: ReviewerError) -> Mapping[str, Rate]:
    """The same of what was read already; one rate for each item of the scorecards."""
    calls: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for card in (card for card in cards if card.agent_id != UNASSIGNED_AGENT):
        for finding in card.findings:
            calls[finding.item_id][finding.verdict in FAULTS] += finding.verdict is not Verdict.NOT_EVALUATED
    drawn: defaultdict[str, list[Drawn]] = defaultdict(list)
    for one in sampled:
        if Verdict.NOT_EVALUATED not in {one.machine, one.person}:
            drawn[one.item_id].append(Drawn(one.machine in FAULTS, one.person in FAULTS, one.chance))
    return {item_id: true_rate(counts, drawn[item_id], error) for item_id, counts in calls.items()}


def error_of(uow: UnitOfWork) -> ReviewerError:
    """How often a reviewer errs on whether there is a fault, by every closed set of blind judgements together."""
    differing, worth = 0.0, 0.0
    for one in uow.calibrations.all():
        if one.closed_at is not None:
            for said in _by_finding(uow.calibrations.judgements(one.id)):
                pairs = list(combinations(said, 2))
                if pairs:
                    # Half a pair for each reviewer: see `reviewer_error`.
                    worth += len(said) / 2
                    differing += len(said) / 2 * sum(a != b for a, b in pairs) / len(pairs)
    return reviewer_error(differing, worth)


def _by_finding(judgements: Iterable[Judgement]) -> Iterable[Sequence[bool]]:
    found: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for one in judgements:
        if one.verdict is not Verdict.NOT_EVALUATED:
            found[one.recording_id, one.item_id].append(one.verdict in FAULTS)
    return found.values()
