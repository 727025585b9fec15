"""What a night of 1,000 calls costs beside hearing it: server, flow, tasks, database, scoring, report of progress.

    python -m benchmarks.orchestration [--calls 1000] [--database-url postgresql://user@host/name]

The run goes the command line's own way with an engine that hears in no time; what remains is compared with what the
real engine takes for as many calls of the bundled calls' mean length, measured here as well.
"""

from __future__ import annotations

import argparse
import os
import time
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from asr.probe import probe
from benchmarks.fake_engine import install
from callqa.bootstrap import transcriber_for
from callqa.cli.common import settings_from
from callqa.standards import find_standard
from flows.run_here import inspect_calls_here, prefect_ready
from models.call import CallMeta
from models.run import AudioJob
from tests.shared_night import make_recordings

SUFFIXES = {".flac", ".mp3", ".opus"}


def main() -> None:
    """Measure the engine, then the night without it, and print both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--database-url", help="default: an SQLite file")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        call_s, engine_s = engine_per_call(Path(folder))
        overhead_s, start_s = night(Path(folder), arguments.calls, arguments.database_url)
    calls = arguments.calls
    print(f"engine: a bundled call has {call_s:.1f} s on average and takes {engine_s:.2f} s")
    print(f"        = {call_s / engine_s:.1f} x real time, so {calls} calls take {calls * engine_s:.0f} s")
    print(f"start-up of Prefect, once: {start_s:.1f} s")
    print(f"{calls} calls without the engine: {overhead_s:.1f} s, {1000 * overhead_s / calls:.1f} ms per call")
    print(f"        = {overhead_s / (calls * engine_s):.2%} of the engine's time   (target: under 2 %)")


def engine_per_call(home: Path) -> tuple[float, float]:
    """Mean seconds of sound in a bundled call, and seconds that hearing one takes, once the model is loaded."""
    settings = settings_from(home=home / "engine")
    transcriber = transcriber_for(settings, find_standard(settings.standard))
    transcriber.warm_up()
    with as_file(files("callqa") / "demo_calls") as bundled:
        paths = sorted(str(path) for path in bundled.iterdir() if path.suffix in SUFFIXES)
        jobs = [AudioJob(str(n), path, probe(path), CallMeta(call_id=str(n))) for n, path in enumerate(paths)]
        begun_s = time.perf_counter()
        heard = [outcome.transcript for outcome in transcriber.transcribe(jobs)]
        taken_s = time.perf_counter() - begun_s
    audio_s = sum(one.duration_s or 0.0 for one in heard if one is not None)
    return audio_s / len(jobs), taken_s / len(jobs)


def night(folder: Path, calls: int, database_url: str | None) -> tuple[float, float]:
    """Seconds of a run without its engine, and of starting Prefect."""
    source = make_recordings(folder / "calls", calls)
    os.environ["CALLQA_PLAYBACK"] = "false"
    os.environ["CALLQA_SETTLE_S"] = "0"
    settings = settings_from(home=folder / "home", database_url=database_url)
    fake = install()
    begun_s = time.perf_counter()
    with prefect_ready(settings.home):
        from flows.inspect_calls_flow import inspect_calls

        assert inspect_calls.name
        start_s = time.perf_counter() - begun_s
        begun_s = time.perf_counter()
        summary = inspect_calls_here(settings.home, [str(source)], None, None, None)
        wall_s = time.perf_counter() - begun_s
    assert summary["scored"] == calls, summary
    return wall_s - fake.own_s, start_s


if __name__ == "__main__":
    main()
