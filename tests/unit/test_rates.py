"""True rates from a reviewed sample: what they hold, and when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.services.rates import rates, verdicts_of
from models.sample import SampledVerdict
from models.scorecard import Verdict
from scoring.rates import (
    ENOUGH_REVIEWED,
    FEWEST_DOUBLE,
    FEWEST_REVIEWED,
    NO_ERROR,
    DoubleVerdicts,
    Drawn,
    reviewer_error,
    reviewer_errors,
    true_rate,
)
from tests import factories
from tests.simulated_reviews import RATES, UNLIKE_ERRORS, month


def drawn(machine: bool, faults: int, of: int, chance: float = 0.1) -> list[Drawn]:
    return [Drawn(machine, number < faults, chance) for number in range(of)]


def test_faults_that_the_machine_overlooked_count_and_charges_in_vain_do_not() -> None:
    rate = true_rate({True: 100, False: 900}, drawn(True, 15, 20) + drawn(False, 2, 80))

    # 75 of the 100 charged, and one in forty of the 900 others.
    assert rate.share == pytest.approx((75 + 900 / 40) / 1000)
    assert rate.low is not None
    assert rate.high is not None
    assert 0.0 < rate.low < 0.0975 < rate.high < 0.2


def test_each_call_counts_for_as_many_as_its_chance_says() -> None:
    often, seldom = drawn(False, 0, 40, chance=0.5), drawn(False, 10, 10, chance=0.05)

    assert true_rate({False: 280}, often + seldom).share == pytest.approx(200 / 280)


@pytest.mark.parametrize(
    ("sample", "missing"),
    [([], FEWEST_REVIEWED), (drawn(False, 3, FEWEST_REVIEWED - 1), 1)],
)
def test_too_few_reviews_give_no_rate_and_say_how_many_are_missing(sample: Sequence[Drawn], missing: int) -> None:
    rate = true_rate({False: 500}, sample)

    assert (rate.share, rate.low, rate.high) == (None, None, None)
    assert (rate.reviewed, rate.missing) == (len(sample), missing)


def test_a_run_that_was_reviewed_whole_is_known_without_an_interval() -> None:
    everything = drawn(True, 8, 10, chance=1.0) + drawn(False, 4, 90, chance=1.0)
    rate = true_rate({True: 10, False: 90}, everything)

    assert (rate.share, rate.low, rate.high) == pytest.approx((0.12, 0.12, 0.12))


def test_no_fault_in_the_sample_is_not_no_fault() -> None:
    rate = true_rate({False: 10_000}, drawn(False, 0, 100))

    assert rate.share == 0.0
    assert rate.low == 0.0
    assert rate.high == pytest.approx(0.036, abs=0.001)  # the rule of three and a bit, two-sided: Clopper and Pearson


def test_where_nothing_that_the_machine_charged_was_drawn_all_of_it_is_open() -> None:
    rate = true_rate({True: 200, False: 800}, drawn(False, 0, 100))

    assert rate.high is not None
    assert rate.high >= 0.2
    assert rate.share == pytest.approx(0.2)  # the machine's word stands where nobody looked


def test_what_reviewers_get_wrong_is_taken_out() -> None:
    sample = drawn(False, 50, 500)
    error = reviewer_error(DoubleVerdicts(95, 1000))

    assert error.share == pytest.approx(0.05, abs=0.001)
    freed, raw = true_rate({False: 5000}, sample, error), true_rate({False: 5000}, sample)
    assert raw.share == pytest.approx(0.1)
    assert freed.share == pytest.approx(0.05 / 0.9, abs=0.001)
    assert [raw.is_freed, freed.is_freed] == [False, True]
    assert freed.high is not None
    assert freed.low is not None
    assert raw.high is not None
    assert raw.low is not None
    assert freed.high - freed.low > raw.high - raw.low


def test_reviewers_who_were_never_calibrated_are_believed() -> None:
    assert reviewer_errors({}).on("greeting") == NO_ERROR


def test_reviewers_err_as_they_do_on_the_item_where_enough_is_known_of_it_else_as_on_all() -> None:
    few = DoubleVerdicts(5, FEWEST_DOUBLE - 0.5)
    errors = reviewer_errors({"tone": DoubleVerdicts(30, 150), "greeting": DoubleVerdicts(0, 150), "closing": few})

    assert errors.on("tone") == reviewer_error(DoubleVerdicts(30, 150))
    assert errors.on("greeting").share == 0.0
    assert errors.on("greeting").high > 0.0
    together = reviewer_error(DoubleVerdicts(35, 300 + few.pairs))
    assert errors.on("closing") == errors.on("unheard of") == together


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0.01, 1.0)), min_size=FEWEST_REVIEWED, max_size=80),
    st.integers(0, 400),
    st.integers(0, 60),
)
def test_the_interval_holds_the_estimate_and_both_are_shares(
    sample: list[tuple[bool, bool, float]], differing: int, more: int
) -> None:
    calls = {machine: sum(one[0] is machine for one in sample) * 3 + more for machine in (True, False)}
    rate = true_rate(calls, [Drawn(*one) for one in sample], reviewer_error(DoubleVerdicts(differing, 1000)))

    assert rate.share is not None
    assert rate.low is not None
    assert rate.high is not None
    assert 0.0 <= rate.low <= rate.share + 1e-9
    assert rate.share - 1e-9 <= rate.high <= 1.0


def test_what_could_not_be_evaluated_is_in_no_rate() -> None:
    verdicts = [Verdict.MET] * 40 + [Verdict.NOT_EVALUATED] * 40
    cards = [factories.scorecard(findings=(factories.finding(verdict=said),)) for said in verdicts]
    sampled = [
        SampledVerdict("greeting", Verdict.MET, said, 0.5)
        for said in [Verdict.NOT_EVALUATED] * 9 + [Verdict.MISSED] * 10 + [Verdict.PARTIAL] * 20
    ]

    rate = rates(verdicts_of(cards), sampled, reviewer_errors({}))["greeting"]
    assert rate.reviewed == 30
    assert rate.share == pytest.approx(1 / 3)
    assert (rate.unreviewed, rate.answered) == (0, 1.0)


@pytest.mark.parametrize(
    ("judged", "open_ones", "is_doubtful"),
    [(40, 10, False), (40, 11, True), (40, 0, False), (FEWEST_REVIEWED - 1, 99, False)],
)
def test_a_rate_says_how_much_of_the_draw_it_rests_on(judged: int, open_ones: int, is_doubtful: bool) -> None:
    cards = [factories.scorecard(findings=(factories.finding(verdict=Verdict.MET),))] * 500
    said = [Verdict.MET] * judged + [None] * open_ones + [Verdict.NOT_EVALUATED] * 50
    # What nobody can judge is not open.
    sampled = [SampledVerdict("greeting", Verdict.MET, one, 0.1) for one in said]
    sampled += [SampledVerdict("greeting", Verdict.NOT_EVALUATED, None, 0.1)] * 50

    rate = rates(verdicts_of(cards), sampled, reviewer_errors({}))["greeting"]
    assert (rate.reviewed, rate.unreviewed) == (judged, open_ones)
    assert rate.answered == pytest.approx(judged / (judged + open_ones))
    assert rate.is_doubtful is is_doubtful
    assert (rate.answered < ENOUGH_REVIEWED) is (is_doubtful or judged < FEWEST_REVIEWED)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agents", "calls", "drawn_a_day", "unsure_a_day"), [(10, 3, 1, 0), (20, 7, 1, 0), (20, 7, 1, 1), (60, 20, 1, 0)]
)
def test_intervals_hold_the_truth_in_93_of_100_months(
    agents: int, calls: int, drawn_a_day: int, unsure_a_day: int
) -> None:
    months = [month(seed, agents, calls, drawn_a_day, unsure_a_day) for seed in range(200)]
    for item in RATES:
        found = [one[item] for one in months]
        held = fmean(f.rate.low <= f.truth <= f.rate.high for f in found if f.rate.low is not None and f.rate.high)
        wide = fmean(f.rate.high - f.rate.low for f in found if f.rate.low is not None and f.rate.high)
        assert held >= 0.93
        # An interval that says nothing holds everything.
        assert wide < 0.12


@pytest.mark.slow
def test_where_reviewers_err_unlike_on_unlike_items_the_intervals_still_hold_the_truth() -> None:
    months = [month(seed, 10, 3, errors=UNLIKE_ERRORS) for seed in range(200)]
    for item in RATES:
        found = [one[item] for one in months]
        held = fmean(f.rate.low <= f.truth <= f.rate.high for f in found if f.rate.low is not None and f.rate.high)
        assert held >= 0.93, item
