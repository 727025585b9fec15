"""What orchestration costs: start-up, and all of a 60-call run that is not decoding, speech detection or Whisper.

    python -m benchmarks.overhead [--calls 60]

The bundled calls are written out again as wav with different leading silence, so that every one is a recording of
its own. The run goes through the command line's own path: local Prefect server, flow, tasks, SQLite.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import asdict
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import soundfile

from callqa.bootstrap import transcriber_for
from callqa.cli.common import settings_from
from callqa.standards import find_standard
from flows.run_here import inspect_calls_here, prefect_ready


def write_calls(folder: Path, count: int) -> float:
    """Write `count` distinct recordings; returns their hours."""
    total_s = 0.0
    with as_file(files("callqa") / "demo_calls") as bundled:
        sources = sorted(p for p in bundled.iterdir() if p.suffix in {".flac", ".mp3", ".opus"})
        for number in range(count):
            sound, rate_hz = soundfile.read(sources[number % len(sources)], always_2d=True, dtype="float32")
            silence = np.zeros((rate_hz // 100 * (1 + number // len(sources)), sound.shape[1]), dtype=np.float32)
            soundfile.write(folder / f"call{number:03}.wav", np.concatenate([silence, sound]), rate_hz, "PCM_16")
            total_s += len(sound) / rate_hz
    return total_s / 3600


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=60)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measure(Path(scratch), arguments.calls)


def measure(scratch: Path, calls: int) -> None:
    """One run in `scratch`, printed."""
    (scratch / "calls").mkdir()
    hours = write_calls(scratch / "calls", calls)
    settings = settings_from(home=scratch / "home")

    begun = time.perf_counter()
    transcriber = transcriber_for(settings, find_standard(settings.standard))
    transcriber.warm_up()
    model_s = time.perf_counter() - begun

    begun = time.perf_counter()
    with prefect_ready(settings.home):
        server_s = time.perf_counter() - begun
        before = transcriber.timings()
        begun = time.perf_counter()
        summary = inspect_calls_here(settings.home, [str(scratch / "calls")], None, None, None)
        wall_s = time.perf_counter() - begun
    after = transcriber.timings()
    spent = {name: seconds - asdict(before)[name] for name, seconds in asdict(after).items()}
    other_s = wall_s - sum(spent.values())
    print(f"{summary['scored']} calls, {hours:.2f} h of audio, {wall_s:.1f} s, {hours * 3600 / wall_s:.1f} x real time")
    print(f"start-up, once: model {model_s:.1f} s, Prefect server and import {server_s:.1f} s")
    for name, seconds in spent.items():
        print(f"{name.removesuffix('_s'):18}{seconds:8.1f} s {seconds / wall_s:7.1%}")
    print(f"{'everything else':18}{other_s:8.1f} s {other_s / wall_s:7.1%}   (target: under 3 %)")


if __name__ == "__main__":
    main()
