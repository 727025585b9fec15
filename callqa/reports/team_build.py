"""From the figures of a team to what its report says. Pure: no clock, no disk, no words of any language."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from callqa.reports.coaching_build import SURELY_LOW
from callqa.reports.coaching_context import ItemFigures
from callqa.reports.figures import MIN_SAMPLE, summarise_tally, t_quantile, wilson
from callqa.reports.practice import Practice
from callqa.reports.ranking import SURE
from callqa.reports.team_context import Improved, Need, Shift
from models.call import UNASSIGNED_AGENT
from models.rollup import ItemTally, Tally


def shift(now: Tally, before: Tally, comparisons: int = 1) -> Shift | None:
    """How the mean total moved. Interval: Welch's (1947), so strict that as many together are right at 95 %.

    None where either side has fewer than MIN_SAMPLE graded calls.
    """
    if min(now.graded, before.graded) < MIN_SAMPLE:
        return None
    difference = (now.mean or 0.0) - (before.mean or 0.0)
    spreads = [((tally.deviation or 0.0) ** 2 / tally.graded, tally.graded - 1) for tally in (now, before)]
    variance = sum(spread for spread, _ in spreads)
    if not variance:
        return Shift(difference, difference, difference)
    freedom = variance**2 / sum(spread**2 / calls for spread, calls in spreads)
    half = t_quantile(1 - (1 - SURE) / 2 / comparisons, max(1, math.floor(freedom))) * math.sqrt(variance)
    return Shift(difference, difference - half, difference + half)


def changed(items: Sequence[ItemFigures]) -> tuple[ItemFigures, ...]:
    """The items whose share changed by more than chance, the largest change first."""
    moved = [
        (abs(gap.difference), item)
        for item in items
        if (gap := item.against_past) is not None and (gap.low > 0 or gap.high < 0)
    ]
    return tuple(item for _, item in sorted(moved, key=lambda one: (-one[0], one[1].item_id)))


def improved(
    now: Mapping[str, Tally], before: Mapping[str, Tally], names: Mapping[str, str]
) -> tuple[tuple[Improved, ...], int]:
    """The agents who surely improved, the most first, and how many could be compared at all.

    All comparisons together are right at 95 % (Bonferroni): of five hundred agents some always rise by chance. Five
    equal scores do not make anybody certain: an agent without any scatter is not compared.
    """
    could = {
        agent_id: (tally, before[agent_id])
        for agent_id, tally in now.items()
        if agent_id != UNASSIGNED_AGENT
        and agent_id in before
        and min(tally.graded, before[agent_id].graded) >= MIN_SAMPLE
        and (tally.deviation or before[agent_id].deviation)
    }
    moved = [(agent_id, shift(*pair, comparisons=len(could))) for agent_id, pair in could.items()]
    found = [
        Improved(
            agent_id,
            names.get(agent_id, agent_id),
            summarise_tally(now[agent_id]),
            summarise_tally(before[agent_id]),
            one,
        )
        for agent_id, one in moved
        if one is not None and one.low > 0
    ]
    return tuple(sorted(found, key=lambda one: (-one.shift.points, one.agent_id))), len(could)


def needs(agents: Iterable[Sequence[ItemTally]], titles: Mapping[str, str], practice: Practice) -> tuple[Need, ...]:
    """The items that an agent or more does surely in less than SURELY_LOW of the calls, with exercises for them.

    `agents` holds the items of one agent after another.
    """
    judged: Counter[str] = Counter()
    below: Counter[str] = Counter()
    for items in agents:
        for item in items:
            share = wilson(item.met, item.judged)
            if share.high is not None and share.n >= MIN_SAMPLE:
                judged[item.item_id] += 1
                below[item.item_id] += share.high < SURELY_LOW
    found = (
        Need(item_id, titles.get(item_id, item_id), count, judged[item_id], tuple(practice.get(item_id, ())))
        for item_id, count in below.items()
        if count
    )
    return tuple(sorted(found, key=lambda need: (-need.below, need.item_id)))
