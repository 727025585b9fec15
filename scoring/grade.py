"""From findings to a total: points of applicable items scaled to 100, deductions taken off, fatal violations to 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.scorecard import Finding, Verdict
from scoring.standard import ServiceStandard

_LEFT_OUT = (Verdict.NOT_APPLICABLE, Verdict.NOT_EVALUATED)


@dataclass(frozen=True, slots=True)
class Grade:
    """`total` is 0 to 100, None when no item could be evaluated."""

    total: float | None
    before_fatal: float | None
    band: str
    fatal: bool


def grade(findings: Sequence[Finding], standard: ServiceStandard) -> Grade:
    """The total of a call. Deductions are points of the 100, not scaled."""
    counted = [f for f in findings if f.verdict not in _LEFT_OUT and f.max_points > 0]
    fatal = any(f.fatal for f in findings)
    if not counted:
        band = standard.bands[-1].name if fatal else standard.document.not_graded
        return Grade(0.0 if fatal else None, None, band, fatal)
    earned = 100 * sum(f.points for f in counted) / sum(f.max_points for f in counted)
    deducted = sum(f.points for f in findings if f.max_points == 0)
    before = round(min(100.0, max(0.0, earned + deducted)), 1)
    total = 0.0 if fatal else before
    band = next(band.name for band in standard.bands if total >= band.at_least)
    return Grade(total, before, band, fatal)
