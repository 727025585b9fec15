"""Watching a run while it works: progress with the time left, alerts, and what is remembered of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from callqa.services.alarm import Alarm
from callqa.services.forecast import Progress, Speed, progress
from callqa.services.runs import status_of
from callqa.services.stint import ChunkTimes
from models.errors import CallqaError, origin_of
from models.night import Backlog, Sitting
from models.ports import UnitOfWorkFactory
from models.run import Run

log = logging.getLogger(__name__)


@dataclass(slots=True)
class NightWatch:
    """One process's watch over a run. What it cannot find out or tell is logged; it never costs the run."""

    run: Run
    speed: Speed
    began_at: datetime
    alarm: Alarm
    new_unit_of_work: UnitOfWorkFactory
    now: Callable[[], datetime]
    _first: Backlog | None = field(default=None, init=False)
    _rate_told: bool = field(default=False, init=False)

    def look(self) -> Progress | None:
        """Log how far the run is and send the alerts that this calls for; None when it could not be found out."""
        found: Progress | None = None
        with quietly("the run's progress"):
            with self.new_unit_of_work() as uow:
                left, counts = uow.census.backlog(self.run), uow.runs.counts(self.run.id)
            now = self.now()
            if self._first is None:
                self._first = left
            found = progress(self._first, left, self.speed, self.began_at, now)
            log.info("run %s: %s", self.run.id, progress_text(found, counts.recordings))
            if not self._rate_told:
                self._rate_told = self.alarm.failure_rate(self.run, counts, left, now)
            self.alarm.fatal_calls(self.run, now)
        return found

    def end(self, until: datetime | None) -> None:
        """Send the alerts of a run that was closed, and log what is left when its time was up."""
        with quietly("the run's end"):
            now = self.now()
            with self.new_unit_of_work() as uow:
                left, counts, head = uow.census.backlog(self.run), uow.runs.counts(self.run.id), uow.audit.head()
            stopped = until is not None and now >= until and left.calls > 0
            if stopped:
                log.warning(
                    "run %s: stopped at its time; %d recordings (%.1f h of sound) wait for the next run",
                    self.run.id,
                    left.calls,
                    left.audio_s / 3600,
                )
            if not self._rate_told:
                self._rate_told = self.alarm.failure_rate(self.run, counts, left, now)
            self.alarm.fatal_calls(self.run, now)
            self.alarm.run_ended(self.run, counts, left, status_of(counts).value, stopped, head, now)
            self.alarm.promises_due(self.run.id, now)
            self.alarm.drift(self.run.id, now)

    def remember(self, machine: str, chunks: Iterable[ChunkTimes], intake_s: float, ended_at: datetime) -> None:
        """Keep how fast this sitting was, for plans and metrics; nothing when nothing was heard."""
        done = list(chunks)
        calls = sum(chunk.calls for chunk in done)
        if not calls or ended_at <= self.began_at:
            return
        sitting = Sitting(
            run_id=self.run.id,
            began_at=self.began_at,
            ended_at=ended_at,
            machine=machine,
            engine_digest=self.run.engine_digest,
            calls=calls,
            audio_s=round(sum(chunk.audio_s for chunk in done), 3),
            intake_s=round(intake_s, 3),
            hear_s=round(sum(chunk.hear_s for chunk in done), 3),
            score_s=round(sum(chunk.score_s for chunk in done), 3),
        )
        with quietly("how fast the run was"), self.new_unit_of_work() as uow:
            uow.diary.add(sitting)
            uow.commit()


@contextmanager
def quietly(what: str) -> Iterator[None]:
    """Log instead of raising: watching a night must not cost the night."""
    try:
        yield
    except CallqaError as error:
        log.warning("%s: %s", what, error)
    except Exception as error:  # noqa: BLE001 - as above; its message may quote a call
        log.error("%s: %s", what, origin_of(error))


def progress_text(found: Progress, recordings: int) -> str:
    """A line such as `120 of 400 recordings, 31 % of this night's sound; 2 h 10 min left, done about 05:40 UTC`."""
    done = recordings - found.left.calls
    at = found.finish_at.isoformat(timespec="minutes")
    return (
        f"{done} of {recordings} recordings, {found.share:.0%} of this sitting's sound; "
        f"{duration_text(found.left_s)} left, done about {at}"
    )


def duration_text(seconds: float) -> str:
    """`2 h 10 min`, `10 min`, `40 s`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
