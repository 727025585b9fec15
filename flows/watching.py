"""Waiting for chunks while somebody watches: progress in an artifact, alerts, metrics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import PrefectFuture, wait

from callqa.services.figures import write_metrics
from callqa.services.forecast import Progress
from callqa.services.nightwatch import NightWatch, duration_text, quietly

PROGRESS_KEY = "callqa-progress"


def watch_over(chunks: Sequence[PrefectFuture[Any]], watch: NightWatch, every_s: float, metrics_file: str) -> None:
    """Wait until all chunks have ended; at the beginning, every so many seconds and at the end have a look."""
    artifact = _report(watch.look(), None)
    pending = list(chunks)
    while pending:
        pending = list(wait(pending, timeout=every_s).not_done)
        artifact = _report(watch.look(), artifact)
        publish_metrics(watch, metrics_file)


def publish_metrics(watch: NightWatch, metrics_file: str) -> None:
    """Write the metrics where they are wanted."""
    if metrics_file:
        with quietly("the file of metrics"):
            write_metrics(Path(metrics_file), watch.new_unit_of_work)


def _report(found: Progress | None, artifact: UUID | None) -> UUID | None:
    """Keep the run's progress in one artifact, with what is left and until when."""
    if found is None:
        return artifact
    with quietly("the artifact of progress"):
        at = found.finish_at.isoformat(timespec="minutes")
        text = f"{found.left.calls} recordings wait; {duration_text(found.left_s)} left, done about {at}"
        share = round(found.share * 100, 1)
        if artifact is None:
            created: Any = create_progress_artifact(share, key=PROGRESS_KEY, description=text)
            return UUID(str(created))
        update_progress_artifact(artifact, share, description=text)
    return artifact
