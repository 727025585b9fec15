"""Learning from reviewers: a challenger that knows their verdicts, against the classifier in use."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import flow, get_run_logger
from pydantic import Field

from callqa.bootstrap import open_database, standard_for, today
from callqa.owner import login_name
from callqa.services.learning import retrain as retrain_classifier
from flows.flow_settings import flow_settings


@flow(name="retrain", validate_parameters=True)
def retrain(
    standard: Annotated[str | None, Field(description="Service standard: name, ID or file; none: the setting.")] = None,
) -> dict[str, Any] | None:
    """Use the challenger if on the whole it is better, and nothing worse; None where there was nothing new to learn.

    Calls that were scored before stay as they are: rescore them if they are to be judged alike.
    """
    settings = flow_settings(standard)
    applied = standard_for(settings, today(settings)).standard
    deed = retrain_classifier(applied, settings.home, login_name(), datetime.now(UTC), open_database(settings))
    get_run_logger().info("%s", deed if deed is not None else "nothing new to learn")
    return asdict(deed) if deed is not None else None
