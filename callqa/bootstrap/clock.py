"""The time now."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from callqa.settings import Settings


def today(settings: Settings) -> date:
    """The date now in the configured time zone."""
    return now().astimezone(ZoneInfo(settings.time_zone)).date()


def now() -> datetime:
    """In UTC."""
    return datetime.now(UTC)
