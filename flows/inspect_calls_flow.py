"""The nightly flow: take in a source's recordings, listen, score, store, summarise.

Tasks carry ids, call one service each and return counts; what a retry or another night must know is in callqa's own
database.
"""

from __future__ import annotations

import logging
import time as clock
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from prefect import flow, get_run_logger, task, unmapped
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import wait
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner
from pydantic import Field

from callqa.bootstrap import (
    App,
    ages,
    alarm_for,
    assemble,
    audio_store,
    machine_name,
    metadata_readers,
    open_database,
    planner,
    source_uris,
    today,
    wipe_deleted_rows,
)
from callqa.logs import about, set_up_logging
from callqa.owner import login_name
from callqa.reports.standard_words import reminder_text
from callqa.services.alarm import Alarm
from callqa.services.attendance import Presence, close_abandoned
from callqa.services.forecast import Speed, resolve_until
from callqa.services.intake import IntakeRules, register
from callqa.services.ledger import follow_up
from callqa.services.nightwatch import NightWatch, quietly
from callqa.services.outlook import forecast_to_json
from callqa.services.plan import plan_chunks
from callqa.services.retention import retain
from callqa.services.roster_gaps import not_on_roster
from callqa.services.runs import finish_run, plan_run, resolve_day, source_of, take_up
from callqa.services.samples import draw_samples
from flows.chunks import RETRY_DELAYS_S, app_of, inspect_chunk, inspect_rest, is_transient
from flows.flow_settings import flow_settings
from flows.runner import RunnerBySettings, lost_workers_told
from flows.watching import publish_metrics, watch_over
from models.audit import Actor
from models.errors import TransientError
from models.run import Planned, Run, RunStatus
from models.standard import ReviewReminder, review_reminder
from scoring import scorer_of

log = logging.getLogger(__name__)

_RUNNER: TaskRunner[Any] = RunnerBySettings()

_Place = Annotated[str, Field(min_length=1)]
Source = _Place | Annotated[list[_Place], Field(min_length=1)]

Day = Annotated[
    date | Literal["yesterday", "all"],
    Field(description="Day of the calls in the configured time zone: a date, 'yesterday', or 'all'."),
]

Until = Annotated[
    datetime | time | None,
    Field(description="No call is begun after this: 06:00 (the first one after the scheduled time), or date and time."),
]


@flow(name="inspect-calls", task_runner=_RUNNER, validate_parameters=True)
def inspect_calls(
    source: Annotated[Source, Field(description="Folder of recordings, s3://BUCKET/PREFIX, one recording, or a list.")],
    day: Day = "all",
    standard: Annotated[str | None, Field(description="Service standard: name, ID or file; none: the setting.")] = None,
    limit: Annotated[int | None, Field(ge=1, description="Take in at most this many recordings.")] = None,
    until: Until = None,
    metadata_accepted_by: Annotated[
        str | None, Field(description="Who accepts what sources now say otherwise of known calls; none: it is told.")
    ] = None,
) -> State[dict[str, Any]]:
    """Inspect the recordings of its sources; asked for again, it finishes what is left and changes nothing else.

    The returned state holds the summary. It is Failed when not one recording could be scored and is named
    PartiallyCompleted when some could not, or wait because the time was up.
    """
    settings = flow_settings(standard)
    set_up_logging(settings.log_level, settings.log_format)
    alarm = alarm_for(settings, lambda: open_database(settings)())
    sources = (source,) if isinstance(source, str) else tuple(source)
    with alarm.watching(lambda: datetime.now(UTC)):
        # A run that starts late is still about the night it was scheduled for.
        now = datetime.now(UTC)
        scheduled_at = flow_run.scheduled_start_time or now
        local_day = resolve_day(day, settings.time_zone, scheduled_at)
        ends_at = resolve_until(until, settings.time_zone, scheduled_at)
        app = assemble(settings, local_day)
        uris = source_uris(app.settings, sources)
        scorer = scorer_of(app.standard, app.classifier)
        run = plan_run(source_of(uris), local_day, limit, app.standard.ref, app.transcriber.engine.digest, scorer, now)
        presence = Presence(run.id, app.worker, app.new_unit_of_work, takes_in=True)
        with about(run_id=run.id), presence.kept(), lost_workers_told():
            with quietly("the runs of processes that are gone"):
                close_abandoned(app.worker, now, app.new_unit_of_work, but=run.id)
            return inspect_run(app, alarm, presence, run, sources, limit, ends_at, metadata_accepted_by)


def inspect_run(
    app: App,
    alarm: Alarm,
    presence: Presence,
    run: Run,
    sources: tuple[str, ...],
    limit: int | None,
    until: datetime | None,
    metadata_accepted_by: str | None,
) -> State[dict[str, Any]]:
    """The run from taking its recordings in to its summary; nothing is begun after `until`."""
    standard, metrics_file = app.settings.standard, app.settings.metrics_file
    begun_s = clock.perf_counter()
    intake = register_recordings(sources, run, limit, standard, metadata_accepted_by)
    intake_s = clock.perf_counter() - begun_s
    presence.took_in()
    chunks, speed = plan_work(run, standard, until)
    watch = NightWatch(run, speed, datetime.now(UTC), alarm, app.new_unit_of_work, lambda: datetime.now(UTC))
    inspected = inspect_chunk.map(chunks, run=unmapped(run), standard=unmapped(standard), until=unmapped(until))
    watch_over(inspected, watch, app.settings.progress_s, metrics_file)
    rest = inspect_rest.submit([work for chunk in chunks for work in chunk], run, standard, until)
    wait([rest])
    times = [part.result() for part in (*inspected, rest) if part.state.is_completed()]
    watch.remember(machine_name(), times, intake_s, datetime.now(UTC))
    final = summarise(run, intake, review_due(app))
    follow_up_promises(run, standard)
    watch.end(until)
    publish_metrics(watch, metrics_file)
    for chunk in inspected:
        # What one recording cannot help (a missing model, a database gone) ends the run, after all that could be kept.
        chunk.result()
    rest.result()
    return final


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def register_recordings(
    sources: tuple[str, ...], run: Run, limit: int | None, standard: str | None, metadata_accepted_by: str | None
) -> dict[str, Any]:
    """Register files; returns counts, and the names of what is missing or left for the next run."""
    app = app_of(run, standard)
    accepts = None if metadata_accepted_by is None else Actor(metadata_accepted_by, login_name())
    rules = IntakeRules(app.settings.time_zone, app.settings.settle_s, limit, accepts)
    readers = metadata_readers(app.settings, sources)
    return asdict(register(readers, run, rules, app.probe, app.new_unit_of_work))


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def plan_work(run: Run, standard: str | None, until: datetime | None) -> tuple[list[tuple[Planned, ...]], Speed]:
    """Chunks of recordings that still lack a score, the riskiest first, and the speed that is expected.

    What the night holds, and when it will be through, goes to the log and to an artifact.
    """
    app = app_of(run, standard)
    now = datetime.now(UTC)
    waiting = take_up(run.id, now, app.new_unit_of_work)
    outlook = planner(app.settings, app.new_unit_of_work).look_ahead(waiting, run.engine_digest, now, until)
    facts = forecast_to_json(outlook.forecast)
    speed = facts.pop("speed")
    log.info("run %s: plan: %s; speed: %s", run.id, facts, speed)
    unlisted = not_on_roster([call.meta for call in waiting], app.settings.time_zone, app.new_unit_of_work)
    if unlisted:
        log.warning("run %s: %d agents are not on the roster: %s", run.id, len(unlisted), ", ".join(unlisted))
        facts["agents not on the roster"] = len(unlisted)
    rows = "\n".join(f"| {name} | {value} |" for name, value in (facts | speed).items())
    with quietly("the artifact of the plan"):
        create_markdown_artifact(f"| {run.id} | plan |\n|---|---|\n{rows}", key="callqa-night-plan")
    chunks = plan_chunks(outlook.calls, app.settings.chunk_minutes * 60, app.settings.chunk_files)
    return list(chunks), outlook.forecast.speed


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def follow_up_promises(run: Run, standard: str | None) -> dict[str, int]:
    """Look in the calls of the run's customers for what became of promises; returns counts."""
    app = app_of(run, standard)
    with app.new_unit_of_work() as uow:
        customers = uow.runs.customers(run.id)
    result = follow_up(lambda _: app.standard, datetime.now(UTC), app.new_unit_of_work, customers)
    get_run_logger().info("run %s: promises: %s", run.id, result)
    return asdict(result)


def review_due(app: App) -> ReviewReminder | None:
    """A reminder when the standard's quarterly review is near or overdue."""
    return review_reminder(app.standard.ref, app.standard.owner, app.standard.review_by, today(app.settings))


def summarise(run: Run, intake: dict[str, Any], reminder: ReviewReminder | None) -> State[dict[str, Any]]:
    """Close the run, publish its figures as an artifact, and turn them into the flow's final state."""
    settings, now = flow_settings(None), datetime.now(UTC)
    status, counts = finish_run(run.id, now, open_database(settings))
    per_agent, unsure = settings.sample_per_agent, settings.sample_unsure_per_agent
    draw_samples(run.id, today(settings), per_agent, unsure, open_database(settings))
    try:
        reports, database = settings.home / "reports", open_database(settings)
        retain(ages(settings), "callqa", now, audio_store(settings), reports, database, dry_run=False)
        wipe_deleted_rows(settings)
    except (OSError, TransientError) as error:
        # The night is finished, and the next one deletes it. The error's path would name a file.
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        get_run_logger().warning("run %s: what is past its days was not all deleted: %s", run.id, reason)
    summary = {"run_id": run.id, "status": status.value, **asdict(counts), "intake": intake}
    if reminder is not None:
        summary["standard_review"] = {"review_by": reminder.review_by.isoformat(), "days_left": reminder.days_left}
        get_run_logger().warning("run %s: %s", run.id, reminder_text(reminder, settings.language))
    rows = "\n".join(f"| {name} | {value} |" for name, value in asdict(counts).items())
    create_markdown_artifact(f"| {run.id} | {status.value} |\n|---|---|\n{rows}", key="callqa-run-summary")
    message = f"{counts.scored} of {counts.recordings} recordings scored, {counts.quarantined} quarantined"
    if counts.waiting:
        message += f", {counts.waiting} wait for the next run"
    if left := len(intake["left"]):
        message += f", {left} still being written and left for the next run"
    corrections = intake["corrections"]
    if changed := corrections["filled"] + corrections["changed"]:
        message += f", metadata of {changed} known calls brought up to date"
    if conflicts := len(corrections["conflicts"]):
        message += f", metadata of {conflicts} known calls told otherwise and left as they are"
    get_run_logger().info("run %s: %s", run.id, message)
    if status is RunStatus.FAILED:
        return Failed(data=summary, message=message)
    name = "Completed" if status is RunStatus.COMPLETED else "PartiallyCompleted"
    return Completed(data=summary, name=name, message=message)
