"""A back-test of generated calls: calls per second with the given number of processes, and peak memory.

    python -m benchmarks.backtest [--calls 6000] [--workers 2] [--profile]

A new database is filled with calls of 40 utterances, every character with its time and probability as transcribed
calls have them, no utterance twice. The new standard differs from the shipped one in a prohibited phrase, or in what
all items share. With --profile one process alone is profiled.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from importlib.resources import files
from itertools import islice
from pathlib import Path

from benchmarks.varied_calls import VariedCalls
from callqa.bootstrap import open_database
from callqa.classifiers import classifiers_in_use
from callqa.services.backtest import Backtest, Written, run_backtest
from callqa.settings import Settings
from models.call import AudioFacts, Recording
from models.ports import UnitOfWorkFactory
from scoring import load_standard
from scoring.compare import Comparison

MONTH = 300_000
_SINCE = datetime.fromisoformat("2026-10-01T00:00:00+08:00")
_AT_ONCE = 500


def fill(new_unit_of_work: UnitOfWorkFactory, count: int) -> None:
    """Store `count` calls."""
    calls = VariedCalls(seed=3, words=True).calls(count)
    while some := list(islice(calls, _AT_ONCE)):
        with new_unit_of_work() as uow:
            for transcript, meta in some:
                audio = AudioFacts(transcript.duration_s or 0.0, 8000, 2, "flac")
                uow.calls.add(Recording(transcript.recording_id, f"{meta.call_id}.flac", audio), meta)
                uow.transcripts.put(transcript)
            uow.commit()


def edits(text: str) -> dict[str, str]:
    """New standards, by what is new about them."""
    return {
        "a prohibited phrase": text.replace("    families:\n", f"    families:\n{_FAMILY}", 1),
        "a context rule": text.replace("\ncontext:\n", f"\ncontext:\n{_RULE}", 1),
    }


_FAMILY = "      - {id: bench, kind: command, severity: soft, phrases: [赶紧把电话挂了]}\n"
_RULE = "  - {id: bench, direction: forward, reach: 2, phrases: [说句玩笑话]}\n"


def measure(plan: Backtest, comparison: Comparison, workers: int) -> tuple[int, float]:
    """Calls that were compared, and the seconds that it took, the start of processes included."""
    begun = time.perf_counter()
    tally, _ = run_backtest(plan, comparison, workers, _untold)
    return tally.overall.calls, time.perf_counter() - begun


def _untold(done: int) -> None:
    del done


def profiled(work: Callable[[], object]) -> None:
    """Print what the work spent its time on."""
    profile = cProfile.Profile()
    profile.runcall(work)
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


def main() -> None:
    """Fill a database, run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=6000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    text = (files("scoring") / "standards" / "telecom-hotline-zh.yaml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        fill(open_database(settings), arguments.calls)
        connect = partial(open_database, settings, create=False)
        classifiers = classifiers_in_use(settings.home)
        old = load_standard(text, "old")
        for name, edited in edits(text).items():
            plan = Backtest(Written(text, "old"), Written(edited, "new"), classifiers, _SINCE, connect)
            comparison = Comparison(old, load_standard(edited, "new"), classifiers)
            if arguments.profile:
                profiled(partial(measure, plan, comparison, 1))
                continue
            calls, took_s = measure(plan, comparison, arguments.workers)
            own, children = (resource.getrusage(who).ru_maxrss / 1024 for who in (0, -1))
            print(
                f"{name}: {calls} calls in {took_s:.1f} s, {calls / took_s:.0f} calls/s with {arguments.workers} "
                f"processes; {MONTH} calls would take {MONTH / calls * took_s / 60:.1f} minutes; peak memory "
                f"{own:.0f} MB, of the largest worker {children:.0f} MB"
            )


if __name__ == "__main__":
    main()
