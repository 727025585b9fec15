"""A run killed at random points, and what the next one makes of it: the rows of an undisturbed run, or others.

    python -m benchmarks.kills [--kills 200] [--calls 40]

Each kill is a SIGKILL at a random database statement of a process that works on the night with a scripted engine;
another process goes on in the same database, a new SQLite file each time. Exit code 1 when any run differs.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import schema
from tests.shared_night import SharedNight, make_recordings, result, statements


def main() -> None:
    """Kill, go on, compare, count."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--calls", type=int, default=40)
    arguments = parser.parse_args()
    same = lost = twice = killed = 0
    with TemporaryDirectory() as folder:
        home = Path(folder)
        source = make_recordings(home / "calls", arguments.calls)

        def night(name: str) -> SharedNight:
            url = f"sqlite:///{home / name}.db"
            schema.upgrade(url)
            return SharedNight(source, url, home / f"{name}.log")

        undisturbed = night("undisturbed")
        points = statements(undisturbed)
        found = result(undisturbed.url)
        for seed in range(arguments.kills):
            disturbed = night(f"kill-{seed}")
            killed += disturbed.run(kill_at=random.Random(seed).randint(1, points)) == -9
            code = disturbed.run()
            again = result(disturbed.url)
            same += code == 0 and again == found
            lost += len(found[3]) - sum(call.scorecard is not None for call in again[3])
            # What was in hand when the process died is heard again; what had its result is not.
            twice += sum(count > 2 for count in Counter(disturbed.heard()).values())
    print(f"{arguments.calls} calls, {points} points where a run can be killed: {killed} kills")
    print(f"{same} ended in the same rows, {lost} calls lost, {twice} done twice")
    if same < arguments.kills:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
