"""The numbers of a coaching report as a table."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from pathlib import Path

from callqa.reports.coaching_context import ActionLine, CoachingReport, ItemFigures
from callqa.reports.table_files import Sheet, columns_of, write_sheets


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


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One agreed action of an agent; the columns of the sheet `actions`, in this order.

    `before_` counts the days up to the talk, `since_` those after it, empty where it is about no item; `change_low` to
    `change_high` bound by how much the share of met went up, empty where either side has too few. `outcome` is empty
    while the action is open.
    """

    agent_id: str
    note: float = field(metadata={"width": 8})
    written_on: str = field(metadata={"width": 12})
    item_id: str | None
    title: str | None = field(metadata={"width": 20})
    action: str = field(metadata={"width": 40})
    due_on: str | None = field(metadata={"width": 12})
    is_overdue: bool
    outcome: str | None
    said: str = field(metadata={"width": 40})
    answer: str | None = field(metadata={"width": 40})
    before_met: float | None
    before_judged: float | None
    since_met: float | None
    since_judged: float | None
    change_low: float | None
    change_high: float | None


def write_coaching_xlsx(report: CoachingReport, path: Path) -> int:
    """Write a row per item, and on a second sheet one per agreed action; returns the number of rows.

    The file appears complete or not at all. Raises InputError when it cannot be written.
    """
    items = Sheet("callqa", columns_of(CoachingRow), (astuple(_row(report, item)) for item in report.items))
    agreed = (astuple(_action_row(report.agent_id, action)) for action in report.actions)
    return write_sheets([items, Sheet("actions", columns_of(ActionRow), agreed)], path)


def _action_row(agent_id: str, line: ActionLine) -> ActionRow:
    note, before, since, change = line.note, line.before, line.since, line.change
    return ActionRow(
        agent_id=agent_id,
        note=note.id,
        written_on=line.written_on.isoformat(),
        item_id=note.item_id,
        title=line.title,
        action=note.action,
        due_on=note.due_on.isoformat() if note.due_on else None,
        is_overdue=line.is_overdue,
        outcome=note.outcome.value if note.outcome else None,
        said=note.note,
        answer=note.answer,
        before_met=before.hits if before else None,
        before_judged=before.n if before else None,
        since_met=since.hits if since else None,
        since_judged=since.n if since else None,
        change_low=change.low if change else None,
        change_high=change.high if change else None,
    )


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
