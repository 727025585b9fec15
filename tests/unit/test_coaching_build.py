"""What is chosen for a coaching talk, and the intervals it rests on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.practice import find_practice
from callqa.reports.coaching_build import choose, gap, item_figures, rest_of, weeks
from callqa.reports.coaching_context import Ground
from callqa.reports.figures import wilson
from callqa.reports.practice import read_practice
from callqa.standards import find_standard
from models.errors import StandardError
from models.rollup import DayTally, Figures, ItemTally, Tally
from models.scorecard import Verdict

DAY = date(2026, 11, 2)


def item(met: int, judged: int, item_id: str = "greeting", not_applicable: int = 0) -> ItemTally:
    verdicts = dict.fromkeys(Verdict, 0) | {
        Verdict.MET: met, Verdict.MISSED: judged - met, Verdict.NOT_APPLICABLE: not_applicable
    }  # fmt: skip
    return ItemTally(item_id, verdicts, 10.0 * met, 10.0 * (judged + not_applicable))


@pytest.mark.parametrize(
    ("now", "before", "team", "strength", "habit"),
    [
        ((38, 40), (20, 40), (20, 40), Ground.OWN_PAST, None),
        ((20, 40), (38, 40), (20, 40), None, Ground.OWN_PAST),
        # The own past decides before the team does.
        ((28, 40), (10, 40), (39, 40), Ground.OWN_PAST, None),
        ((20, 40), (20, 40), (39, 40), None, Ground.TEAM),
        ((36, 40), (36, 40), (20, 40), Ground.TEAM, None),
        ((40, 40), (40, 40), (40, 40), Ground.LEVEL, None),
        ((20, 40), (20, 40), (20, 40), None, Ground.LEVEL),
        ((33, 40), (32, 40), (34, 40), None, None),
        ((0, 4), (40, 40), (40, 40), None, None),
        ((0, 0), (40, 40), (40, 40), None, None),
    ],
)
def test_what_stands_out(
    now: tuple[int, int], before: tuple[int, int], team: tuple[int, int], strength: Ground | None, habit: Ground | None
) -> None:
    chosen = choose(item_figures([item(*now)], [item(*before)], [item(*team)], {}))
    assert [point.ground for point in chosen.strengths] == ([strength] if strength else [])
    assert [point.ground for point in chosen.habits] == ([habit] if habit else [])


def test_two_habits_that_cost_most() -> None:
    rates = {"a": 20, "b": 5, "c": 10}
    items = item_figures([item(met, 40, name) for name, met in rates.items()], [], [], {"a": "A", "b": "B", "c": "C"})
    assert [point.figures.title for point in choose(items).habits] == ["B", "C"]


def test_points_are_lost_only_where_the_item_was_judged() -> None:
    (figures,) = item_figures([item(5, 10, not_applicable=30)], [], [], {})
    assert figures.lost_per_call == 5


shares = st.integers(5, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(shares, shares)
def test_a_gap_lies_in_its_interval_and_turns_with_its_sides(one: tuple[int, int], other: tuple[int, int]) -> None:
    forth, back = gap(wilson(*one), wilson(*other)), gap(wilson(*other), wilson(*one))
    assert forth is not None
    assert back is not None
    assert -1 - 1e-9 <= forth.low <= forth.difference + 1e-12 <= forth.high + 1e-9 <= 1 + 1e-6
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


def test_the_interval_of_newcombes_own_example() -> None:
    # Newcombe 1998, table II, 56/70 and 48/80: 0.0524 to 0.3339.
    found = gap(wilson(56, 70), wilson(48, 80))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@given(st.lists(st.integers(0, 20), max_size=40), st.integers(0, 30))
def test_weeks_hold_every_call_of_the_period_once(offsets: list[int], length: int) -> None:
    days = [DayTally(DAY + timedelta(days=offset), Tally(1, 1, 9000, 81_000_000)) for offset in offsets]
    found = weeks(days, DAY, DAY + timedelta(days=length))
    assert sum(week.score.n for week in found) == sum(offset <= length for offset in offsets)
    assert (found[0].since, found[-1].until) == (DAY, DAY + timedelta(days=length))


def test_the_rest_of_the_team_and_the_agent_are_the_team() -> None:
    team = Figures(Tally(10, 10, 900, 90_000), (), (item(7, 10), item(2, 2, "closing")))
    own = Figures(Tally(4, 4, 300, 30_000), (), (item(3, 4),))
    rest = rest_of(team, own)
    assert rest.tally == Tally(6, 6, 600, 60_000)
    assert [(one.item_id, one.met, one.judged) for one in rest.items] == [("greeting", 4, 6), ("closing", 2, 2)]


@pytest.mark.parametrize(("language", "standard"), [("zh", "telecom-hotline-zh"), ("en", "service-desk-en")])
def test_every_item_of_the_shipped_standards_has_practice(language: str, standard: str) -> None:
    assert {one.id for one in find_standard(standard).items} <= set(find_practice("", language))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("items:\n  greeting:\n    - title: x\n", "own.yaml:3: items.greeting.0.how"),
        ("items:\n  greeting:\n    - title: x\n      how: y\n      url: z\n", "own.yaml:5: items.greeting.0.url"),
        ("things: {}\n", "own.yaml:1:"),
        ("- a\n", "own.yaml:1: is not a training library"),
    ],
)
def test_a_library_says_where_it_is_wrong(text: str, said: str) -> None:
    with pytest.raises(StandardError) as caught:
        read_practice(text, "own.yaml")
    assert said in str(caught.value)
