"""Scoring every stored transcript again, after the standard or the classifier has changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from prefect import flow, get_run_logger
from pydantic import Field

from callqa import __version__
from callqa.bootstrap import open_database, standard_by_call
from callqa.classifiers import classifiers_in_use
from callqa.services.rescore import rescore as rescore_stored
from flows.flow_settings import flow_settings


@flow(name="rescore", validate_parameters=True)
def rescore(
    standard: Annotated[str | None, Field(description="Service standard: name, ID or file; none: the setting.")] = None,
) -> dict[str, Any]:
    """Score what was transcribed earlier, each call under the version that holds on its day.

    Scorecards under other standards stay. Needs no audio and no model.
    """
    settings = flow_settings(standard)
    new_unit_of_work = open_database(settings)
    result = rescore_stored(
        standard_by_call(settings), classifiers_in_use(settings.home), new_unit_of_work, __version__
    )  # fmt: skip
    get_run_logger().info("%s", result)
    return asdict(result)
