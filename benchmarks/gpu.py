"""callqa on a GPU beside faster-whisper's batched pipeline: speed, accuracy, where the time goes, GPU memory.

    python -m benchmarks.gpu FOLDER
    python -m benchmarks.gpu FOLDER --compute float16 --batches 16 --repeat 4
    python -m benchmarks.gpu FOLDER --device cpu --compute int8 --calls 2 --repeat 2     on a machine without one

callqa in both profiles and the peers of `benchmarks.contestants` in each arithmetic, the peers with each size of batch,
one system after the other, each in a process of its own that has the GPU for itself. A system loads and hears all calls
once before anything counts; then it hears them `--rounds` times, and once more `--repeat` times over as one list, as a
night has thousands of calls and a handful leaves every batch half empty (but `batched`, which takes one channel after
the other). Counted is wall-clock time. Memory is what the
card had in use at most beyond what it had before the system started; "GPU at work" is the share of time in which any
of its kernels ran, both as NVIDIA's library tells.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path
from statistics import mean, median
from typing import Any

import pynvml

from asr.cores import usable_cores
from asr.device import batch_for, card, choose, workers_for
from asr.weights import ensure_model
from benchmarks.accuracy import score_texts
from benchmarks.cer import Errors, interval, total
from benchmarks.contestants import Call, Cost
from benchmarks.listening import PARTIES, TRUTH, Spoken, spoken_in
from benchmarks.throughput import Worker, some

OURS = ("callqa-accurate", "callqa-fast")
PEERS = ("batched", "batched-tuned")
_LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Setup:
    """A system, and what it is told: device and arithmetic, windows or segments at once, and threads."""

    system: str
    device: str
    compute_type: str
    batch: int
    threads: int

    def worker(self, options: Sequence[str]) -> Worker:
        """The system in a process of its own."""
        hardware = ["--device", self.device, "--compute-type", self.compute_type, "--batch", str(self.batch)]
        return Worker(self.system, sys.executable, self.threads, [*options, *hardware])


@dataclass(frozen=True, slots=True)
class Used:
    """What was taken of the GPU: memory at most, and the share of the time in which it was at work."""

    peak_mb: float
    at_work: float


class Watch:
    """Looks at the GPU while the `with` block runs; `before_mb` is what others have of it."""

    def __init__(self, before_mb: float) -> None:
        self._before_mb = before_mb
        self._peak_mb = before_mb
        self._at_work: list[float] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def used(self) -> Used:
        """What was seen."""
        return Used(self._peak_mb - self._before_mb, mean(self._at_work) if self._at_work else 0.0)

    def _look(self) -> None:
        seen = card()
        while not self._done.wait(_LOOK_S):
            self._peak_mb = max(self._peak_mb, memory_mb(seen))
            self._at_work.append(pynvml.nvmlDeviceGetUtilizationRates(seen).gpu / 100)


def memory_mb(seen: object) -> float:
    """Memory of a card in use, by anybody."""
    return float(pynvml.nvmlDeviceGetMemoryInfo(seen).used) / 2**20


@dataclass(frozen=True, slots=True)
class Measured:
    """One system's rounds over the calls, and one over many times as many, during which the GPU was `used`, if any."""

    setup: Setup
    rounds: tuple[Cost, ...]
    repeated: Cost
    used: Used | None

    def errors(self, spoken: Sequence[Spoken]) -> list[Errors]:
        """Each call's errors in the last round."""
        texts = self.rounds[-1].texts
        return [total(tuple(score_texts(s, texts[str(s.path)]).values())) for s in spoken]


def measure(setup: Setup, options: Sequence[str], calls: Sequence[Call], rounds: int, repeat: int) -> Measured:
    """Run one system alone."""
    watch = Watch(memory_mb(card())) if setup.device == "cuda" else None
    worker = setup.worker(options)
    try:
        worker.hear(calls)
        costs = tuple(worker.hear(calls) for _ in range(rounds))
        with watch or nullcontext():
            repeated = worker.hear([*calls] * repeat)
    finally:
        worker.stop()
    return Measured(setup, costs, repeated, watch.used() if watch else None)


def heading(repeat: int) -> str:
    """Names of the columns."""
    return (
        f"{'':32}{'at once':>8}{'threads':>8}{'CER':>8}  {'95 %':16}{'audio s / wall s':>20}{f'x {repeat}':>8}"
        f"{'cores':>7}{'GPU at work':>12}{'GPU memory':>12}"
    )


def row(m: Measured, spoken: Sequence[Spoken]) -> str:
    """One system's line, and where the time of the repeated calls went if it tells."""
    errors, setup, many = m.errors(spoken), m.setup, m.repeated
    low, high = interval(errors)
    speeds = [cost.audio_s / cost.wall_s for cost in m.rounds]
    speed = f"{median(speeds):.0f} ({min(speeds):.0f} to {max(speeds):.0f})"
    line = (
        f"{setup.system:18}{setup.compute_type:14}{setup.batch:8}{setup.threads:8}{total(errors).rate:8.1%}  "
        f"{f'{low:.1%} to {high:.1%}':16}{speed:>20}{many.audio_s / many.wall_s:8.0f}{many.cpu_s / many.wall_s:7.1f}"
    )
    if m.used:
        line += f"{m.used.at_work:12.0%}{m.used.peak_mb:9.0f} MB"
    if not many.parts:
        return line
    parts = {**many.parts, "all else": many.wall_s - sum(many.parts.values())}
    return f"{line}\n    wall time: " + ", ".join(f"{name} {s / many.wall_s:.1%}" for name, s in parts.items())


def as_json(m: Measured, spoken: Sequence[Spoken]) -> dict[str, Any]:
    """All figures but the texts, for machines."""
    costs = [{k: v for k, v in asdict(c).items() if k != "texts"} for c in (*m.rounds, m.repeated)]
    errors = m.errors(spoken)
    return {
        **asdict(m.setup),
        "cer": total(errors).rate,
        "interval_95": interval(errors),
        "rounds": costs[:-1],
        "repeated": costs[-1],
        "gpu": asdict(m.used) if m.used else None,
    }


def about(device: str) -> str:
    """Names the card and its driver."""
    if device == "cpu":
        return "no GPU"
    return f"{pynvml.nvmlDeviceGetName(card())}, driver {pynvml.nvmlSystemGetDriverVersion()}"


def setups(systems: Sequence[str], device: str, kinds: Sequence[str], batches: Sequence[int], ours: int) -> list[Setup]:
    """Every system in every arithmetic: callqa with `ours` at once and its own threads, peers with each batch."""
    cores = usable_cores()
    return [
        Setup(name, device, kind, batch, workers_for(device, cores) if name in OURS else cores)
        for name in systems
        for kind in kinds
        for batch in ([ours] if name in OURS else batches)
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="stereo recordings with ID.json beside them")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--compute", default="float16,int8_float16", help="kinds of arithmetic; default: %(default)s")
    parser.add_argument("--batches", default="16,32", help="segments that a peer decodes at once; default: %(default)s")
    parser.add_argument("--systems", default=",".join((*OURS, *PEERS)), help="default: %(default)s")
    parser.add_argument("--calls", type=int, default=0, help="this many, evenly chosen; default all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=8)
    parser.add_argument("--home", type=Path, help="data folder with the weights; default: a temporary one")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, as_file(files("callqa") / "demo_calls") as bundled:
        folder: Path = arguments.folder or bundled
        found = spoken_in(folder, folder if arguments.folder else TRUTH, "")
        spoken = some([s for s in found if not s.form.startswith("mono")], arguments.calls)
        calls = [Call(str(s.path), s.duration_s, PARTIES) for s in spoken]
        home = arguments.home or Path(scratch)
        weights = ensure_model("base", home).path
        device, kinds = arguments.device, arguments.compute.split(",")
        batches = [int(batch) for batch in arguments.batches.split(",")]
        seconds, chosen = sum(call.duration_s for call in calls), choose(device, "auto").compute_type
        print(f"{len(calls)} calls, {seconds:.0f} s, {usable_cores()} cores; {about(device)}; auto is {chosen}\n")
        print(heading(arguments.repeat))
        results = []
        ours = batch_for(device, weights / "model.bin")
        for setup in setups(arguments.systems.split(","), device, kinds, batches, ours):
            options = ["--model", str(weights), "--home", str(home)]
            # One channel after the other: what is not done in one list is not done in a longer one either.
            repeat = 1 if setup.system == "batched" else arguments.repeat
            measured = measure(setup, options, calls, arguments.rounds, repeat)
            print(row(measured, spoken), flush=True)
            results.append(as_json(measured, spoken))
        if arguments.json:
            arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
