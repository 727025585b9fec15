"""Champion against challenger: who is used."""

import pytest

from scoring.classifier.contest import Case, duels, should_promote


def cases(item: str, champion: bool, challenger: bool, units: int = 20) -> list[Case]:
    return [Case(f"u{i}", item, True, champion, challenger) for i in range(units)]


@pytest.mark.parametrize(
    ("found", "promoted"),
    [
        ([], False),
        (cases("a", True, True), False),
        (cases("a", False, True), True),
        (cases("a", False, True) + cases("b", True, False), False),
        ([*cases("a", True, True, 19), Case("u99", "a", True, False, True)], False),
    ],
)
def test_only_a_sure_gain_without_a_sure_loss_is_promoted(found: list[Case], promoted: bool) -> None:
    assert should_promote(duels(found)) is promoted


def test_the_same_cases_give_the_same_intervals() -> None:
    found = [*cases("a", True, True, 9), Case("x", "a", False, True, False)]
    assert duels(found) == duels(found[::-1])
