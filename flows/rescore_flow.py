"""Scoring every stored transcript again, after the standard or the classifier has changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from prefect import flow, get_run_logger
from pydantic import Field

from callqa import __version__
from callqa.bootstrap import open_database
from callqa.classifiers import classifier_in_use
from callqa.services.rescore import rescore as rescore_stored
from callqa.standards import find_standard
from flows.flow_settings import flow_settings


@flow(name="rescore", validate_parameters=True)
def rescore(
    standard: Annotated[str | None, Field(description="Service standard by name or file; none: the setting.")] = None,
) -> dict[str, Any]:
    """Score what was transcribed earlier; scorecards under other standards stay. Needs no audio and no model."""
    settings = flow_settings(standard)
    applied = find_standard(settings.standard)
    classifier = classifier_in_use(settings.home, applied.language)
    result = rescore_stored(applied, classifier, open_database(settings), __version__)
    get_run_logger().info("%s", result)
    return asdict(result)
