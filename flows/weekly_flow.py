"""The reports of a week, for Monday morning."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from prefect import flow, get_run_logger
from pydantic import Field

from callqa.bootstrap import open_database, today, wording
from callqa.services.weekly import week_of, write_weekly
from flows.flow_settings import flow_settings


@flow(name="weekly-reports", validate_parameters=True)
def weekly_reports(
    week: Annotated[str | None, Field(description="ISO week, as 2026-W47; none: the last one that is over.")] = None,
    standard: Annotated[str | None, Field(description="Service standard: name, ID or file; none: the setting.")] = None,
) -> dict[str, Any] | None:
    """Write them into HOME/reports/weekly; None where nobody had a scored call in that week."""
    settings = flow_settings(standard)
    days, now = week_of(week, today(settings)), datetime.now(ZoneInfo(settings.time_zone))
    folder = settings.home / "reports" / "weekly"
    done = write_weekly(days, folder, wording(settings), now, open_database(settings))
    get_run_logger().info("%s", done)
    return None if done is None else {"index": str(done.index), "agents": done.agents, "teams": done.teams}
