"""From a tally to what a back-test's page and JSON show: plain facts, counted and ordered. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from callqa.reports.accuracy import Accuracy, accuracy_of
from callqa.reports.backtest_tally import FlippedCall, GroupTally, Tally, chosen, quotes
from callqa.reports.context import ItemTally
from callqa.reports.figures import MIN_SAMPLE, t_975
from callqa.reports.standard_diff import DiffGroup, describe
from models.scorecard import Evidence, Finding, StandardRef, Verdict
from scoring.diff import diff
from scoring.standard import ServiceStandard


@dataclass(frozen=True, slots=True)
class FlipLine:
    """How many calls went from one verdict to another; None where that standard has no such item."""

    before: Verdict | None
    after: Verdict | None
    calls: int


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """What the change does to one item. `before` and `after` are None where that standard has no such item."""

    item_id: str
    title: str
    before: ItemTally | None
    after: ItemTally | None
    flips: tuple[FlipLine, ...]
    reviewed: int
    accuracy_before: Accuracy | None
    accuracy_after: Accuracy | None

    @property
    def flipped(self) -> int:
        """Calls whose verdict changed."""
        return sum(line.calls for line in self.flips)


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """What the change does to an agent, a team, or all. Means are over the calls that both standards could score.

    `low` and `high` are the 95 % interval of the mean change by Student's t, None for too few calls.
    """

    key: str
    name: str | None
    team: str | None
    calls: int
    scored: int
    mean_before: float | None
    mean_after: float | None
    change: float | None
    low: float | None
    high: float | None
    up: int
    down: int
    faults_before: int
    faults_after: int
    fatal_before: int
    fatal_after: int


@dataclass(frozen=True, slots=True)
class Side:
    """One standard's answer for a flipped call; None where it has no such item."""

    verdict: Verdict | None
    reason: str
    quotes: tuple[Evidence, ...]
    total: float | None


@dataclass(frozen=True, slots=True)
class FlippedLine:
    """A flipped call with the words that decided, before and after."""

    call_id: str
    agent_id: str
    started_at: datetime | None
    item_id: str
    title: str
    before: Side
    after: Side
    reviewed: Verdict | None


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """Everything that the page shows. Moments are in the report's zone."""

    language: str
    time_zone: str
    generated_at: datetime
    old: StandardRef
    new: StandardRef
    title: str
    text_language: str
    since: date
    days: int
    undated: int
    failed: int
    overall: GroupEffect
    changes: tuple[DiffGroup, ...]
    items: tuple[ItemEffect, ...]
    teams: tuple[GroupEffect, ...]
    agents: tuple[GroupEffect, ...]
    flipped: tuple[FlippedLine, ...]

    @property
    def flips(self) -> int:
        """Verdicts that changed, over all items."""
        return sum(item.flipped for item in self.items)


def build_backtest_report(
    tally: Tally,
    old: ServiceStandard,
    new: ServiceStandard,
    *,
    since: date,
    days: int,
    undated: int,
    language: str,
    time_zone: str,
    generated_at: datetime,
) -> BacktestReport:
    """Count, order and choose. Groups come in the order of their keys: a back-test ranks nobody."""
    changes = describe(old.document, new.document, diff(old.document, new.document), language)
    order = dict.fromkeys([item.id for item in (*new.items, *old.items)])
    return BacktestReport(
        language=language,
        time_zone=time_zone,
        generated_at=generated_at,
        old=old.ref,
        new=new.ref,
        title=new.title,
        text_language=new.language,
        since=since,
        days=days,
        undated=undated,
        failed=tally.failed,
        overall=_group("", tally.overall),
        changes=changes,
        items=tuple(_item(item_id, tally) for item_id in order if item_id in tally.titles),
        teams=tuple(_group(name, tally.teams[name]) for name in sorted(tally.teams)),
        agents=tuple(_group(name, tally.agents[name]) for name in sorted(tally.agents)),
        flipped=tuple(_flipped(call, tally.titles) for call in chosen(tally)),
    )


def backtest_to_json(report: BacktestReport) -> dict[str, Any]:
    """The report as one JSON document."""
    document = asdict(report, dict_factory=_plain)
    for item, effect in zip(document["items"], report.items, strict=True):
        item["flipped"] = effect.flipped
        for name in ("before", "after"):
            counts = getattr(effect, name)
            item[name] = None if counts is None else dict(zip([v.value for v in Verdict], counts.counts, strict=True))
    return document | {"flips": report.flips}


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in pairs}


def _item(item_id: str, tally: Tally) -> ItemEffect:
    flips = {flip: calls for flip, calls in tally.flips.items() if flip[0] == item_id}
    changed = [FlipLine(old, new, calls) for (_, old, new), calls in flips.items() if old is not new]
    reviewed = {(flip, said): n for (flip, said), n in tally.reviewed.items() if flip[0] == item_id}
    return ItemEffect(
        item_id=item_id,
        title=tally.titles[item_id],
        before=_counts(tally.titles[item_id], flips, lambda flip: flip[1]),
        after=_counts(tally.titles[item_id], flips, lambda flip: flip[2]),
        flips=tuple(sorted(changed, key=lambda line: (-line.calls, str(line.before), str(line.after)))),
        reviewed=sum(n for (_, said), n in reviewed.items() if said is not Verdict.NOT_EVALUATED),
        accuracy_before=_accuracy(reviewed, lambda flip: flip[1]),
        accuracy_after=_accuracy(reviewed, lambda flip: flip[2]),
    )


_Side = Callable[[tuple[str, Verdict | None, Verdict | None]], Verdict | None]


def _counts(title: str, flips: Mapping[Any, int], side: _Side) -> ItemTally | None:
    verdicts = {flip: side(flip) for flip in flips}
    if all(verdict is None for verdict in verdicts.values()):
        return None
    counts = tuple(sum(n for flip, n in flips.items() if verdicts[flip] is verdict) for verdict in Verdict)
    return ItemTally(title, counts)


def _accuracy(reviewed: Mapping[Any, int], side: _Side) -> Accuracy | None:
    """None without a review, or where the standard has no such item."""
    pairs = [(machine, person, n) for (flip, person), n in reviewed.items() if (machine := side(flip)) is not None]
    return accuracy_of(pairs)


def _group(key: str, group: GroupTally) -> GroupEffect:
    n = group.scored
    mean_before, mean_after = (total / (10 * n) if n else None for total in (group.before, group.after))
    change, half = None, None
    if n:
        total = group.after - group.before
        change = total / (10 * n)
        if n >= MIN_SAMPLE:
            variance = (group.squares - total * total / n) / (n - 1)
            half = t_975(n - 1) * math.sqrt(max(0.0, variance) / n) / 10
    return GroupEffect(
        key=key,
        name=group.name,
        team=group.team,
        calls=group.calls,
        scored=n,
        mean_before=mean_before,
        mean_after=mean_after,
        change=change,
        low=None if change is None or half is None else change - half,
        high=None if change is None or half is None else change + half,
        up=group.up,
        down=group.down,
        faults_before=group.faults_before,
        faults_after=group.faults_after,
        fatal_before=group.fatal_before,
        fatal_after=group.fatal_after,
    )


def _flipped(call: FlippedCall, titles: Mapping[str, str]) -> FlippedLine:
    return FlippedLine(
        call_id=call.call_id,
        agent_id=call.agent_id,
        started_at=call.started_at,
        item_id=call.item_id,
        title=titles[call.item_id],
        before=_side(call.before, call.total_before),
        after=_side(call.after, call.total_after),
        reviewed=call.reviewed,
    )


def _side(finding: Finding | None, total: float | None) -> Side:
    if finding is None:
        return Side(None, "", (), total)
    return Side(finding.verdict, finding.reasons[0] if finding.reasons else "", tuple(quotes(finding)), total)
