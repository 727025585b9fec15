"""Transcript in, scorecard out. Pure: no files, no clock, no network."""

from scoring.cases import Case, CaseFailure, check_cases, examples_of, load_case
from scoring.company_days import NO_DAYS, CompanyDays, read_company_days
from scoring.engine import SCORER, score_call, scorer_of
from scoring.load import load_standard
from scoring.standard import ServiceStandard

SHIPPED_STANDARDS: tuple[str, ...] = ("telecom-hotline-zh", "service-desk-en")
"""Names of the standards that come with callqa; the files are scoring/standards/NAME.yaml. The first is the default."""

__all__ = [
    "NO_DAYS",
    "SCORER",
    "SHIPPED_STANDARDS",
    "Case",
    "CaseFailure",
    "CompanyDays",
    "ServiceStandard",
    "check_cases",
    "examples_of",
    "load_case",
    "load_standard",
    "read_company_days",
    "score_call",
    "scorer_of",
]
