"""Totals: renormalised points, deductions, fatal violations, bands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scorecard import Finding, Verdict
from scoring.grade import grade
from tests import factories
from tests.unit.scoring_calls import standard

MET, MISSED, NONE, UNSEEN = Verdict.MET, Verdict.MISSED, Verdict.NOT_APPLICABLE, Verdict.NOT_EVALUATED


def deduction(points: float, fatal: bool = False) -> Finding:
    return factories.finding("prohibited", Verdict.VIOLATED, points, 0, fatal=fatal)


@pytest.mark.parametrize(
    ("findings", "total", "band"),
    [
        ([factories.finding("a", MET, 10, 10)], 100.0, "优秀"),
        ([factories.finding("a", MET, 10, 10), factories.finding("b", MISSED, 0, 20)], 33.3, "不合格"),
        ([factories.finding("a", MET, 10, 10), factories.finding("b", NONE, 0, 20)], 100.0, "优秀"),
        ([factories.finding("a", MET, 10, 10), factories.finding("b", UNSEEN, 0, 20)], 100.0, "优秀"),
        ([factories.finding("a", MET, 10, 10), deduction(-15)], 85.0, "良好"),
        ([factories.finding("a", MISSED, 0, 10), deduction(-15)], 0.0, "不合格"),
        ([factories.finding("a", NONE, 0, 10), deduction(-15)], None, "无法评分"),
        ([], None, "无法评分"),
    ],
)
def test_totals(findings: list[Finding], total: float | None, band: str) -> None:
    result = grade(findings, standard())
    assert (result.total, result.band) == (total, band)


def test_fatal_keeps_what_it_would_have_been() -> None:
    result = grade([factories.finding("a", MET, 9, 10), deduction(0, fatal=True)], standard())
    assert (result.total, result.before_fatal, result.band, result.fatal) == (0.0, 90.0, "不合格", True)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), max_size=6), st.integers(-200, 0))
def test_totals_stay_within_bounds(points: list[tuple[int, int]], deducted: int) -> None:
    findings = [factories.finding(str(i), MET, min(p, most), most) for i, (p, most) in enumerate(points)]
    result = grade([*findings, deduction(deducted)], standard())
    assert (result.total is None) == (not points)
    assert result.total is None or 0 <= result.total <= 100
