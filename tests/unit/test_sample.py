"""The draw of an agent's day: its size, its chances, and that it is the same whoever makes it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from models.sample import Lots, draw

DAY = date(2026, 11, 20)
CALLS = {f"r{number}": number < 4 for number in range(10)}


def test_each_call_is_drawn_as_often_as_its_chance_says() -> None:
    days = 4000
    found = Counter(
        one for day in range(days) for one in draw("A17", DAY + timedelta(days=day), CALLS, 2, 1).recording_ids
    )
    one = draw("A17", DAY, CALLS, 2, 1)

    assert (one.chance(is_unsure=True), one.chance(is_unsure=False)) == pytest.approx((1 - 0.8 * 0.75, 0.2))
    for recording_id, is_unsure in CALLS.items():
        assert found[recording_id] / days == pytest.approx(one.chance(is_unsure), abs=0.03)


def test_the_same_calls_give_the_same_draw_in_any_order() -> None:
    assert draw("A17", DAY, CALLS, 2, 1) == draw("A17", DAY, dict(reversed(CALLS.items())), 2, 1)


def test_without_a_second_draw_doubt_changes_nothing() -> None:
    plain = draw("A17", DAY, CALLS, 2, 0)

    assert plain.recording_ids == draw("A17", DAY, dict.fromkeys(CALLS, False), 2, 0).recording_ids
    assert plain.chance(is_unsure=True) == plain.chance(is_unsure=False) == 0.2


def test_a_day_smaller_than_its_draw_is_drawn_whole() -> None:
    few = draw("A17", DAY, {"r1": True, "r2": False}, 5, 5)

    assert (few.of_all, few.of_unsure) == (Lots(2, 2), Lots(1, 1))
    assert few.recording_ids == ("r1", "r2")
    assert few.unsure_ids == {"r1"}
    assert (few.chance(is_unsure=True), few.chance(is_unsure=False)) == (1.0, 1.0)
    assert draw("A17", DAY, {}, 1, 1).chance(is_unsure=True) == 0.0
