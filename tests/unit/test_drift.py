"""The drift alarm's figures: quiet where nothing has shifted, sure where something has, and never louder than asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.drift import Cause, Course, DaySums, DriftRules, Measure, Subject, shifts
from tests.drift_days import Centre, night

RULES = DriftRules()
CENTRES = (Centre(60, 0.0), Centre(60, 0.05), Centre(60, 0.1), Centre(400, 0.05))
GREETING = Subject(Measure.FAULTS, "greeting")


def course(before: list[tuple[int, int]], now: list[tuple[int, int]], *causes: Cause) -> Course:
    """Days as (calls, faults)."""
    old, new = (tuple(DaySums(n, hits, hits) for n, hits in part) for part in (before, now))
    return Course(GREETING, old, new, causes)


def found(one: Course, rules: DriftRules = RULES) -> bool:
    return bool(shifts([one], rules)[0])


def test_stable_nights_are_told_of_in_less_than_one_of_twenty() -> None:
    """200 nights of four kinds of centres, weekends and days that differ by themselves among them."""
    nights = [(seed, centre) for centre in CENTRES for seed in range(50)]
    alarms = sum(bool(shifts(night(np.random.default_rng(seed), centre, 3), RULES)[0]) for seed, centre in nights)
    assert len(nights) == 200
    assert alarms <= 10


@pytest.mark.parametrize(("centre", "size", "least"), [(CENTRES[1], 0.5, 0.8), (CENTRES[3], 0.3, 0.8)])
def test_a_shift_is_found_within_three_nights(centre: Centre, size: float, least: float) -> None:
    """Of the faults of one item, in all teams: with 180 calls a day by half a deviation, with 1,200 by 0.3."""
    tried = [(seed, item) for seed in range(10) for item in ("item-2", "item-4", "item-6")]
    hits = 0
    for seed, item in tried:
        shifted, _ = shifts(night(np.random.default_rng(seed), centre, 3, item, size), RULES)
        hits += any(one.subject.item_id == item and one.now > one.before for one in shifted)
    assert hits / len(tried) >= least


def test_classifiers_that_differ_a_little_are_seldom_told_of_and_hide_no_shift() -> None:
    """A new one each week, the newest just before the newest days: by 1 point at a rate of one in twenty."""
    centre = Centre(60, 0.05, exchange=0.05)
    nights = [shifts(night(np.random.default_rng(seed), centre, 3), RULES)[0] for seed in range(50)]
    assert sum(map(bool, nights)) <= 5
    hits = [
        any(one.subject.item_id == "item-4" for one in shifts(night(np.random.default_rng(seed), centre, 3, "item-4", 0.5), RULES)[0])
        for seed in range(20)
    ]  # fmt: skip
    assert sum(hits) >= 14


def test_a_figure_of_one_classifier_only_says_nothing_of_exchanges() -> None:
    days = course([(100, 10)] * 7, [(100, 60)])
    of_one = replace(days, reference=(*days.reference, *[DaySums(0, 0, 0)] * 7), routine=(Cause.SCORER,))
    for blocks, is_found in (((0,) * 7 + (1,) * 7, False), ((0, 0, 0, 1, 1, 1, 1) + (2,) * 7, True)):
        assert found(replace(of_one, blocks=blocks)) == is_found


def test_a_large_centre_is_not_alarmed_by_a_tenth_of_a_point() -> None:
    one = course([(1_000_000, 100_000)] * 28, [(1_000_000, 101_000)])
    assert found(one, replace(RULES, effect=0.0))
    assert not found(one)


def test_days_that_differ_by_themselves_are_part_of_what_is_usual() -> None:
    """The same newest day, after days that were all alike and after days that lie as far beside as it does."""
    newest = [(1000, 180)]
    assert found(course([(1000, 100)] * 28, newest))
    assert not found(course([(1000, 40), (1000, 160)] * 14, newest))


def test_a_fault_never_seen_before_is_found_and_a_single_one_is_not() -> None:
    quiet = [(100, 0)] * 28
    assert found(course(quiet, [(100, 6)]))
    assert not found(course(quiet, [(100, 1)]))


def test_what_was_sure_and_stays_so_has_not_shifted() -> None:
    for hits in (0, 100):
        assert shifts([course([(100, hits)] * 28, [(100, hits)])], RULES) == ((), 1)


@pytest.mark.parametrize(
    ("days", "calls"),
    [(6, 100), (28, 29), (0, 100), (28, 0)],
)
def test_too_few_days_or_calls_are_not_compared(days: int, calls: int) -> None:
    assert shifts([course([(100, 0)] * days, [(calls, calls)])], RULES) == ((), 0)


def test_days_without_a_value_count_for_nothing() -> None:
    assert shifts([course([(100, 0)] * 6 + [(0, 0)] * 22, [(100, 100)])], RULES) == ((), 0)
    assert shifts([], RULES) == ((), 0)


def test_a_shift_names_what_was_changed_and_is_then_no_alarm() -> None:
    one = course([(100, 5)] * 28, [(100, 50)], Cause.ENGINE)
    ((shift,), compared) = shifts([one], RULES)
    assert compared == 1
    assert (shift.before, shift.now, shift.calls) == (0.05, 0.5, 100)
    assert (shift.causes, shift.is_alarm) == ((Cause.ENGINE,), False)
    assert shifts([replace(one, causes=())], RULES)[0][0].is_alarm


def test_the_more_figures_the_less_a_single_one_says() -> None:
    """What is told of alone is not told of among a thousand that have not shifted."""
    one = course([(100, 10)] * 28, [(100, 21)])
    still = [
        replace(course([(100, 10)] * 28, [(100, 10)]), subject=Subject(Measure.FAULTS, f"{n}")) for n in range(999)
    ]
    assert found(one)
    assert shifts([one, *still], RULES) == ((), 1000)


def test_means_are_compared_as_shares_are() -> None:
    def day(mean: float) -> DaySums:
        return DaySums(50, 50 * mean, 50 * (mean * mean + 100))

    subject = Subject(Measure.SCORE)
    before = tuple(day(80 + step % 3) for step in range(28))
    ((shift,), _) = shifts([Course(subject, before, (day(70), day(71)))], RULES)
    assert round(shift.now, 1) == 70.5
    assert shift.effect == pytest.approx(1.03, abs=0.05)
    assert shifts([Course(subject, before, (day(80), day(81)))], RULES)[0] == ()
