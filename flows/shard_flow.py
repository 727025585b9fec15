"""Another machine's part in a night: it takes free recordings of a run that is under way until none is left, and ends.

The process that began the run takes recordings in, sees to what is left and closes it.
"""

from __future__ import annotations

import logging
import time as clock
from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import flow, unmapped
from prefect.client.schemas.objects import State
from prefect.futures import wait
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect.task_runners import TaskRunner
from pydantic import Field

from callqa.bootstrap import App, alarm_for, machine_name, open_database, planner, this_worker
from callqa.logs import about, set_up_logging
from callqa.services.alarm import Alarm
from callqa.services.attendance import Presence
from callqa.services.claims import Claimant
from callqa.services.forecast import resolve_until
from callqa.services.nightwatch import NightWatch
from callqa.services.plan import plan_chunks
from callqa.services.sharing import Share, under_way
from callqa.services.stint import ChunkTimes
from callqa.settings import Settings
from flows.chunks import app_of, inspect_chunk
from flows.flow_settings import flow_settings
from flows.inspect_calls_flow import Until
from flows.runner import RunnerBySettings, lost_workers_told
from models.errors import InputError, UsageError
from models.run import Run

log = logging.getLogger(__name__)

_RUNNER: TaskRunner[Any] = RunnerBySettings()
_POLL_S = 1.0


@flow(name="inspect-shard", task_runner=_RUNNER, validate_parameters=True)
def inspect_shard(
    run_id: Annotated[str | None, Field(description="Run to help with; none: the newest under way that fits.")] = None,
    standard: Annotated[str | None, Field(description="Service standard of the run; none: the setting.")] = None,
    wait_minutes: Annotated[float, Field(ge=0, le=1440, description="How long to wait for such a run to begin.")] = 10,
    until: Until = None,
) -> State[dict[str, Any]]:
    """Hear and score what is free of a run that another process began; end when nothing is free and no more comes.

    The returned state holds what this process did.
    """
    settings = flow_settings(standard)
    set_up_logging(settings.log_level, settings.log_format)
    alarm = alarm_for(settings, lambda: open_database(settings)())
    with alarm.watching(lambda: datetime.now(UTC)):
        now = datetime.now(UTC)
        ends_at = resolve_until(until, settings.time_zone, flow_run.scheduled_start_time or now)
        run, app = _run_to_join(settings, run_id, standard, clock.monotonic() + wait_minutes * 60)
        presence = Presence(run.id, app.worker, app.new_unit_of_work)
        with about(run_id=run.id), presence.kept(), lost_workers_told():
            times = share(app, run, ends_at)
            _remember(app, alarm, run, times, now)
    done = {"calls": sum(one.calls for one in times), "audio_s": round(sum(one.audio_s for one in times), 1)}
    message = f"{done['calls']} recordings of run {run.id} heard here"
    log.info("run %s: %s", run.id, message)
    return Completed(data={"run_id": run.id, **done}, message=message)


def share(app: App, run: Run, until: datetime | None) -> list[ChunkTimes]:
    """Take what is free until none is left and nothing more comes, or the time is up; what it took."""
    mine = Share(Claimant(run.id, app.worker, app.settings.max_attempts, app.new_unit_of_work))
    times: list[ChunkTimes] = []
    while until is None or datetime.now(UTC) < until:
        # Asked first: what comes in between is then seen.
        more = mine.may_grow()
        free = mine.free()
        heard = 0
        if free:
            outlook = planner(app.settings, app.new_unit_of_work).look_ahead(
                free, run.engine_digest, datetime.now(UTC), until
            )
            chunks = plan_chunks(outlook.calls, app.settings.chunk_minutes * 60, app.settings.chunk_files)
            done = inspect_chunk.map(
                list(chunks), run=unmapped(run), standard=unmapped(app.settings.standard), until=unmapped(until)
            )
            wait(list(done))
            took = [chunk.result() for chunk in done]
            times += took
            heard = sum(one.calls for one in took)
        elif not more:
            break
        if not heard:
            # What looks free is in another process's transaction, or is still to come.
            clock.sleep(_POLL_S)
    return times


def _run_to_join(settings: Settings, run_id: str | None, standard: str | None, deadline_s: float) -> tuple[Run, App]:
    """The run and the application for it. Waits until there is one; raises InputError when none came in time.

    Raises what keeps this process from joining when there is one that it does not fit.
    """
    connect, worker = open_database(settings), this_worker(settings)
    while True:
        unfit: UsageError | None = None
        for run in under_way(run_id, worker, connect):
            try:
                return run, app_of(run, standard)
            except UsageError as error:
                unfit = unfit or error
        if clock.monotonic() >= deadline_s:
            which = f"run {run_id} is not" if run_id else "no run is"
            raise unfit or InputError(
                f"{which} under way in this database: begin one with `callqa run SOURCE` on one machine, then join"
            )
        clock.sleep(_POLL_S)


def _remember(app: App, alarm: Alarm, run: Run, times: list[ChunkTimes], began_at: datetime) -> None:
    now = datetime.now(UTC)
    expected = planner(app.settings, app.new_unit_of_work).look_ahead((), run.engine_digest, now, None).forecast.speed
    watch = NightWatch(run, expected, began_at, alarm, app.new_unit_of_work, lambda: datetime.now(UTC))
    watch.remember(machine_name(), times, 0.0, now)
