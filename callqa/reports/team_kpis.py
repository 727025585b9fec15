"""The key figures of a centre, each with what it was counted from. Pure.

Answered in time: within 20 s, to be reached in 85 % of the calls. Solved at the first contact by proxy: the customer
did not call again within 7 days.
"""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callqa.reports.context import ScoreSummary
from callqa.reports.figures import MIN_SAMPLE, Proportion, summarise, wilson
from callqa.reports.ledger import LedgerCounts
from models.service import ServedCall
from models.survey import JoinedAnswer, SurveyAnswer

IN_TIME_S = 20.0
IN_TIME_GOAL = 0.85
AGAIN_WITHIN = timedelta(days=7)
SATISFIED = 4.0
"""From here on (of 5) a customer is satisfied."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Spearman's rank correlation of score and satisfaction over `n` calls, with its interval at 95 %.

    None where fewer than MIN_SAMPLE calls have both, or where all are alike.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Kpis:
    """Of the calls of a period. A proportion of no cases says that nobody gave the fact.

    `unsettled` calls are too young to say whether the customer comes again. Satisfaction is from 1 to 5; `satisfied`
    and `unsatisfied` are the scores of calls whose customers gave SATISFIED or more, and less. Talk is in seconds.
    """

    hours: float
    talk_s: float | None
    in_time: Proportion
    solved: Proportion
    not_again: Proportion
    unsettled: int
    complaints: Proportion
    promises_kept: Proportion
    csat: float | None
    rated: int
    satisfied: ScoreSummary
    unsatisfied: ScoreSummary
    relation: Relation


def kpis(
    calls: Sequence[ServedCall], visits: Mapping[str, Sequence[datetime]], promises: LedgerCounts, now: datetime
) -> Kpis:
    """The figures of these calls. `visits` are their customers' calls, up to AGAIN_WITHIN after the last of these."""
    lengths = [call.duration_s for call in calls if call.duration_s is not None]
    rings = [call.ring_s for call in calls if call.ring_s is not None]
    solved = [call.resolved for call in calls if call.resolved is not None]
    rated = [(call.csat, call.total) for call in calls if call.csat is not None]
    graded = [(csat, total) for csat, total in rated if total is not None]
    settled = [call for call in calls if call.customer_ref is not None and call.started_at + AGAIN_WITHIN <= now]
    again = _again(settled, visits)
    return Kpis(
        hours=math.fsum(lengths) / 3600,
        talk_s=math.fsum(lengths) / len(lengths) if lengths else None,
        in_time=wilson(sum(ring <= IN_TIME_S for ring in rings), len(rings)),
        solved=wilson(sum(solved), len(solved)),
        not_again=wilson(len(settled) - again, len(settled)),
        unsettled=sum(call.customer_ref is not None for call in calls) - len(settled),
        complaints=wilson(sum(call.is_complaint for call in calls), len(calls)),
        promises_kept=wilson(promises.kept, promises.due),
        csat=math.fsum(csat for csat, _ in rated) / len(rated) if rated else None,
        rated=len(rated),
        satisfied=summarise([total for csat, total in graded if csat >= SATISFIED]),
        unsatisfied=summarise([total for csat, total in graded if csat < SATISFIED]),
        relation=relation(graded),
    )


def by_customer(visits: Iterable[tuple[str, datetime]]) -> dict[str, list[datetime]]:
    """When each customer called, the earliest first."""
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for customer, at in visits:
        times[customer].append(at)
    for own in times.values():
        own.sort()
    return dict(times)


def last_answers(answers: Iterable[JoinedAnswer]) -> dict[str, SurveyAnswer]:
    """By recording, of several answers the last; answers that were joined to none are left out."""
    return {one.recording_id: one.answer for one in answers if one.recording_id is not None}


def with_answers(calls: Iterable[ServedCall], answers: Mapping[str, SurveyAnswer]) -> list[ServedCall]:
    """The calls with what their customers answered; without an answer, with what their metadata say."""
    found = []
    for call in calls:
        answer = answers.get(call.recording_id)
        if answer is not None:
            resolved = call.resolved if answer.resolved is None else answer.resolved
            call = replace(call, csat=answer.score, resolved=resolved)
        found.append(call)
    return found


def relation(pairs: Sequence[tuple[float, float]]) -> Relation:
    """Of pairs of satisfaction and score.

    Interval: Fisher's transformation with the error of Bonett and Wright (2000, Psychometrika 65:23-28).
    """
    n = len(pairs)
    if n < MIN_SAMPLE:
        return Relation(n, None, None, None)
    first, second = (_ranks([pair[side] for pair in pairs]) for side in (0, 1))
    middle = (n + 1) / 2
    spreads = [math.fsum((rank - middle) ** 2 for rank in ranks) for ranks in (first, second)]
    if not all(spreads):
        return Relation(n, None, None, None)
    together = math.fsum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    value = max(-1.0, min(1.0, together / math.sqrt(spreads[0] * spreads[1])))
    if abs(value) > 1 - 1e-12:
        return Relation(n, value, value, value)
    half = 1.96 * math.sqrt((1 + value**2 / 2) / (n - 3))
    return Relation(n, value, math.tanh(math.atanh(value) - half), math.tanh(math.atanh(value) + half))


def _ranks(values: Sequence[float]) -> list[float]:
    """From 1; equal values share the mean of their ranks."""
    ordered = sorted(values)
    return [(bisect.bisect_left(ordered, v) + 1 + bisect.bisect_right(ordered, v)) / 2 for v in values]


def _again(calls: Sequence[ServedCall], visits: Mapping[str, Sequence[datetime]]) -> int:
    """How many of the calls were followed by another one of the same customer within AGAIN_WITHIN."""
    count = 0
    for call in calls:
        own = visits.get(call.customer_ref or "", ())
        following = bisect.bisect_right(own, call.started_at)
        count += following < len(own) and own[following] <= call.started_at + AGAIN_WITHIN
    return count
