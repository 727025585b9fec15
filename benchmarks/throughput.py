"""callqa against other ways to run Whisper: CPU time, accuracy and memory on the same weights, machine and calls.

    python -m benchmarks.throughput                           the bundled stereo calls
    python -m benchmarks.throughput FOLDER --calls 10 --rounds 3
    python -m benchmarks.throughput FOLDER --systems callqa-accurate,batched-tuned --threads 2
    python -m benchmarks.throughput FOLDER --whisper-ctranslate2 VENV/bin/whisper-ctranslate2
    python -m benchmarks.throughput FOLDER --whisper-s2t VENV/bin/python      with whisper-s2t-reborn and soundfile

What each system is and has: `benchmarks.contestants`. Each runs in a process of its own that loads its model and hears
one call before anything counts. Then, round by round, every system hears the same calls in turn; the order moves on by
one each round. Counted are CPU seconds (user and system, children included), which a machine with other work to do
disturbs less than wall-clock time; ratios are taken within a round. By default each system has one thread; the
wall-clock comparison is `--threads 2` on a machine with nothing else to do. callqa decodes windows of several calls
together and a night has thousands: a handful of calls leaves its batches half empty and shows less than it can do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path
from statistics import median
from typing import Any

from asr.weights import ensure_model
from benchmarks.accuracy import score_texts
from benchmarks.cer import interval, total
from benchmarks.contestants import Call, Cost
from benchmarks.listening import PARTIES, TRUTH, Spoken, spoken_in

OURS = ("callqa-accurate", "callqa-fast")
PEERS = ("sequential", "sequential-tuned", "batched", "batched-tuned")


class Worker:
    """A system in its own process. Raises RuntimeError when it stops before its answer."""

    def __init__(self, name: str, python: str, threads: int, options: Sequence[str]) -> None:
        one = {v: str(threads) for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
        command = [python, "-m", "benchmarks.contestants", name, "--threads", str(threads), *options]
        self.name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **one}
        )
        self._answer()

    def hear(self, calls: Sequence[Call]) -> Cost:
        """Hear the calls once."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([asdict(call) for call in calls]) + "\n")
        self._process.stdin.flush()
        return Cost(**json.loads(self._answer()))

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with exit status {self._process.wait()}; see its messages above")
        return line


@dataclass(frozen=True, slots=True)
class Measured:
    """One system's rounds, in order."""

    name: str
    rounds: tuple[Cost, ...]

    def speeds(self) -> list[float]:
        """Seconds of recording per CPU second, by round."""
        return [cost.audio_s / cost.cpu_s for cost in self.rounds]

    def wall_speeds(self) -> list[float]:
        """Seconds of recording per second of wall-clock time, by round."""
        return [cost.audio_s / cost.wall_s for cost in self.rounds]

    def times_as_fast_as(self, other: Measured) -> list[float]:
        """How much less CPU time this took, round by round."""
        return [theirs.cpu_s / ours.cpu_s for ours, theirs in zip(self.rounds, other.rounds, strict=True)]


def race(workers: Sequence[Worker], calls: Sequence[Call], rounds: int) -> list[Measured]:
    """Let all hear the calls `rounds` times in turn, after one call each that does not count."""
    costs: dict[str, list[Cost]] = {worker.name: [] for worker in workers}
    for worker in workers:
        worker.hear(calls[:1])
    for number in range(rounds):
        first = number % len(workers)
        for worker in (*workers[first:], *workers[:first]):
            cost = worker.hear(calls)
            costs[worker.name].append(cost)
            speed = cost.audio_s / cost.cpu_s
            print(f"round {number + 1}: {worker.name:22}{cost.cpu_s:8.1f} CPU s {speed:7.1f} x", file=sys.stderr)
    return [Measured(name, tuple(found)) for name, found in costs.items()]


def error_rate(measured: Measured, spoken: Sequence[Spoken]) -> tuple[float, tuple[float, float]]:
    """The character error rate of the last round's texts, and its interval."""
    texts: Mapping[str, Mapping[str, str]] = measured.rounds[-1].texts
    errors = [total(tuple(score_texts(s, texts[str(s.path)]).values())) for s in spoken]
    return total(errors).rate, interval(errors)


def table(measured: Sequence[Measured], spoken: Sequence[Spoken]) -> str:
    """Every system, how ours compare with each other one, and where our time went."""
    lines = [
        f"{'':22}{'audio s per CPU s':^24}{'per wall s':>12}{'CER':>8}  {'95 % interval':16}{'peak memory':>12}",
        f"{'':22}{'median':>8}{'min':>8}{'max':>8}",
    ]
    for m in measured:
        speeds = m.speeds()
        rate, (low, high) = error_rate(m, spoken)
        peak = max(cost.peak_rss_mb for cost in m.rounds)
        lines.append(
            f"{m.name:22}{median(speeds):8.1f}{min(speeds):8.1f}{max(speeds):8.1f}{median(m.wall_speeds()):12.1f}"
            f"{rate:8.1%}  {f'{low:.1%} to {high:.1%}':16}{peak:9.0f} MB"
        )
    for ours in (m for m in measured if m.name in OURS):
        lines.append("")
        for other in measured:
            if other.name not in OURS:
                times = ours.times_as_fast_as(other)
                lines.append(
                    f"{ours.name} is {median(times):5.2f} times as fast as {other.name:22}"
                    f"({min(times):.2f} to {max(times):.2f} in {len(times)} rounds)"
                )
        lines += _shares(ours)
    return "\n".join(lines)


def _shares(ours: Measured) -> list[str]:
    """Where the time went, over all rounds: each counted part, and the rest."""
    of = ours.rounds[0].parts_of
    whole_s = sum(cost.cpu_s if of == "cpu" else cost.wall_s for cost in ours.rounds)
    names = ours.rounds[0].parts
    parts = {name: sum(cost.parts[name] for cost in ours.rounds) for name in names}
    parts["all else"] = whole_s - sum(parts.values())
    shares = ", ".join(f"{name} {seconds / whole_s:.1%}" for name, seconds in parts.items())
    return [f"  share of {ours.name}'s {of} time: {shares}"]


def as_json(measured: Sequence[Measured], spoken: Sequence[Spoken]) -> list[dict[str, Any]]:
    """Every round's figures and the error rate, for machines."""
    found = []
    for m in measured:
        rate, limits = error_rate(m, spoken)
        rounds = [{k: v for k, v in asdict(cost).items() if k != "texts"} for cost in m.rounds]
        found.append({"system": m.name, "cer": rate, "interval_95": limits, "rounds": rounds})
    return found


def some(spoken: Sequence[Spoken], count: int) -> list[Spoken]:
    """`count` of them, evenly spaced; all for 0 or when there are no more."""
    if not 0 < count < len(spoken):
        return list(spoken)
    return [spoken[i * len(spoken) // count] for i in range(count)]


def main() -> None:
    """Race and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="stereo recordings with ID.json beside them")
    parser.add_argument("--calls", type=int, default=0, help="this many, evenly chosen; default all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="threads of each system")
    parser.add_argument("--systems", default=",".join((*OURS, *PEERS)), help="default: %(default)s")
    parser.add_argument("--whisper-ctranslate2", metavar="COMMAND", help="race this program too")
    parser.add_argument("--whisper-s2t", metavar="PYTHON", help="race the whisper_s2t of this Python too")
    parser.add_argument("--home", type=Path, help="data folder with the weights; default: a temporary one")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, as_file(files("callqa") / "demo_calls") as bundled:
        folder: Path = arguments.folder or bundled
        found = spoken_in(folder, folder if arguments.folder else TRUTH, "")
        spoken = some([s for s in found if not s.form.startswith("mono")], arguments.calls)
        calls = [Call(str(s.path), s.duration_s, PARTIES) for s in spoken]
        home = arguments.home or Path(scratch)
        options = ["--model", str(ensure_model("base", home).path), "--home", str(home)]
        wanted = [(name, sys.executable, options) for name in arguments.systems.split(",")]
        if arguments.whisper_ctranslate2:
            command = ["--command", arguments.whisper_ctranslate2]
            wanted.append(("whisper-ctranslate2", sys.executable, [*options, *command]))
        if arguments.whisper_s2t:
            wanted.append(("whisper-s2t", arguments.whisper_s2t, options))
        workers: list[Worker] = []
        try:
            for name, python, given in wanted:
                workers.append(Worker(name, python, arguments.threads, given))
            measured = race(workers, calls, arguments.rounds)
        finally:
            for worker in workers:
                worker.stop()
        hours = sum(call.duration_s for call in calls) / 3600
        print(f"{len(calls)} calls, {hours:.2f} h, {arguments.rounds} rounds, {arguments.threads} thread(s) each\n")
        print(table(measured, spoken))
        if arguments.json:
            arguments.json.write_text(json.dumps(as_json(measured, spoken), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
