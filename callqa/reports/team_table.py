"""The numbers of a team's report as a table."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from pathlib import Path

from callqa.reports.coaching_context import ItemFigures
from callqa.reports.table_files import columns_of, write_xlsx
from callqa.reports.team_context import TeamReport


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One item of a team's report; the columns of xlsx, in this order. `team` is empty for the whole centre.

    `met` of `judged` calls are those of the days from `since` to `until`, `before_` those of as many days before.
    `low` and `high` bound the share of met (0 to 1) at 95 %, empty without a judged call. `past_low` to `past_high`
    bound by how much the share is above that before; empty where either side has too few. `lost_per_call` are points.
    `agents_below` of `agents_judged` surely do the item too seldom; empty where nobody does.
    """

    team: str | None
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
    past_low: float | None
    past_high: float | None
    lost_per_call: float
    agents_below: float | None
    agents_judged: float | None


def write_team_xlsx(report: TeamReport, path: Path) -> int:
    """Write a row per item to a file, which appears complete or not at all; returns the number of rows.

    Raises InputError when the file cannot be written.
    """
    return write_xlsx(columns_of(TeamRow), (astuple(_row(report, item)) for item in report.items), path)


def _row(report: TeamReport, item: ItemFigures) -> TeamRow:
    past = item.against_past
    need = next((one for one in report.needs if one.item_id == item.item_id), None)
    return TeamRow(
        team=report.team,
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
        past_low=past.low if past else None,
        past_high=past.high if past else None,
        lost_per_call=item.lost_per_call,
        agents_below=need.below if need else None,
        agents_judged=need.judged if need else None,
    )
