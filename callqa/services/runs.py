"""A run from its beginning to its summary."""

from __future__ import annotations

from datetime import date, datetime

from models.ports import UnitOfWorkFactory
from models.run import Run, RunCounts, RunStatus
from models.scorecard import StandardRef
from models.wire import digest


def plan_run(
    source_uri: str,
    day: date | None,
    limit: int | None,
    standard: StandardRef,
    engine_digest: str,
    scorer: str,
    now: datetime,
) -> Run:
    """The run of exactly this work. Its id does not depend on `now`: the same work asked for again is the same run."""
    identity = {
        "source": source_uri,
        "day": day.isoformat() if day else None,
        "limit": limit,
        "standard": standard.digest,
        "engine": engine_digest,
        "scorer": scorer,
    }
    run_id = digest(identity).removeprefix("sha256:")[:16]
    return Run(run_id, source_uri, day, standard, engine_digest, scorer, now)


def begin_run(run: Run, new_unit_of_work: UnitOfWorkFactory) -> Run:
    """Store the run, or take it up again where it stopped, with its first beginning."""
    with new_unit_of_work() as uow:
        stored = uow.runs.start(run)
        uow.commit()
    return stored


def finish_run(run_id: str, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> tuple[RunStatus, RunCounts]:
    """Close the run by what became of its recordings: all scored, some, or none."""
    with new_unit_of_work() as uow:
        counts = uow.runs.counts(run_id)
        status = status_of(counts)
        uow.runs.finish(run_id, status, now)
        uow.commit()
    return status, counts


def status_of(counts: RunCounts) -> RunStatus:
    """FAILED when recordings came in and none could be scored, PARTIAL when some could not, else COMPLETED."""
    if counts.scored == 0:
        return RunStatus.FAILED
    return RunStatus.PARTIAL if counts.quarantined or counts.waiting else RunStatus.COMPLETED
