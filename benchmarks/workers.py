"""Several machines on one night, as `callqa join` is run on each: is every call done once, and what does sharing cost?

    python -m benchmarks.workers --database-url postgresql://user@host/name [--calls 2000] [--workers 4]

Processes of their own run the flow `inspect-shard` against one Prefect server and one database, with an engine that
hears in no time. Overhead of a worker: the time of its flow without that engine, over the calls that it did; on a
machine with fewer cores than workers they wait for each other, so processor time is printed too. Reading standard,
classifier and settings comes once per worker, whatever the calls: it is in the figures, and printed by itself. The
tables are made in a schema of their own, which is dropped afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import uuid
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import psycopg

from benchmarks.fake_engine import install
from callqa.bootstrap import App, assemble
from callqa.metadata import MetadataReader
from callqa.services.intake import IntakeRules, register
from callqa.services.runs import plan_run, take_up
from callqa.sources import list_source
from flows.flow_settings import flow_settings
from flows.run_here import prefect_ready
from models.run import Run
from scoring import scorer_of
from storage import Database, schema
from tests.databases import dump
from tests.factories import ENGINE
from tests.fakes import probe_anything
from tests.shared_night import make_recordings


@dataclass(frozen=True)
class Worked:
    """One worker: the calls that it did, wall-clock and processor seconds of its flow, and processor seconds that are
    in them: to get ready, and of its engine."""

    heard: list[str]
    wall_s: float
    cpu_s: float
    ready_cpu_s: float
    engine_s: float

    @property
    def wall_ms(self) -> float:
        """Overhead per call by the clock."""
        return 1000 * (self.wall_s - self.engine_s) / max(len(self.heard), 1)

    @property
    def cpu_ms(self) -> float:
        """Overhead per call in processor time."""
        return 1000 * (self.cpu_s - self.engine_s) / max(len(self.heard), 1)

    @property
    def cpu_ms_once_ready(self) -> float:
        """As `cpu_ms`, without getting ready."""
        return 1000 * (self.cpu_s - self.ready_cpu_s - self.engine_s) / max(len(self.heard), 1)


def main() -> None:
    """Measure and print; exit code 1 when a call was lost or done twice."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--work", metavar="RUN", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.work)
        return
    name = f"callqa_workers_{uuid.uuid4().hex}"
    with psycopg.connect(arguments.database_url, autocommit=True) as connection, TemporaryDirectory() as folder:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        try:
            join = "&" if "?" in arguments.database_url else "?"
            url = f"{arguments.database_url}{join}options=-csearch_path%3D{name}"
            good = measure(Path(folder), url, arguments.calls, arguments.workers)
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())
    if not good:
        raise SystemExit(1)


def measure(folder: Path, url: str, calls: int, workers: int) -> bool:
    """One night in this folder and database, printed; whether every call was done once."""
    os.environ |= {"CALLQA_HOME": str(folder / "home"), "CALLQA_DATABASE_URL": url, "CALLQA_PLAYBACK": "false"}
    run_id = take_in(make_recordings(folder / "calls", calls), url)
    with prefect_ready(folder / "home"):
        begun_s = time.perf_counter()
        command = [sys.executable, "-m", "benchmarks.workers", "--database-url", url, "--work", run_id]
        started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(workers)]
        done = [Worked(**json.loads(process.communicate()[0])) for process in started]
        wall_s = time.perf_counter() - begun_s
    for number, one in enumerate(done, 1):
        print(
            f"worker {number}: {len(one.heard)} calls, {one.wall_s:.1f} s, {one.cpu_s:.1f} s of processor; "
            f"overhead per call {one.wall_ms:.1f} ms, {one.cpu_ms:.1f} ms of processor (target: under 20 ms), without "
            f"the {one.ready_cpu_s:.1f} s to get ready {one.cpu_ms_once_ready:.1f} ms"
        )
    times = Counter(Counter(name for one in done for name in one.heard).values())
    stored = len(dump(url)["scorecards"])
    print(f"{calls} calls, {workers} workers, {wall_s:.1f} s with start-up; heard once: {times[1]}, scored: {stored}")
    return times == {1: calls} and stored == calls


def take_in(source: Path, url: str) -> str:
    """Register the recordings, as the process that began the run has done; returns the run's id."""
    schema.upgrade(url)
    install()
    database, listing, app = Database(url), list_source(str(source)), assemble(flow_settings(None))
    now = datetime.now(UTC)
    scorer = scorer_of(app.standard, app.classifier)
    run = plan_run(listing.uri, None, None, app.standard.ref, ENGINE.digest, scorer, now)
    register([MetadataReader(listing, "UTC")], run, IntakeRules("UTC", 0), probe_anything, database.unit_of_work)
    take_up(run.id, now, database.unit_of_work)
    database.close()
    return run.id


def work(run_id: str) -> None:
    """Body of a worker: what `callqa join RUN` does, with the fake engine; prints what it did."""
    fake = install()
    from flows import chunks, shard_flow

    get_ready, ready_cpu_s = chunks.app_of, 0.0

    def get_ready_timed(run: Run, standard: str | None) -> App:
        nonlocal ready_cpu_s
        begun_cpu_s = time.process_time()
        app = get_ready(run, standard)
        ready_cpu_s += time.process_time() - begun_cpu_s
        return app

    cast("Any", shard_flow).app_of = get_ready_timed
    begun_s, begun_cpu_s = time.perf_counter(), time.process_time()
    shard_flow.inspect_shard(run_id, None, 0)
    wall_s, cpu_s = time.perf_counter() - begun_s, time.process_time() - begun_cpu_s
    worked = Worked(fake.heard, wall_s, cpu_s, ready_cpu_s, fake.own_s)
    print(json.dumps(asdict(worked)))


if __name__ == "__main__":
    main()
