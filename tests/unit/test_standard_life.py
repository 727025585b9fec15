"""Which version of a standard holds on a day, and when its owner is reminded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.standard import REMIND_DAYS, in_force, review_reminder
from tests import factories

OLD = factories.published("1", date(2026, 1, 1))
NEW = factories.published("2", date(2026, 7, 1))
SUMMER = factories.published("summer", date(2026, 7, 10), date(2026, 7, 20))
MENDED = factories.published("2a", date(2026, 7, 1), published_at=factories.STARTED_AT + timedelta(hours=1))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "1"),
        (date(2026, 6, 30), "1"),
        (date(2026, 7, 1), "2a"),
        (date(2026, 7, 10), "summer"),
        (date(2026, 7, 20), "summer"),
        (date(2026, 7, 21), "2a"),
        (date(2030, 1, 1), "2a"),
    ],
)
def test_the_version_that_began_last_holds(day: date, expected: str | None) -> None:
    found = in_force([MENDED, SUMMER, OLD, NEW], day)
    assert (found.ref.version if found else None) == expected


def test_nothing_holds_after_the_last_day() -> None:
    ended = factories.published("1", date(2026, 1, 1), date(2026, 1, 31))
    assert in_force([ended], date(2026, 1, 31)) == ended
    assert in_force([ended], date(2026, 2, 1)) is None
    assert in_force([], date(2026, 2, 1)) is None


@pytest.mark.parametrize(("days", "reminded"), [(REMIND_DAYS + 1, False), (REMIND_DAYS, True), (0, True), (-3, True)])
def test_the_owner_is_reminded_two_weeks_before_the_review_and_until_it_is_done(days: int, reminded: bool) -> None:
    review_by = date(2027, 2, 1)
    reminder = review_reminder(OLD.ref, OLD.owner, review_by, review_by - timedelta(days=days))
    assert (reminder is not None) == reminded
    if reminder is not None:
        assert reminder.days_left == days
