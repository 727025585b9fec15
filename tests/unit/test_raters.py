"""Agreement of raters, against worked examples that were published."""

from __future__ import annotations

import pytest

from callqa.services.raters import agreement

FLEISS_1971 = """0 0 0 0 14
0 2 6 4 2
0 0 3 5 6
0 3 9 2 0
2 2 8 1 1
7 7 0 0 0
3 2 6 3 0
2 5 3 2 2
6 5 2 1 0
0 2 2 3 7"""
"""Ten subjects, fourteen raters, five categories: the worked example of many textbooks, kappa 0.210."""

KRIPPENDORFF_2011 = """1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 ."""
"""Four observers, twelve units, gaps: section C of "Computing Krippendorff's Alpha-Reliability"."""


def by_unit(observers: str) -> list[list[str | None]]:
    rows = [[None if value == "." else value for value in line.split()] for line in observers.splitlines()]
    return [list(unit) for unit in zip(*rows, strict=True)]


def pairs(table: dict[tuple[str, str], int]) -> list[list[str | None]]:
    return [list(pair) for pair, times in table.items() for _ in range(times)]


def test_fleiss_1971() -> None:
    ratings: list[list[str | None]] = [
        [str(category) for category, times in enumerate(line.split()) for _ in range(int(times))]
        for line in FLEISS_1971.splitlines()
    ]
    found = agreement(ratings)
    assert found.fleiss.value == pytest.approx(0.210, abs=0.0005)
    assert found.percent.value == pytest.approx(0.378, abs=0.0005)


def test_cohen_1960() -> None:
    """Two judges, 200 subjects: 0.70 observed, 0.41 by chance, kappa 0.492."""
    shares = ((44, 5, 1), (7, 20, 3), (9, 5, 6))
    table = {(str(a), str(b)): 2 * share for a, row in enumerate(shares) for b, share in enumerate(row)}
    found = agreement(pairs(table))
    assert found.units == 200
    assert found.percent.value == pytest.approx(0.70)
    assert found.cohen.value == pytest.approx(0.492, abs=0.0005)


@pytest.mark.parametrize(
    ("observers", "alpha"),
    [
        ("0 1 0 0 0 0 0 0 1 0\n1 1 1 0 0 1 0 0 0 0", 0.095),
        ("a a b b d c c c e d d a\nb a b b b c c c e d d d", 0.692),
        (KRIPPENDORFF_2011, 0.743),
    ],
)
def test_krippendorff_2011(observers: str, alpha: float) -> None:
    assert agreement(by_unit(observers)).alpha.value == pytest.approx(alpha, abs=0.0005)


def test_intervals_hold_the_value_and_come_out_the_same_again() -> None:
    found = agreement(by_unit(KRIPPENDORFF_2011))
    assert found == agreement(by_unit(KRIPPENDORFF_2011))
    for one in (found.percent, found.cohen, found.fleiss, found.alpha):
        assert one.value is not None
        assert one.low is not None
        assert one.high is not None
        assert one.low <= one.value <= one.high <= 1


def test_what_chance_explains_has_no_coefficient() -> None:
    alike = agreement([["met", "met"]] * 5)
    assert (alike.percent.value, alike.cohen.value, alike.fleiss.value, alike.alpha.value) == (1.0, None, None, None)
    assert agreement([]).units == 0
    assert agreement([["met", None], [None, "missed"]]).percent.value is None
    assert agreement([["met", "missed"]]).percent == agreement([["met", "missed"]]).percent.__class__(0.0)


def test_items_of_one_call_are_one_draw() -> None:
    units: list[list[str | None]] = [["met", "met"], ["met", "missed"]] * 3
    apart, together = agreement(units), agreement(units, ["C1", "C1", "C2", "C2", "C3", "C3"])
    assert (apart.units, together.units) == (6, 3)
    assert together.percent.value == apart.percent.value == 0.5
    assert (together.percent.low, together.percent.high) == (0.5, 0.5)
    assert apart.percent.low is not None
    assert apart.percent.low < 0.5
