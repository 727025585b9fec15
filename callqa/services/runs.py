"""A run from its beginning to its summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from models.ports import UnitOfWorkFactory
from models.run import Run, RunCounts, RunStatus, StoredCall
from models.scorecard import StandardRef
from models.wire import digest


def source_of(uris: Sequence[str]) -> str:
    """What a run calls its sources: their URIs in one text, which blanks part, because a URI has none."""
    return " ".join(sorted(set(uris)))


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


def resolve_day(day: date | str, time_zone: str, now: datetime) -> date | None:
    """The date meant, None for all days; "yesterday" is that of the given zone."""
    if isinstance(day, date):
        return day
    return None if day == "all" else now.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)


def take_up(run_id: str, now: datetime, new_unit_of_work: UnitOfWorkFactory) -> Sequence[StoredCall]:
    """What is left to do. A run that was closed and has work again is open again; nothing changes when none is left."""
    with new_unit_of_work() as uow:
        waiting = uow.runs.waiting(run_id)
        if waiting:
            uow.runs.reopen(run_id, now)
            uow.commit()
    return waiting


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
    if counts.recordings and not counts.scored:
        return RunStatus.FAILED
    return RunStatus.PARTIAL if counts.quarantined or counts.waiting else RunStatus.COMPLETED
