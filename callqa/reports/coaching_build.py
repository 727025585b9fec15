"""From an agent's figures to what a coaching talk is about. Pure: no clock, no disk, no words of any language.

The agent's own past comes first, the team second. A difference counts when its 95 % interval leaves out 0. Several
items are compared, so now and then one is chosen by chance: the page says so, and the quotes decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from callqa.reports.coaching_context import Gap, Ground, ItemFigures, Point, Week
from callqa.reports.figures import MIN_SAMPLE, Proportion, summarise_tally, wilson
from models.rollup import DayTally, Figures, ItemTally, Tally
from models.scorecard import Verdict

MOST_POINTS = 2
"""Strengths, and as many habits: what fits into a talk of ten minutes."""
SURELY_HIGH = 0.8
"""The lower end of the interval from which a share is a strength by itself."""
SURELY_LOW = 0.8
"""The upper end of the interval below which a share is a habit by itself: one call in five fails it, at the least."""
_DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Chosen:
    """At most MOST_POINTS strengths and habits, no item in both; either may be empty: nothing stands out."""

    strengths: tuple[Point, ...]
    habits: tuple[Point, ...]


def item_figures(
    now: Sequence[ItemTally], before: Sequence[ItemTally], rest: Sequence[ItemTally], titles: Mapping[str, str]
) -> tuple[ItemFigures, ...]:
    """Each item with findings now, in the order of the titles, after them those that have none any more."""
    earlier, others = ({item.item_id: item for item in items} for items in (before, rest))
    places = {item_id: place for place, item_id in enumerate(titles)}
    ordered = sorted(now, key=lambda item: (places.get(item.item_id, len(places)), item.item_id))
    return tuple(
        _figures(item, earlier.get(item.item_id), others.get(item.item_id), titles.get(item.item_id, item.item_id))
        for item in ordered
    )


def choose(items: Sequence[ItemFigures]) -> Chosen:
    """The strengths that are best supported and the habits that cost most."""
    enough = [item for item in items if item.now.n >= MIN_SAMPLE]
    strengths = [Point(item, ground) for item in enough if (ground := _strong(item)) is not None]
    habits = [Point(item, ground) for item in enough if (ground := _weak(item)) is not None]
    order = tuple(Ground)
    strengths.sort(key=lambda p: (order.index(p.ground), -(p.figures.now.low or 0.0), p.figures.item_id))
    habits.sort(key=lambda p: (-p.figures.lost_per_call, order.index(p.ground), p.figures.item_id))
    return Chosen(tuple(strengths[:MOST_POINTS]), tuple(habits[:MOST_POINTS]))


def weeks(days: Sequence[DayTally], since: date, until: date) -> tuple[Week, ...]:
    """Every week from `since` to `until`, also those without calls."""
    count = (until - since).days // _DAYS_PER_WEEK + 1
    sums: list[list[Tally]] = [[] for _ in range(count)]
    for day in days:
        if since <= day.day <= until:
            sums[(day.day - since).days // _DAYS_PER_WEEK].append(day.tally)
    starts = [since + timedelta(days=_DAYS_PER_WEEK * number) for number in range(count)]
    return tuple(
        Week(start, min(until, start + timedelta(days=_DAYS_PER_WEEK - 1)), summarise_tally(_together(tallies)))
        for start, tallies in zip(starts, sums, strict=True)
    )


def rest_of(team: Figures, own: Figures) -> Figures:
    """The team without the agent's own calls in it. Days are left out: nothing is made of them."""
    mine = {item.item_id: item for item in own.items}
    whole, part = team.tally, own.tally
    return Figures(
        Tally(
            whole.calls - part.calls,
            whole.graded - part.graded,
            whole.total_sum - part.total_sum,
            whole.square_sum - part.square_sum,
            whole.fatal - part.fatal,
            whole.needs_review - part.needs_review,
        ),
        (),
        tuple(_without(item, mine[item.item_id]) if item.item_id in mine else item for item in team.items),
    )


def gap(own: Proportion, other: Proportion) -> Gap | None:
    """How much higher the own share is. Interval: Newcombe's hybrid of two Wilson intervals (1998, method 10).

    None where either side has fewer than MIN_SAMPLE.
    """
    if own.n < MIN_SAMPLE or other.n < MIN_SAMPLE:
        return None
    p, low, high = own.share or 0.0, own.low or 0.0, own.high or 0.0
    q, other_low, other_high = other.share or 0.0, other.low or 0.0, other.high or 0.0
    return Gap(p - q, p - q - math.hypot(p - low, other_high - q), p - q + math.hypot(high - p, q - other_low))


def _figures(now: ItemTally, before: ItemTally | None, rest: ItemTally | None, title: str) -> ItemFigures:
    own, earlier, others = (wilson(0, 0) if one is None else wilson(one.met, one.judged) for one in (now, before, rest))
    return ItemFigures(
        now.item_id, title, own, earlier, others, gap(own, earlier), gap(own, others), _lost_per_call(now)
    )


def _lost_per_call(item: ItemTally) -> float:
    # Findings that do not judge earn nothing, but they keep the points that the item is worth.
    findings = sum(item.verdicts.values())
    if not item.judged:
        return 0.0
    return max(0.0, item.max_points / findings - item.points / item.judged)


def _strong(item: ItemFigures) -> Ground | None:
    past, team = item.against_past, item.against_team
    if past is not None and (past.low > 0 or past.high < 0):
        return Ground.OWN_PAST if past.low > 0 else None
    if team is not None and (team.low > 0 or team.high < 0):
        return Ground.TEAM if team.low > 0 else None
    return Ground.LEVEL if (item.now.low or 0.0) >= SURELY_HIGH else None


def _weak(item: ItemFigures) -> Ground | None:
    past, team = item.against_past, item.against_team
    if past is not None and (past.low > 0 or past.high < 0):
        return Ground.OWN_PAST if past.high < 0 else None
    if team is not None and (team.low > 0 or team.high < 0):
        return Ground.TEAM if team.high < 0 else None
    return Ground.LEVEL if item.now.high is not None and item.now.high < SURELY_LOW else None


def _without(item: ItemTally, own: ItemTally) -> ItemTally:
    verdicts = {verdict: item.verdicts[verdict] - own.verdicts[verdict] for verdict in Verdict}
    return ItemTally(item.item_id, verdicts, item.points - own.points, item.max_points - own.max_points)


def _together(tallies: Sequence[Tally]) -> Tally:
    names = ("calls", "graded", "total_sum", "square_sum", "fatal", "needs_review")
    return Tally(*(sum(getattr(tally, name) for tally in tallies) for name in names))
