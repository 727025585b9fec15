"""What it costs that recordings are opened in a process of their own: CPU time of decoding there and here.

    python -m benchmarks.decoding [--rounds 5]

The bundled calls, in the process that asks and in the other one; CPU time of both counts, by the hour of sound. The
start of the other process, once for a night, is told beside it.
"""

from __future__ import annotations

import argparse
import resource
from importlib.resources import files
from pathlib import Path

from asr import audio, decoder
from asr.budget import Budget


def main() -> None:
    """Decode every call in both ways, several times."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine-s", type=float, default=0.0, help="CPU seconds of the whole engine on an hour")
    arguments = parser.parse_args()
    calls = sorted((Path(str(files("callqa"))) / "demo_calls").glob("d*"))
    audio_s = 0.0
    begun_s = _cpu_s()
    for _ in range(arguments.rounds):
        for call in calls:
            audio_s += audio.decode(str(call)).duration_s
    here_s = _cpu_s() - begun_s
    begun_s = _cpu_s()
    decoder.probe(str(calls[0]))
    decoder.close()
    start_s = _cpu_s() - begun_s
    begun_s = _cpu_s()
    for _ in range(arguments.rounds):
        for call in calls:
            decoder.decode(str(call), Budget(10.0))
    decoder.close()
    there_s = _cpu_s() - begun_s - start_s
    print(f"{len(calls)} calls, {arguments.rounds} rounds, {audio_s / 60:.0f} minutes of sound")
    print(
        f"CPU seconds for an hour of sound: {here_s * 3600 / audio_s:.2f} in this process, "
        f"{there_s * 3600 / audio_s:.2f} in another one, and {start_s:.2f} once for its start"
    )


def _cpu_s() -> float:
    """Of this process and of those that it has ended."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    main()
