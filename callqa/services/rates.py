"""True rates of faults in a run, from the machine's verdicts on all calls and people's on the random sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations

from models.calibration import Judgement
from models.ports import UnitOfWork
from models.sample import SampledVerdict
from models.scorecard import Scorecard, Verdict
from scoring.rates import Drawn, Rate, Rates, ReviewerError, reviewer_error, true_rate

FAULTS = (Verdict.MISSED, Verdict.VIOLATED)
"""Verdicts that say that something went wrong."""


def run_rates(run_id: str, cards: Mapping[str, Scorecard], uow: UnitOfWork) -> Rates:
    """By item: the true rate of faults among the run's calls; `cards` are their newest scorecards by recording.

    Calls on which the machine or the reviewer could not evaluate the item are in no rate, nor are those on days that
    were not drawn or of no known agent, of which none is ever drawn. No rate while nothing drawn was reviewed.
    """
    sampled = uow.samples.items_of(run_id)
    if all(one.person is None for one in sampled):
        return Rates({})
    frame = uow.samples.frame(run_id)
    within = [card for recording_id, card in cards.items() if recording_id in frame.recording_ids]
    return Rates(rates(within, sampled, error_of(uow)), frame.late, len(cards) - len(within))


def rates(cards: Iterable[Scorecard], sampled: Iterable[SampledVerdict], error: ReviewerError) -> Mapping[str, Rate]:
    """The same by item, of what was read already; one rate for each item of the scorecards."""
    calls: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for card in cards:
        for finding in card.findings:
            calls[finding.item_id][finding.verdict in FAULTS] += finding.verdict is not Verdict.NOT_EVALUATED
    drawn: defaultdict[str, list[Drawn]] = defaultdict(list)
    unreviewed: Counter[str] = Counter()
    for one in sampled:
        if Verdict.NOT_EVALUATED in {one.machine, one.person}:
            continue
        if one.person is None:
            unreviewed[one.item_id] += 1
        else:
            drawn[one.item_id].append(Drawn(one.machine in FAULTS, one.person in FAULTS, one.chance))
    return {
        item_id: replace(true_rate(counts, drawn[item_id], error), unreviewed=unreviewed[item_id])
        for item_id, counts in calls.items()
    }


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


def _by_finding(judgements: Iterable[Judgement]) -> Iterable[list[bool]]:
    found: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for one in judgements:
        if one.verdict is not Verdict.NOT_EVALUATED:
            found[one.recording_id, one.item_id].append(one.verdict in FAULTS)
    return found.values()
