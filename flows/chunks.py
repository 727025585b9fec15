"""The tasks that hear and score recordings, wherever a runner puts them: on threads, in processes, on other machines.

They carry ids; database, engine, model and secrets are those of the settings where the task runs.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from callqa import __version__
from callqa.bootstrap import App, assemble, hold_gpu
from callqa.logs import about, set_up_logging
from callqa.services.inspect import Inspector
from callqa.services.stint import ChunkTimes, Stint, timed
from callqa.settings import Settings
from flows.flow_settings import flow_settings
from models.errors import ModelError, StandardError, TransientError
from models.run import Planned, Run
from scoring import scorer_of

RETRY_DELAYS_S: list[float] = [5, 20, 60]

_lock = Lock()
_newest: tuple[int, str, Settings, App] | None = None
"""This process, for a fork is another claimant; the run that it works on, its settings, the application for them."""


async def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Retry what the outside world may mend by itself, nothing else."""
    return isinstance(await state.aresult(raise_on_failure=False), TransientError)


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def inspect_chunk(chunk: tuple[Planned, ...], run: Run, standard: str | None, until: datetime | None) -> ChunkTimes:
    """Listen to and score what of one chunk no other process is at and can be begun before `until`; what it took."""
    if until is not None and datetime.now(UTC) >= until:
        return ChunkTimes()
    app = app_of(run, standard)
    # Before anything is claimed, which others may do meanwhile.
    hold_gpu(app.settings)
    stint = Stint(app.transcriber, until)
    with about(run_id=run.id):
        return timed(stint, lambda: _inspector(run, app, stint).inspect(chunk))


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def inspect_rest(planned: list[Planned], run: Run, standard: str | None, until: datetime | None) -> ChunkTimes:
    """When no chunk is left, see to what processes left that are gone, and wait for those at work, but not after
    `until`; what it took."""
    app = app_of(run, standard)
    # Before anything is claimed, which others may do meanwhile.
    hold_gpu(app.settings)
    stint = Stint(app.transcriber, until)
    with about(run_id=run.id):
        return timed(stint, lambda: _inspector(run, app, stint).finish(planned, stint.is_over))


def app_of(run: Run, standard: str | None) -> App:
    """The application as this run needs it, by the settings of this process; for the chunks of one run made once.

    Raises StandardError or ModelError where standard, engine or scorer is not the run's: its results would not be.
    """
    global _newest
    settings = flow_settings(standard)
    with _lock:
        if _newest is None or _newest[:3] != (os.getpid(), run.id, settings):
            _newest = (os.getpid(), run.id, settings, _fitting(run, settings))
        return _newest[3]


def _fitting(run: Run, settings: Settings) -> App:
    # In a worker process nobody else has.
    set_up_logging(settings.log_level, settings.log_format)
    app = assemble(settings, run.day)
    if app.standard.ref != run.standard:
        raise StandardError(
            f"the service standard changed during run {run.id}: it began under version {run.standard.version} "
            f"({run.standard.digest}) and is now {app.standard.ref.version} ({app.standard.ref.digest}); run again"
        )
    if scorer_of(app.standard, app.classifier) != run.scorer:
        raise ModelError(
            f"the classifier or the file of company days changed during run {run.id}, which began with {run.scorer}; "
            "run again"
        )
    engine = app.transcriber.engine
    if engine.digest != run.engine_digest:
        raise ModelError(
            f"run {run.id} began with another engine than this process has ({engine.model}, {engine.digest}): every "
            "process of a run needs the same model, settings, libraries and processor; `callqa doctor` shows them"
        )
    return app


def _inspector(run: Run, app: App, stint: Stint) -> Inspector:
    return Inspector(
        run,
        app.standard,
        app.classifier,
        stint,
        app.find,
        app.new_unit_of_work,
        __version__,
        app.settings.max_attempts,
        app.worker,
        app.audio,
    )
