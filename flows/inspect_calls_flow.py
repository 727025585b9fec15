"""The nightly flow: take in a source's recordings, listen, score, store, summarise.

Tasks carry ids, call one service each and return counts; what a retry or another night must know is in callqa's own
database.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from prefect import flow, get_run_logger, task, unmapped
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import wait
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.tasks import Task
from pydantic import Field

from callqa import __version__
from callqa.bootstrap import App, assemble, audio_store, metadata_readers, open_database, today
from callqa.reports.standard_words import reminder_text
from callqa.services.audio import prune
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeRules, register
from callqa.services.ledger import follow_up
from callqa.services.plan import plan_chunks
from callqa.services.runs import finish_run, plan_run, resolve_day, source_of, take_up
from callqa.sources import list_sources
from flows.flow_settings import flow_settings
from models.errors import ModelError, StandardError, TransientError
from models.run import Run, RunStatus
from models.standard import ReviewReminder, review_reminder
from scoring import scorer_of

CHUNKS_AT_ONCE = 2
"""One chunk fills every core; the second keeps them busy while the first one's last windows finish."""
RETRY_DELAYS_S: list[float] = [5, 20, 60]
_RUNNER: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=CHUNKS_AT_ONCE)

_Place = Annotated[str, Field(min_length=1)]
Source = _Place | Annotated[list[_Place], Field(min_length=1)]

Day = Annotated[
    date | Literal["yesterday", "all"],
    Field(description="Day of the calls in the configured time zone: a date, 'yesterday', or 'all'."),
]


async def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Retry what the outside world may mend by itself, nothing else."""
    return isinstance(await state.aresult(raise_on_failure=False), TransientError)


@flow(name="inspect-calls", task_runner=_RUNNER, validate_parameters=True)
def inspect_calls(
    source: Annotated[Source, Field(description="Folder of recordings, or one recording, or a list of several.")],
    day: Day = "all",
    standard: Annotated[str | None, Field(description="Service standard: name, ID or file; none: the setting.")] = None,
    limit: Annotated[int | None, Field(ge=1, description="Take in at most this many recordings.")] = None,
) -> State[dict[str, Any]]:
    """Inspect the recordings of its sources; asked for again, it finishes what is left and changes nothing else.

    The returned state holds the summary. It is Failed when not one recording could be scored and is named
    PartiallyCompleted when some could not.
    """
    settings = flow_settings(standard)
    # A run that starts late is still about the night it was scheduled for.
    now = datetime.now(UTC)
    local_day = resolve_day(day, settings.time_zone, flow_run.scheduled_start_time or now)
    app = assemble(settings, local_day)
    standard = app.settings.standard
    sources = (source,) if isinstance(source, str) else tuple(source)
    uris = [listing.uri for listing in list_sources(sources, app.settings.home)]
    scorer = scorer_of(app.standard, app.classifier)
    run = plan_run(source_of(uris), local_day, limit, app.standard.ref, app.transcriber.engine.digest, scorer, now)
    intake = register_recordings(sources, run, limit, standard)
    chunks = plan_work(run, standard)
    inspected = inspect_chunk.map(chunks, run=unmapped(run), standard=unmapped(standard))
    wait(inspected)
    final = summarise(run, intake, review_due(app))
    follow_up_promises(run, standard)
    for chunk in inspected:
        # What one recording cannot help (a missing model, a database gone) ends the run, after all that could be kept.
        chunk.result()
    return final


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def register_recordings(sources: tuple[str, ...], run: Run, limit: int | None, standard: str | None) -> dict[str, Any]:
    """Register files; returns counts, and the names of what is missing or left for the next run."""
    app = _app_of(run, standard)
    rules = IntakeRules(app.settings.time_zone, app.settings.settle_s, limit)
    readers = metadata_readers(app.settings, sources)
    return asdict(register(readers, run, rules, app.probe, app.new_unit_of_work))


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def plan_work(run: Run, standard: str | None) -> list[tuple[str, ...]]:
    """Chunks of recording ids that still lack a score."""
    app = _app_of(run, standard)
    waiting = take_up(run.id, datetime.now(UTC), app.new_unit_of_work)
    return list(plan_chunks(waiting, app.settings.chunk_minutes * 60, app.settings.chunk_files))


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def inspect_chunk(recording_ids: tuple[str, ...], run: Run, standard: str | None) -> int:
    """Listen to and score one chunk; returns how many recordings it held."""
    app = _app_of(run, standard)
    Inspector(
        run,
        app.standard,
        app.classifier,
        app.transcriber,
        app.new_unit_of_work,
        __version__,
        app.settings.max_attempts,
        app.audio,
    ).inspect(recording_ids)
    return len(recording_ids)


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=is_transient,
)
def follow_up_promises(run: Run, standard: str | None) -> dict[str, int]:
    """Look in the calls of the run's customers for what became of promises; returns counts."""
    app = _app_of(run, standard)
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
    try:
        prune(audio_store(settings), settings.originals_days, settings.playback_days, now)
    except OSError as error:
        # The night is finished, and the next one deletes them. The error's path would name a file.
        reason = error.strerror or type(error).__name__
        get_run_logger().warning("run %s: sound past its days was not all deleted: %s", run.id, reason)
    summary = {"run_id": run.id, "status": status.value, **asdict(counts), "intake": intake}
    if reminder is not None:
        summary["standard_review"] = {"review_by": reminder.review_by.isoformat(), "days_left": reminder.days_left}
        get_run_logger().warning("run %s: %s", run.id, reminder_text(reminder, settings.language))
    rows = "\n".join(f"| {name} | {value} |" for name, value in asdict(counts).items())
    create_markdown_artifact(f"| {run.id} | {status.value} |\n|---|---|\n{rows}", key="callqa-run-summary")
    message = f"{counts.scored} of {counts.recordings} recordings scored, {counts.quarantined} quarantined"
    if left := len(intake.get("left", ())):
        message += f", {left} still being written and left for the next run"
    get_run_logger().info("run %s: %s", run.id, message)
    if status is RunStatus.FAILED:
        return Failed(data=summary, message=message)
    name = "Completed" if status is RunStatus.COMPLETED else "PartiallyCompleted"
    return Completed(data=summary, name=name, message=message)


def _app_of(run: Run, standard: str | None) -> App:
    app = assemble(flow_settings(standard), run.day)
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
    return app
