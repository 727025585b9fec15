"""A team's figures by dimension of service quality, and before and after a change of standard. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from callqa.reports.coaching_build import gap
from callqa.reports.coaching_context import ItemFigures
from callqa.reports.figures import wilson
from callqa.reports.team_context import Dimension, ItemChange, StandardChange
from models.daily import DayVerdicts

ORDER = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
"""SERVQUAL's own (Parasuraman, Zeithaml and Berry 1988)."""


def dimensions(items: Iterable[ItemFigures], named: Mapping[str, str]) -> tuple[Dimension, ...]:
    """The items put together by dimension; `named` gives it by item id. Items without one are left out."""
    grouped: defaultdict[str, list[ItemFigures]] = defaultdict(list)
    for item in items:
        if item.item_id in named:
            grouped[named[item.item_id]].append(item)
    found = []
    for name in ORDER:
        if own := grouped.get(name):
            now = wilson(sum(item.now.hits for item in own), sum(item.now.n for item in own))
            before = wilson(sum(item.before.hits for item in own), sum(item.before.n for item in own))
            found.append(Dimension(name, now, before, gap(now, before)))
    return tuple(found)


def standard_changes(verdicts: Sequence[DayVerdicts], titles: Mapping[str, str]) -> tuple[StandardChange, ...]:
    """For each version that came after another of its standard, what changed by more than chance; the newest first.

    A version is newer whose first day in these verdicts is later; of those with the same first day nothing is said.
    """
    versions: defaultdict[str, defaultdict[str, list[DayVerdicts]]] = defaultdict(lambda: defaultdict(list))
    for one in verdicts:
        versions[one.standard.id][one.standard.digest].append(one)
    found = []
    for standard_id, by_digest in versions.items():
        ordered = sorted(by_digest.values(), key=lambda rows: (min(row.day for row in rows), rows[0].standard.digest))
        for old, new in pairwise(ordered):
            since = min(row.day for row in new)
            if since > min(row.day for row in old):
                items, compared = _moved(old, new, titles)
                versions_named = old[0].standard.version, new[0].standard.version
                found.append(StandardChange(standard_id, *versions_named, since, items, compared))
    return tuple(sorted(found, key=lambda one: (one.since, one.standard_id), reverse=True))


def _moved(
    old: Sequence[DayVerdicts], new: Sequence[DayVerdicts], titles: Mapping[str, str]
) -> tuple[tuple[ItemChange, ...], int]:
    sides = []
    for rows in (new, old):
        counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in rows:
            counts[row.item_id][0] += row.met
            counts[row.item_id][1] += row.judged
        sides.append({item_id: wilson(*count) for item_id, count in counts.items()})
    found, compared = [], 0
    for item_id, now in sorted(sides[0].items()):
        before = sides[1].get(item_id)
        change = gap(now, before) if before is not None else None
        if before is not None and change is not None:
            compared += 1
            if change.low > 0 or change.high < 0:
                found.append(ItemChange(titles.get(item_id, item_id), now, before, change))
    return tuple(sorted(found, key=lambda one: -abs(one.change.difference))), compared
