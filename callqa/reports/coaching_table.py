"""The numbers of a coaching report as a table."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from pathlib import Path

from callqa.reports.coaching_context import CoachingReport, ItemFigures
from callqa.reports.table_files import columns_of, write_xlsx


@dataclass(frozen=True, slots=True)
class CoachingRow:
    """One item of an agent's report; the columns of xlsx, in this order.

    `met` of `judged` calls are those of the days from `since` to `until`, `before_` those of as many days before,
    `team_` those of the rest of the team. `low` and `high` bound the share of met (0 to 1) at 95 %, empty without a
    judged call. `past_low` to `past_high` bound by how much the share is above the own past, `rest_low` to `rest_high`
    above the team; empty where either side has too few. `lost_per_call` are points.
    """

    agent_id: str
    since: str = field(metadata={"width": 12})
    until: str = field(metadata={"width": 12})
    item_id: str
    title: str = field(metadata={"width": 20})
    met: float
    judged: float
    low: float | None
    high: float | None
    before_met: float
    before_judged: float
    team_met: float
    team_judged: float
    past_low: float | None
    past_high: float | None
    rest_low: float | None
    rest_high: float | None
    lost_per_call: float


def write_coaching_xlsx(report: CoachingReport, path: Path) -> int:
    """Write a row per item to a file, which appears complete or not at all; returns the number of rows.

    Raises InputError when the file cannot be written.
    """
    return write_xlsx(columns_of(CoachingRow), (astuple(_row(report, item)) for item in report.items), path)


def _row(report: CoachingReport, item: ItemFigures) -> CoachingRow:
    past, rest = item.against_past, item.against_team
    return CoachingRow(
        agent_id=report.agent_id,
        since=report.since.isoformat(),
        until=report.until.isoformat(),
        item_id=item.item_id,
        title=item.title,
        met=item.now.hits,
        judged=item.now.n,
        low=item.now.low,
        high=item.now.high,
        before_met=item.before.hits,
        before_judged=item.before.n,
        team_met=item.team.hits,
        team_judged=item.team.n,
        past_low=past.low if past else None,
        past_high=past.high if past else None,
        rest_low=rest.low if rest else None,
        rest_high=rest.high if rest else None,
        lost_per_call=item.lost_per_call,
    )
