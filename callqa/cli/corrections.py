"""What people put right in stored calls, tried anew: for `callqa standard check` and `callqa models evaluate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callqa.bootstrap import has_database, open_database, standard_for, today
from callqa.classifiers import classifier_in_use
from callqa.cli.common import print_text
from callqa.reports.words import Words
from callqa.services.corrections import Scoring, StoredCases, StoredFailure, check_corrected
from callqa.settings import Settings
from models.errors import StandardError
from scoring import ServiceStandard
from scoring.classifier import Classifier


def try_standard(settings: Settings, standard: ServiceStandard) -> StoredCases | None:
    """A standard against the version in use, both with the classifier in use; None where there is no database yet.

    Raises as `open_database` and `classifier_in_use`.
    """
    if not has_database(settings):
        return None
    in_use = _in_use(settings, standard.ref.id)
    tried = Scoring(standard, classifier_in_use(settings.home, standard.language))
    before = Scoring(in_use, classifier_in_use(settings.home, in_use.language)) if in_use is not None else None
    return _check(settings, tried, before)


def try_classifier(settings: Settings, standard: ServiceStandard, classifier: Classifier) -> StoredCases | None:
    """A classifier against the one in use, both under the standard; else the same."""
    if not has_database(settings):
        return None
    before = Scoring(standard, classifier_in_use(settings.home, standard.language))
    return _check(settings, Scoring(standard, classifier), before)


def _check(settings: Settings, tried: Scoring, before: Scoring | None) -> StoredCases:
    with open_database(settings, create=False)() as uow:
        return check_corrected(uow, tried, before)


def raise_worse(stored: StoredCases, source: str, language: str) -> None:
    """Raise StandardError that names every verdict of people which the version in use has right and this one wrong."""
    if stored.worse:
        head = Words(language)("check.worse", source=source, n=len(stored.worse))
        raise StandardError("\n".join([head, *_lines(stored.worse, language)]))


def print_stored(stored: StoredCases, language: str) -> None:
    """How many were tried, those that got worse and those that are still open."""
    words = Words(language)
    lines = [words("check.stored", n=stored.cases, worse=len(stored.worse), open=len(stored.open))]
    for heading, failures in (("check.got_worse", stored.worse), ("check.still_open", stored.open)):
        lines += [words(heading), *_lines(failures, language)] if failures else []
    print_text("\n".join(lines) + "\n")


def stored_to_json(stored: StoredCases) -> dict[str, Any]:
    """The same, for programs."""
    return {
        "cases": stored.cases,
        "worse": [_failure_to_json(failure) for failure in stored.worse],
        "open": [_failure_to_json(failure) for failure in stored.open],
    }


def _in_use(settings: Settings, standard_id: str) -> ServiceStandard | None:
    """The configured standard when it has this id, else the published or shipped one of the id that holds today."""
    for name in (settings.standard, standard_id):
        try:
            found = standard_for(settings, today(settings), name).standard
        except StandardError:
            # There is none, or it is the broken one which the checked one is to replace.
            continue
        if found.ref.id == standard_id:
            return found
    return None


def _lines(failures: Sequence[StoredFailure], language: str) -> list[str]:
    words = Words(language)
    return [
        words(
            "check.stored_failure",
            call=failure.call_id,
            item=failure.item,
            expected=words(f"verdict.{failure.expected.value}"),
            by=words(f"check.by_{failure.taught_by.value}"),
            found=words(f"verdict.{failure.found.value}"),
            reasons="".join(failure.reasons),
        )
        for failure in failures
    ]


def _failure_to_json(failure: StoredFailure) -> dict[str, Any]:
    return {
        "call_id": failure.call_id,
        "item": failure.item,
        "expected": failure.expected.value,
        "found": failure.found.value,
        "reasons": list(failure.reasons),
        "taught_by": failure.taught_by.value,
    }
