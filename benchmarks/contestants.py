"""Speech systems that are measured side by side, each in a process of its own: a worker of `benchmarks.throughput`.

    python -m benchmarks.contestants SYSTEM --model FOLDER --home FOLDER --threads 1

It loads and warms up, then answers each line on standard input (a JSON list of recordings, see `Call`) with a line on
standard output: what it cost and what was heard. Nothing is imported that the system itself does not need, so that a
peer may run under another environment's Python.

Everyone gets the same weights, the language, beam 5, word times, and recordings with one party per channel, whose
order is told. On a processor the arithmetic is int8; callqa and faster-whisper also run on a GPU (`benchmarks.gpu`).
What each has beside that:

- callqa: a gate against cross-talk, a prompt with words of the standard, repair of bad windows, roles of announcements.
- sequential: faster-whisper's `WhisperModel.transcribe` on each channel with its speech filter.
- batched: faster-whisper's `BatchedInferencePipeline` on each channel, 8 segments at a time unless told otherwise, its
  speech filter.
- `*-tuned`: the same with callqa's allocator settings, one thread for each of as many workers, one channel per worker.
- whisper-ctranslate2: its command line, `--batched`, one process for all channels; they are split beforehand, at no
  cost to it, and what a start on one second of silence costs is taken off, which is its loading.
- whisper-s2t: `transcribe_with_vad` on the CTranslate2 backend, 8 segments at a time, channels split likewise.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

BEAM = 5
BATCH = 8

Texts = dict[str, dict[str, str]]
"""Text by recording (its path) and party."""


@dataclass(frozen=True, slots=True)
class Call:
    """A recording to hear: its path, its length, and the party on each channel from the left."""

    path: str
    duration_s: float
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a list of calls took. CPU seconds are user and system of the process and of those it started.

    `parts` names where callqa's time went, in seconds of `parts_of` ("wall" or "cpu"); empty for the others.
    """

    cpu_s: float
    wall_s: float
    peak_rss_mb: float
    audio_s: float
    texts: Texts
    parts: dict[str, float] = field(default_factory=dict)
    parts_of: str = ""


@dataclass(frozen=True, slots=True)
class Hardware:
    """What callqa and faster-whisper run on: cpu or cuda, its arithmetic, and segments that a peer decodes at once."""

    device: str = "cpu"
    compute_type: str = "int8"
    batch: int = BATCH


System = Callable[[Sequence[Call]], Texts]
Parts = Callable[[], dict[str, float]]


def callqa(profile: str | None, home: Path, threads: int, hardware: Hardware) -> tuple[System, Parts]:
    """callqa as `callqa transcribe` runs it, and its counters of time by part."""
    os.environ["CALLQA_WORKERS"] = str(threads)
    os.environ["CALLQA_DEVICE"] = hardware.device
    os.environ["CALLQA_COMPUTE_TYPE"] = hardware.compute_type
    from benchmarks.listening import bench_settings, party_texts
    from callqa.bootstrap import transcriber_for
    from callqa.standards import find_standard
    from models.call import CallMeta
    from models.run import AudioJob
    from models.transcript import Role

    settings = bench_settings(home, profile)
    transcriber = transcriber_for(settings, find_standard(settings.standard))
    transcriber.warm_up()

    def hear(calls: Sequence[Call]) -> Texts:
        jobs = [
            AudioJob(call.path, call.path, None, CallMeta(call.path, channel_roles=tuple(map(Role, call.parties))))
            for call in calls
        ]
        heard: Texts = {}
        for outcome in transcriber.transcribe(jobs):
            if outcome.transcript is None:
                raise RuntimeError(f"{outcome.recording_id}: {outcome.error}")
            heard[outcome.recording_id] = party_texts(outcome.transcript)
        return heard

    def parts() -> dict[str, float]:
        return {name.removesuffix("_s"): seconds for name, seconds in asdict(transcriber.timings()).items()}

    return hear, parts


def faster_whisper(model_path: str, threads: int, hardware: Hardware, *, batched: bool, tuned: bool) -> System:
    """faster-whisper on each channel; tuned: our allocator, one thread for each of `threads` workers."""
    if tuned:
        from asr.process import keep_buffers, wide_vectors

        wide_vectors()
        if not keep_buffers():
            raise RuntimeError("the allocator took no settings: the tuned peers need glibc")
    import soundfile
    import soxr
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    workers = threads if tuned else 1
    model = WhisperModel(
        model_path,
        device=hardware.device,
        compute_type=hardware.compute_type,
        cpu_threads=1 if tuned else threads,
        num_workers=workers,
    )

    def text(sound: Any) -> str:
        options: dict[str, Any] = {"language": "zh", "beam_size": BEAM, "word_timestamps": True, "vad_filter": True}
        if batched:
            # A pipeline keeps state between segments, so each channel has its own.
            segments, _ = BatchedInferencePipeline(model).transcribe(sound, batch_size=hardware.batch, **options)
        else:
            segments, _ = model.transcribe(sound, **options)
        return "".join(segment.text for segment in segments)

    def channels(call: Call) -> Iterator[tuple[str, str, Any]]:
        # faster-whisper 1.2.1 opens no file with PyAV 19; this takes less time than its own way does with 18.
        sound, rate_hz = soundfile.read(call.path, dtype="float32", always_2d=True)
        columns = soxr.resample(sound, rate_hz, 16_000).T
        for party, column in zip(call.parties, columns, strict=True):
            yield call.path, party, column.copy()

    def hear(calls: Sequence[Call]) -> Texts:
        heard: Texts = {call.path: {} for call in calls}
        with ThreadPoolExecutor(workers) as pool:
            tasks = [(path, party, pool.submit(text, sound)) for call in calls for path, party, sound in channels(call)]
            for path, party, task in tasks:
                heard[path][party] = task.result()
        return heard

    return hear


def whisper_ctranslate2(command: str, model_path: str, threads: int) -> System:
    """The command line of whisper-ctranslate2 on files of one channel each."""

    def hear(calls: Sequence[Call]) -> Texts:
        with tempfile.TemporaryDirectory() as scratch:
            split = _split(calls, Path(scratch))
            options = ["--model_directory", model_path, "--language", "zh", "--device", "cpu", "--compute_type", "int8"]
            options += ["--threads", str(threads), "--batched", "True", "--batch_size", str(BATCH)]
            options += ["--word_timestamps", "True", "--output_format", "txt", "--output_dir", scratch]
            with _timed():
                subprocess.run([command, *split, *options], check=True, stdout=subprocess.DEVNULL)
            heard: Texts = {call.path: {} for call in calls}
            for wav, (path, party) in split.items():
                heard[path][party] = Path(wav).with_suffix(".txt").read_text(encoding="utf-8")
            return heard

    return hear


def whisper_s2t(model_path: str, threads: int) -> System:
    """whisper-s2t-reborn on files of one channel each."""
    import whisper_s2t

    model = whisper_s2t.load_model(
        model_path,
        device="cpu",
        compute_type="int8",
        cpu_threads=threads,
        asr_options={"beam_size": BEAM},
    )
    # Asked for word times at loading it fetches another model to align with; its own serves as well.
    model.aligner_model = model.model
    model.asr_options["word_timestamps"] = True

    def hear(calls: Sequence[Call]) -> Texts:
        with tempfile.TemporaryDirectory() as scratch:
            split = _split(calls, Path(scratch))
            many = len(split)
            with _timed():
                found = model.transcribe_with_vad(
                    list(split),
                    lang_codes=["zh"] * many,
                    tasks=["transcribe"] * many,
                    initial_prompts=[None] * many,
                    batch_size=BATCH,
                )
            heard: Texts = {call.path: {} for call in calls}
            for segments, (path, party) in zip(found, split.values(), strict=True):
                heard[path][party] = "".join(segment["text"] for segment in segments)
            return heard

    return hear


@dataclass(slots=True)
class _Meter:
    cpu_s: float = 0.0
    wall_s: float = 0.0
    used: bool = False


_meter = _Meter()


@contextmanager
def _timed() -> Iterator[None]:
    """Count only what happens inside, for systems that need preparation which is not theirs."""
    cpu_s, wall_s = _cpu_s(), time.perf_counter()
    yield
    _meter.cpu_s, _meter.wall_s, _meter.used = _cpu_s() - cpu_s, time.perf_counter() - wall_s, True


def _cpu_s() -> float:
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def _peak_rss_mb() -> float:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def _split(calls: Sequence[Call], folder: Path) -> dict[str, tuple[str, str]]:
    """Each channel as a WAV file of its own: file -> (recording, party)."""
    import soundfile

    split: dict[str, tuple[str, str]] = {}
    for number, call in enumerate(calls):
        sound, rate_hz = soundfile.read(call.path, always_2d=True)
        for column, party in enumerate(call.parties):
            wav = folder / f"{number:04}-{party}.wav"
            soundfile.write(wav, sound[:, column], rate_hz, subtype="PCM_16")
            split[str(wav)] = (call.path, party)
    return split


def measure(system: System, calls: Sequence[Call], parts: Parts | None = None, parts_of: str = "") -> Cost:
    """Run once and count."""
    _meter.used = False
    before = parts() if parts else {}
    cpu_s, wall_s = _cpu_s(), time.perf_counter()
    texts = system(calls)
    cpu_s, wall_s = _cpu_s() - cpu_s, time.perf_counter() - wall_s
    if _meter.used:
        cpu_s, wall_s = _meter.cpu_s, _meter.wall_s
    spent = {name: seconds - before[name] for name, seconds in (parts() if parts else {}).items()}
    return Cost(cpu_s, wall_s, _peak_rss_mb(), sum(c.duration_s for c in calls), texts, spent, parts_of)


def _silence() -> Call:
    import soundfile

    path = Path(tempfile.mkdtemp()) / "silence.wav"
    soundfile.write(path, [0.0] * 8000, 8000, subtype="PCM_16")
    return Call(str(path), 1.0, ("agent",))


def main() -> None:
    """Answer until standard input ends."""
    usual = Hardware()
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("system")
    parser.add_argument("--model", required=True, help="folder with the CTranslate2 model")
    parser.add_argument("--home", type=Path, required=True, help="callqa's data folder")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default=usual.device)
    parser.add_argument("--compute-type", default=usual.compute_type)
    parser.add_argument("--batch", type=int, default=usual.batch)
    parser.add_argument("--command", default="whisper-ctranslate2", help="the program of that name")
    arguments = parser.parse_args()
    # Libraries print what they like; the answers go where they cannot.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    hardware = Hardware(arguments.device, arguments.compute_type, arguments.batch)
    parts: Parts | None = None
    start = Cost(0.0, 0.0, 0.0, 0.0, {})
    name, _, how = arguments.system.partition("-")
    if name == "callqa":
        system, parts = callqa(how or None, arguments.home, arguments.threads, hardware)
    elif name in ("sequential", "batched"):
        system = faster_whisper(
            arguments.model, arguments.threads, hardware, batched=name == "batched", tuned=how == "tuned"
        )
    elif arguments.system == "whisper-ctranslate2":
        system = whisper_ctranslate2(arguments.command, arguments.model, arguments.threads)
        start = measure(system, [_silence()])
    elif arguments.system == "whisper-s2t":
        system = whisper_s2t(arguments.model, arguments.threads)
    else:
        parser.error(f"no system {arguments.system!r}")
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        calls = [Call(c["path"], c["duration_s"], tuple(c["parties"])) for c in json.loads(line)]
        answer = asdict(measure(system, calls, parts, "wall"))
        answer["cpu_s"] -= start.cpu_s
        answer["wall_s"] -= start.wall_s
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
