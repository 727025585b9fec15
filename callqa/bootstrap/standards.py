"""Which service standard applies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from callqa.bootstrap.clock import today
from callqa.bootstrap.database import has_database, open_database
from callqa.settings import Settings
from callqa.standards import FoundStandard, find, find_days, find_standard
from models.call import CallMeta
from models.errors import NoVersionError
from models.scorecard import StandardRef
from models.standard import PublishedStandard
from scoring import SHIPPED_STANDARDS, ServiceStandard


def standard_for(settings: Settings, day: date, name: str | None = None) -> FoundStandard:
    """The standard that `name`, or the setting, means on that day, with the company's own days.

    Raises StandardError when it means none, or when the file of those days cannot be used.
    """
    found = find(name or settings.standard, day, lambda standard_id: published_versions(settings, standard_id))
    return replace(found, days=find_days(settings.company_days))


def standard_by_call(settings: Settings) -> Callable[[CallMeta], ServiceStandard | None]:
    """The version of the configured standard that holds on the day of a call; of one without a date, today's.

    None where no version holds. Raises StandardError when the setting names no standard at all.
    """
    zone, undated = ZoneInfo(settings.time_zone), today(settings)
    versions, days = published_versions(settings, settings.standard), find_days(settings.company_days)
    only = None if versions else standard_for(settings, undated).standard

    def standard_of(meta: CallMeta) -> ServiceStandard | None:
        if only is not None:
            return only
        return by_day(meta.started_at.astimezone(zone).date() if meta.started_at is not None else undated)

    @lru_cache(maxsize=400)
    def by_day(day: date) -> ServiceStandard | None:
        try:
            return find(settings.standard, day, lambda _: versions).standard.with_days(days)
        except NoVersionError:
            return None

    return standard_of


def published_versions(settings: Settings, standard_id: str) -> Sequence[PublishedStandard]:
    """Published versions, none where there is no database yet."""
    if not has_database(settings):
        return ()
    with open_database(settings)() as uow:
        return uow.standards.versions(standard_id)


def standard_by_ref(settings: Settings, ref: StandardRef) -> ServiceStandard | None:
    """Exactly this version: published, or shipped; None when neither is it."""
    if ref.id in SHIPPED_STANDARDS:
        shipped = find_standard(ref.id)
        if shipped.ref == ref:
            return shipped
    published = next((v for v in published_versions(settings, ref.id) if v.ref == ref), None)
    return None if published is None else find(published.name, date.min, lambda _: (published,)).standard
