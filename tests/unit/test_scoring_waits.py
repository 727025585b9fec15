"""Which silences are waits that the agent let the customer have."""

from __future__ import annotations

import pytest

from models.call import CallMeta
from scoring import Case, load_standard
from scoring.cases import transcript_of
from scoring.criteria.hold import waits
from scoring.view import view
from tests.unit.small_standard import SMALL


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("agent 0-1: 请稍等", "agent 11-12: 查到了"), [(1, 10, 0, 1)]),
        # Who agrees to wait waits.
        (("agent 0-1: 请稍等", "customer 1-2: 好的", "agent 12-13: 查到了"), [(2, 10, 0, 2)]),
        (("agent 0-1: 请稍等", "customer 9-10: 还在吗", "agent 20-21: 在"), [(1, 8, 0, 2), (10, 10, 0, 2)]),
        # The customer tries something out.
        (("agent 0-1: 您重启一下", "customer 1-2: 好的", "customer 30-31: 好了", "agent 31-32: 好"), []),
        (("customer 0-1: 喂", "agent 10-11: 您好"), []),
        (("agent 0-1: 请稍等", "customer 30-31: 喂"), [(1, 29, 0, None)]),
        (("agent: 请稍等", "agent: 查到了"), []),
    ],
)
def test_waits(turns: tuple[str, ...], expected: list[tuple[float, float, int, int | None]]) -> None:
    standard = load_standard(SMALL, "x")
    call = view(transcript_of(Case("t", turns, {}), "zh"), CallMeta("c"), standard)
    found = [(w.start_s, w.length_s, w.before.place, w.after.place if w.after else None) for w in waits(call)]
    assert found == expected
