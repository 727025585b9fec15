"""The figures of metrics, read from the database, and the file that Prometheus' textfile collector reads."""

from __future__ import annotations

import os
from pathlib import Path

from callqa.reports.metrics import NightFigures, metrics_text
from models.errors import InputError
from models.ports import UnitOfWorkFactory


def night_figures(new_unit_of_work: UnitOfWorkFactory) -> NightFigures:
    """All figures as they are now."""
    with new_unit_of_work() as uow:
        return NightFigures(uow.census.states(), uow.census.queue(), uow.diary.totals(), uow.diary.last())


def write_metrics(path: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    """Write the metrics to a file that appears complete or not at all. Raises InputError when it cannot be written."""
    text = metrics_text(night_figures(new_unit_of_work))
    # The collector takes every file that ends in .prom.
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}; see the setting metrics_file") from error
