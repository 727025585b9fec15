"""What a back-test comes to, in the few figures that the page of a draft shows: sums, and nothing of any one call."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from callqa.reports.backtest import BacktestReport, FlipLine, GroupEffect
from models.scorecard import Verdict


@dataclass(frozen=True, slots=True)
class ItemFlips:
    """How the verdicts on one item change."""

    title: str
    flips: tuple[FlipLine, ...]

    @property
    def flipped(self) -> int:
        """Calls whose verdict changed."""
        return sum(line.calls for line in self.flips)


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """The effect on all calls since a day; `failed` are those that the rules could not digest. See `BacktestReport`."""

    since: date
    days: int
    failed: int
    overall: GroupEffect
    items: tuple[ItemFlips, ...]

    @property
    def flips(self) -> int:
        """Verdicts that changed, over all items."""
        return sum(item.flipped for item in self.items)


def trial_outcome(report: BacktestReport) -> TrialOutcome:
    """The outcome of a back-test."""
    items = tuple(ItemFlips(item.title, item.flips) for item in report.items)
    return TrialOutcome(report.since, report.days, report.failed, report.overall, items)


def outcome_to_json(outcome: TrialOutcome) -> dict[str, Any]:
    """As JSON; verdicts are text there."""
    return asdict(outcome) | {"since": outcome.since.isoformat()}


def outcome_from_json(document: dict[str, Any]) -> TrialOutcome:
    """The inverse."""
    items = tuple(ItemFlips(item["title"], tuple(map(_flip, item["flips"]))) for item in document["items"])
    overall = GroupEffect(**document["overall"])
    return TrialOutcome(
        date.fromisoformat(document["since"]), document["days"], document["failed"], overall, items
    )  # fmt: skip


def _flip(line: dict[str, Any]) -> FlipLine:
    before, after = (None if line[side] is None else Verdict(line[side]) for side in ("before", "after"))
    return FlipLine(before, after, line["calls"])
