"""Champion against challenger: F1 with the interval of the paired difference, and who should be used."""

from __future__ import annotations

import pytest

from models.scorecard import Verdict
from scoring.classifier.contest import ALL, Answer, Case, Duel, answer, duels, should_promote, worse

YES, NO, WRONG = Answer(claimed=True, right=True), Answer(claimed=False, right=False), Answer(claimed=True, right=False)


def cases(item: str, *, both: int = 0, gained: int = 0, lost: int = 0) -> list[Case]:
    """Calls in which something is due: found by both, only by the challenger, only by the champion."""
    sides = [(YES, YES)] * both + [(NO, YES)] * gained + [(YES, NO)] * lost
    return [Case(f"call-{n}", item, True, *side) for n, side in enumerate(sides)]


@pytest.mark.parametrize(
    ("criterion", "truth", "found", "due", "said"),
    [
        ("apology", Verdict.MET, Verdict.MET, True, YES),
        ("apology", Verdict.MET, Verdict.PARTIAL, True, WRONG),
        ("apology", Verdict.MISSED, Verdict.MET, False, WRONG),
        ("apology", Verdict.MISSED, Verdict.NOT_APPLICABLE, False, NO),
        ("prohibited", Verdict.VIOLATED, Verdict.VIOLATED, True, YES),
        ("prohibited", Verdict.MET, Verdict.VIOLATED, False, WRONG),
        ("prohibited", Verdict.MET, Verdict.MET, False, NO),
    ],
)
def test_credits_are_sought_and_of_prohibited_phrasing_charges(
    criterion: str, truth: Verdict, found: Verdict, due: bool, said: Answer
) -> None:
    assert answer(criterion, truth, found) == (due, said)


def test_f1_of_both_and_of_their_mean() -> None:
    mean, greeting, promise = duels([*cases("greeting", both=6, gained=2), *cases("promise", both=3, lost=1)])
    assert (mean.item, greeting.item, promise.item) == (ALL, "greeting", "promise")
    # 6 of 8 found: precision 1, recall 0.75.
    assert (greeting.champion, greeting.challenger, greeting.units) == (0.8571, 1.0, 8)
    assert (promise.champion, promise.challenger, promise.units) == (1.0, 0.8571, 4)
    assert mean.champion == pytest.approx((0.8571 + 1.0) / 2, abs=1e-4)
    assert greeting.low <= greeting.challenger - greeting.champion <= greeting.high


def test_of_nothing_there_is_no_duel() -> None:
    assert duels([]) == ()
    assert duels([Case("call-1", "greeting", False, NO, NO)]) == ()


def test_wrong_claims_count_against_a_side() -> None:
    found = duels([*cases("greeting", both=4), *(Case(f"n{i}", "greeting", False, NO, WRONG) for i in range(4))])
    assert (found[1].champion, found[1].challenger) == (1.0, 0.6667)


@pytest.mark.parametrize(
    ("played", "promoted"),
    [
        (cases("greeting", both=30), False),
        (cases("greeting", both=30, gained=1), True),
        (cases("greeting", both=30, lost=1), False),
        (cases("greeting", both=30, gained=2, lost=2), False),
        # The mean does not rise.
        ([*cases("greeting", both=30, gained=1), *cases("promise", both=30, lost=2)], False),
        (cases("greeting", both=30, gained=10), True),
        (cases("greeting", both=30, lost=10), False),
        ([*cases("greeting", both=30, gained=10), *cases("promise", both=30, lost=10)], False),
        ([*cases("greeting", both=30, gained=10), *cases("promise", both=30, lost=1)], True),
    ],
)
def test_the_challenger_is_used_where_it_is_better_on_the_whole_and_nowhere_surely_worse(
    played: list[Case], promoted: bool
) -> None:
    assert should_promote(duels(played)) is promoted


def test_the_same_cases_give_the_same_intervals() -> None:
    played = cases("greeting", both=20, gained=5, lost=3)
    assert duels(played) == duels(played[::-1])


def test_what_got_worse_is_named() -> None:
    bad = Duel("promise", 10, 0.9, 0.5, -0.6, -0.2)
    assert worse([Duel("greeting", 10, 0.9, 0.8, -0.2, 0.0), bad]) == (bad,)
