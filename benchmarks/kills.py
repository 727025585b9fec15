"""A run killed at random points, and what the next one makes of it: the rows of an undisturbed run, or others.

    python -m benchmarks.kills [--kills 200] [--calls 40]
    python -m benchmarks.kills --engine real [--kills 10] [--calls 6]

Each kill is a SIGKILL at a random database statement of a process that works on the night with a scripted engine;
another process goes on in the same database, a new SQLite file each time. With the real engine it is `callqa run` on
bundled calls, killed at a random moment between its start and its usual end, with nothing kept in its home but what it
left. Exit code 1 when any run differs.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import schema
from tests.e2e.conftest import command, environment
from tests.shared_night import SharedNight, make_recordings, result, statements

_LEFT_S = 30.0
"""How long what a killed run had started may take to notice."""


def main() -> None:
    """Kill, go on, compare, count."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--engine", choices=("scripted", "real"), default="scripted")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--calls", type=int)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        if arguments.engine == "real":
            same, kills = real(Path(folder), arguments.kills or 10, arguments.calls or 6)
        else:
            same, kills = scripted(Path(folder), arguments.kills or 200, arguments.calls or 40)
    if same < kills:
        raise SystemExit(1)


def scripted(home: Path, kills: int, calls: int) -> tuple[int, int]:
    """At statements, with a scripted engine; how many runs ended in the same rows, and of how many."""
    same = lost = twice = killed = 0
    source = make_recordings(home / "calls", calls)

    def night(name: str) -> SharedNight:
        url = f"sqlite:///{home / name}.db"
        schema.upgrade(url)
        return SharedNight(source, url, home / f"{name}.log")

    undisturbed = night("undisturbed")
    points = statements(undisturbed)
    found = result(undisturbed.url)
    for seed in range(kills):
        disturbed = night(f"kill-{seed}")
        killed += disturbed.run(kill_at=random.Random(seed).randint(1, points)) == -9
        code = disturbed.run()
        again = result(disturbed.url)
        same += code == 0 and again == found
        lost += len(found[3]) - sum(call.scorecard is not None for call in again[3])
        # What was in hand when the process died is heard again; what had its result is not.
        twice += sum(count > 2 for count in Counter(disturbed.heard()).values())
    print(f"{calls} calls, {points} points where a run can be killed: {killed} kills")
    print(f"{same} ended in the same rows, {lost} calls lost, {twice} done twice")
    return same, kills


def real(folder: Path, kills: int, calls: int) -> tuple[int, int]:
    """At moments, with the whole program; how many runs ended in the same rows, and of how many."""
    source = folder / "calls"
    source.mkdir()
    for call in sorted((Path(str(files("callqa"))) / "demo_calls").glob("d*"))[:calls]:
        shutil.copy(call, source)

    def start(home: Path) -> subprocess.Popen[bytes]:
        arguments = ("run", str(source), "--home", str(home))
        return subprocess.Popen(
            command(arguments), cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    home = folder / "undisturbed"
    begun_s = time.perf_counter()
    if code := start(home).wait():
        raise SystemExit(f"the undisturbed run ended with exit code {code}")
    usual_s = time.perf_counter() - begun_s
    found = result(_database(home))
    same = lost = left = killed = 0
    for seed in range(kills):
        home = folder / f"kill-{seed}"
        victim = start(home)
        after_s = random.Random(seed).uniform(0.0, usual_s)
        try:
            code = victim.wait(after_s)
        except subprocess.TimeoutExpired:
            victim.kill()
            code = victim.wait()
        killed += code == -signal.SIGKILL
        left += _left_in(folder)
        code = start(home).wait()
        again = result(_database(home))
        same += code == 0 and again == found
        lost += len(found[3]) - sum(call.scorecard is not None for call in again[3])
        print(f"    after {after_s:5.1f} of {usual_s:.1f} s: the next run ended with exit code {code}", flush=True)
        shutil.rmtree(home)
    print(f"{calls} calls, the real engine: {killed} kills of {kills}")
    print(f"{same} ended in the same rows, {lost} calls lost, {left} processes left behind")
    return same, kills


def _database(home: Path) -> str:
    return f"sqlite:///{home / 'callqa.db'}"


def _left_in(folder: Path) -> int:
    """How many processes still work in that folder when they had time to notice that their run is gone."""
    deadline_s = time.monotonic() + _LEFT_S
    while (count := _working_in(folder)) and time.monotonic() < deadline_s:
        time.sleep(0.2)
    return count


def _working_in(folder: Path) -> int:
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            count += (process / "cwd").readlink() == folder
        except OSError:
            continue
    return count


if __name__ == "__main__":
    main()
