"""One night worked on by processes of their own, without Prefect and with a scripted transcriber, and killed at will.

Processes come from a fork server that has everything imported: one starts in milliseconds, and none inherits a thread
or a connection.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from callqa.metadata import MetadataReader
from callqa.owner import has_ended, this_process
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeRules, register
from callqa.services.plan import plan_chunks
from callqa.services.runs import finish_run, plan_run, take_up
from callqa.sources import AddressFinder, list_source
from callqa.standards import find_standard
from models.claim import Worker
from models.ports import UnitOfWorkFactory
from models.run import AudioJob, RunView
from models.transcript import Transcript
from scoring import scorer_of
from storage import Database
from tests.factories import ENGINE
from tests.fakes import ScriptedTranscriber, hear_polite_call, probe_anything

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.shared_night"])
STANDARD = find_standard("telecom-hotline-zh")
"""Read once, by the fork server."""
MOST_ATTEMPTS = 3
CHUNK_FILES = 5


@dataclass(frozen=True)
class SharedNight:
    """A folder of recordings and a database; `log` says which recording was heard, once for each time.

    A recording that was alone in so many processes that died is poison.
    """

    source: Path
    url: str
    log: Path
    most_attempts: int = MOST_ATTEMPTS

    def start(
        self, kill_at: int | None = None, poison: str = "-", hear_s: float = 0.0, together: Barrier | None = None
    ) -> ForkServerProcess:
        """A process that works on the night: killed at its nth statement, or by hearing the file named `poison`."""
        process = _CONTEXT.Process(target=_work, args=(self, kill_at, poison, hear_s, together))
        process.start()
        return process

    def run(self, kill_at: int | None = None, poison: str = "-") -> int:
        """Start one and wait for it; returns its exit code, -9 when it was killed."""
        return ended(self.start(kill_at, poison))

    def heard(self) -> list[str]:
        """File names in the order in which they were heard, by whichever process."""
        return self.log.read_text().split() if self.log.exists() else []


def ended(process: ForkServerProcess) -> int:
    """Wait for it; returns its exit code."""
    process.join(60)
    assert process.exitcode is not None, "it hangs"
    return process.exitcode


def barrier(parties: int) -> Barrier:
    """For processes of `SharedNight.start` that are to begin together."""
    return _CONTEXT.Barrier(parties)


def make_recordings(folder: Path, count: int) -> Path:
    """A folder with so many different recordings, a few more files than one chunk holds."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03d}.wav").write_bytes(f"call {number}".encode())
    return folder


def result(url: str) -> Any:
    """All that was found, and how the run ended, without times of day."""
    database = Database(url)
    with database.unit_of_work() as uow:
        run_id = uow.runs.latest_id()
        view = uow.runs.view(run_id) if run_id else None
    database.close()
    assert view is not None
    return view.run.id, view.run.status, view.counts, view.calls


def statements(night: SharedNight) -> int:
    """How many statements an undisturbed run executes: the points at which it can be killed."""
    seen: list[int] = []
    with watched(seen.append):
        inspect_night(night, ScriptedTranscriber(), this_worker())
    return seen[-1]


def inspect_night(
    night: SharedNight, transcriber: ScriptedTranscriber, worker: Worker, together: Barrier | None = None
) -> RunView:
    """What the flow does, in this process."""
    database = Database(night.url)
    try:
        return _inspect(night, transcriber, worker, together, database.unit_of_work)
    finally:
        database.close()


def _inspect(
    night: SharedNight,
    transcriber: ScriptedTranscriber,
    worker: Worker,
    together: Barrier | None,
    connect: UnitOfWorkFactory,
) -> RunView:
    listing = list_source(str(night.source))
    now = datetime.now(UTC)
    run = plan_run(listing.uri, None, None, STANDARD.ref, ENGINE.digest, scorer_of(STANDARD, None), now)
    register([MetadataReader(listing, "UTC")], run, IntakeRules("UTC", 0), probe_anything, connect)
    chunks = plan_chunks(take_up(run.id, now, connect), 1e9, CHUNK_FILES)
    if together is not None:
        together.wait(30)
    inspector = Inspector(
        run, STANDARD, None, transcriber, AddressFinder(), connect, "0.0.test", night.most_attempts, worker
    )
    for chunk in chunks:
        inspector.inspect(chunk)
    inspector.finish([planned for chunk in chunks for planned in chunk])
    finish_run(run.id, now, connect)
    with connect() as uow:
        view = uow.runs.view(run.id)
    assert view is not None
    return view


def this_worker() -> Worker:
    """This process, which knows who is gone on this machine."""
    return Worker(this_process(), 60.0, has_ended, lambda _: 3600.0)


def _work(night: SharedNight, kill_at: int | None, poison: str, hear_s: float, together: Barrier | None) -> None:
    def kill_at_nth(seen: int) -> None:
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(job: AudioJob) -> Transcript:
        with night.log.open("a") as log:
            log.write(f"{Path(job.path).name}\n")
        if Path(job.path).name == poison:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(hear_s)
        return replace(hear_polite_call(job), recording_id=job.recording_id)

    with watched(kill_at_nth):
        inspect_night(night, ScriptedTranscriber(hear), this_worker(), together)


@contextmanager
def watched(each: Callable[[int], None]) -> Iterator[None]:
    """Call with 1, 2, 3, ... after each statement, but for those that only one kind of database needs."""
    seen = 0

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal seen
        if not statement.startswith("BEGIN") and "clock_timestamp" not in statement:
            seen += 1
            each(seen)

    sa.event.listen(sa.Engine, "after_cursor_execute", count)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", count)
