"""The page of a run, as it is written."""

from __future__ import annotations

from callqa.reports.build import build_run_report
from callqa.reports.render import render_run_report
from models.run import RunView
from tests.unit.report_night import GENERATED_AT


def page(view: RunView, language: str = "zh") -> str:
    """Its HTML."""
    return render_run_report(build_run_report(view, language, generated_at=GENERATED_AT))
