"""When a process hangs: by a clock of the test."""

from __future__ import annotations

from callqa.services.in_hand import InHand, may_take_s


def test_a_recording_may_take_what_the_setting_allows_and_time_to_get_ready() -> None:
    assert may_take_s(10.0, 60.0) == 900.0
    assert may_take_s(10.0, None) == may_take_s(10.0, 3600.0), "one that does not say may well be long"


def test_it_hangs_when_no_result_comes_for_as_long_as_all_that_are_left_may_take() -> None:
    now_s = [100.0]
    in_hand = InHand({"long": 50.0, "short": 5.0}, lambda: now_s[0])
    now_s[0] += 55.0
    assert not in_hand.hangs(), "it may be at either, or at both"
    now_s[0] += 0.1
    assert in_hand.hangs()
    in_hand.settle("long")
    assert not in_hand.hangs(), "it goes on"
    now_s[0] += 5.1
    assert in_hand.hangs()
    in_hand.settle("short")
    in_hand.settle("short")
    assert not in_hand.hangs()
