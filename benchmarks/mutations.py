"""Damaged sound files of every format, sent through a night: what became of them, and whether anything broke.

    python -m benchmarks.mutations [--files 2000] [--seed 7]

Bits are flipped, ends cut off, header fields turned into extreme ones, stretches blanked, moved, repeated and dropped,
foreign bytes put before and behind. Intake, decoding, speech detection, playback copies, scoring and storage (SQLite)
are the run's own; a stand-in hears the words. The night is a process of its own: it must end by itself, with every file
either processed or in quarantine for a reason, and none may take longer than its budget. Exit code 1 otherwise.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from asr.budget import ALWAYS_S
from asr.decoder_pool import MEMORY_BYTES, STUCK_S
from tests.mutated_night import PROCESSED, WAITING, counted, endure, write_mutations


def main() -> None:
    """Damage, inspect, count."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = Path(folder)
        written = write_mutations(home / "calls", arguments.files, arguments.seed)
        begun_s = time.perf_counter()
        code, toll = endure(home / "calls", home)
        took_s = time.perf_counter() - begun_s
    formats = len({original for original, _ in written.values()})
    print(f"{len(written)} damaged files of {formats} formats, seed {arguments.seed}, in {took_s:.0f} s")
    if toll is None:
        print(f"the run ended with exit code {code}: 1 crash")
        raise SystemExit(1)
    for fate, count in counted(toll.fates).most_common():
        print(f"{count:6} {fate}")
    print("processed, by what was done to the file:")
    done = Counter(mutation for name, (_, mutation) in written.items() if toll.fates.get(name) == PROCESSED)
    whole = Counter(mutation for _, mutation in written.values())
    print("  " + ", ".join(f"{mutation} {done[mutation]}/{whole[mutation]}" for mutation in sorted(whole)))
    lost = len(written) - len(toll.fates)
    waiting = counted(toll.fates)[WAITING]
    # Beyond the budget of computing, what one answer may take.
    most_s = ALWAYS_S + STUCK_S
    print(
        f"the run ended with exit code {code}: 0 crashes, {lost} files lost, {waiting} neither processed nor in "
        f"quarantine; the slowest file took {toll.longest_s:.1f} s of {most_s:.0f}; the run's own memory was at most "
        f"{toll.run_mb:.0f} MB, a decoder's is held below {MEMORY_BYTES / 2**20:.0f} MB by the system"
    )
    if code or lost or waiting or toll.longest_s > most_s:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
