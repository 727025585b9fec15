"""What a team's report says, and the intervals it rests on."""

from __future__ import annotations

import pytest

from callqa.reports.coaching_build import item_figures
from callqa.reports.practice import Exercise
from callqa.reports.team_build import changed, improved, needs, shift
from models.call import UNASSIGNED_AGENT
from models.rollup import HUNDREDTHS, ItemTally, Tally
from models.scorecard import Verdict


def tally(*totals: int) -> Tally:
    scaled = [total * HUNDREDTHS for total in totals]
    return Tally(len(totals), len(totals), sum(scaled), sum(total * total for total in scaled))


def item(item_id: str, met: int, judged: int) -> ItemTally:
    verdicts = dict.fromkeys(Verdict, 0) | {Verdict.MET: met, Verdict.MISSED: judged - met}
    return ItemTally(item_id, verdicts, 10.0 * met, 10.0 * judged)


def test_a_shift_is_as_welch_reckons_it() -> None:
    # scipy.stats.ttest_ind(equal_var=False): 9.24 to 23.96 with 6.51 degrees of freedom; here the whole below it.
    found = shift(tally(80, 82, 84, 86, 88, 90), tally(60, 70, 65, 75, 72))

    assert found is not None
    assert found.points == pytest.approx(16.6)
    assert found.low == pytest.approx(9.24, abs=0.2)
    assert found.high == pytest.approx(23.96, abs=0.2)


@pytest.mark.parametrize("few", [(), (80,), (80, 81, 82, 83)])
def test_too_few_calls_on_either_side_have_no_shift(few: tuple[int, ...]) -> None:
    enough = tally(70, 71, 72, 73, 74)
    assert shift(tally(*few), enough) is None
    assert shift(enough, tally(*few)) is None


def test_items_changed_by_more_than_chance_come_first_by_size_whatever_the_direction() -> None:
    now = [item("a", 30, 40), item("b", 5, 40), item("c", 21, 40), item("d", 4, 4)]
    before = [item("a", 15, 40), item("b", 35, 40), item("c", 20, 40), item("d", 0, 4)]

    assert [one.item_id for one in changed(item_figures(now, before, [], {}))] == ["b", "a"]


def test_most_improved_are_those_beyond_chance_against_their_own_past() -> None:
    low, high = tally(60, 62, 64, 66, 68, 70), tally(90, 91, 92, 93, 94, 95)
    now = {"A1": high, "A2": low, "A3": high, "A4": tally(90, 91), "A5": high, UNASSIGNED_AGENT: high}
    before = {"A1": low, "A2": high, "A3": high, "A4": low, UNASSIGNED_AGENT: low}

    found, compared = improved(now, before, {"A1": "Lin Yi"})

    assert [(one.agent_id, one.name) for one in found] == [("A1", "Lin Yi")]
    assert compared == 3


def test_of_many_agents_one_who_rises_by_chance_is_not_named() -> None:
    one, other = tally(70, 72, 74, 76, 78, 80), tally(63, 66, 68, 70, 72, 73)
    alone, _ = improved({"A0": one}, {"A0": other}, {})
    crowd = {f"A{number}": one for number in range(500)}
    among, compared = improved(crowd, dict.fromkeys(crowd, other), {})
    assert [name.agent_id for name in alone] == ["A0"]
    assert (among, compared) == ((), 500)


def test_equal_scores_make_nobody_certain() -> None:
    found, compared = improved({"A1": tally(*[90] * 5)}, {"A1": tally(*[80] * 5)}, {})
    assert (found, compared) == ((), 0)


def test_needs_count_the_agents_who_are_surely_below() -> None:
    exercise = Exercise("Ten openings", "Say it.")
    agents = [
        [item("greeting", 2, 20), item("closing", 20, 20)],
        [item("greeting", 19, 20), item("closing", 2, 20)],
        [item("greeting", 3, 20), item("closing", 0, 4)],
    ]

    found = needs(agents, {"greeting": "Greeting"}, {"greeting": (exercise,)})

    assert [(one.item_id, one.title, one.below, one.judged) for one in found] == [
        ("greeting", "Greeting", 2, 3),
        ("closing", "closing", 1, 2),
    ]
    assert (found[0].practice, found[1].practice) == ((exercise,), ())
    assert needs([], {}, {}) == ()
