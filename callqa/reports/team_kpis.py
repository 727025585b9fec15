"""The key figures of a centre, each with what it was counted from. Pure.

Answered in time: within 20 s, to be reached in 85 % of the calls. Solved at the first contact by proxy: the customer
did not call again within 7 days.
"""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callqa.reports.figures import Proportion, wilson
from callqa.reports.ledger import LedgerCounts
from callqa.reports.satisfaction import Satisfaction, satisfaction
from models.service import ServedCall

IN_TIME_S = 20.0
IN_TIME_GOAL = 0.85
AGAIN_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kpis:
    """Of the calls of a period. A proportion of no cases says that nobody gave the fact.

    `unsettled` calls are too young to say whether the customer comes again. Talk is in seconds.
    """

    hours: float
    talk_s: float | None
    in_time: Proportion
    solved: Proportion
    not_again: Proportion
    unsettled: int
    complaints: Proportion
    promises_kept: Proportion
    satisfaction: Satisfaction


def kpis(
    calls: Sequence[ServedCall], visits: Mapping[str, Sequence[datetime]], promises: LedgerCounts, now: datetime
) -> Kpis:
    """The figures of these calls. `visits` are their customers' calls, up to AGAIN_WITHIN after the last of these."""
    lengths = [call.duration_s for call in calls if call.duration_s is not None]
    rings = [call.ring_s for call in calls if call.ring_s is not None]
    solved = [call.resolved for call in calls if call.resolved is not None]
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
        satisfaction=satisfaction(calls),
    )


def by_customer(visits: Iterable[tuple[str, datetime]]) -> dict[str, list[datetime]]:
    """When each customer called, the earliest first."""
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for customer, at in visits:
        times[customer].append(at)
    for own in times.values():
        own.sort()
    return dict(times)


def _again(calls: Sequence[ServedCall], visits: Mapping[str, Sequence[datetime]]) -> int:
    """How many of the calls were followed by another one of the same customer within AGAIN_WITHIN."""
    count = 0
    for call in calls:
        own = visits.get(call.customer_ref or "", ())
        following = bisect.bisect_right(own, call.started_at)
        count += following < len(own) and own[following] <= call.started_at + AGAIN_WITHIN
    return count
