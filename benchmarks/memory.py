"""Peak memory and time of one long recording: two hours of stereo by default, in a process of its own.

    python -m benchmarks.memory                     speech for a tenth of the time, as after a forgotten hang-up
    python -m benchmarks.memory --speech 1.0        people talk all the time
    python -m benchmarks.memory --hours 1 --speech 0.003    ten seconds of speech in an hour

The recording is made of a bundled call, repeated, with faint noise between the repeats.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.listening import bench_settings
from callqa.bootstrap import transcriber_for
from callqa.standards import find_standard
from models.call import CallMeta
from models.run import AudioJob

CALL = "d10_abusive_agent.flac"
"""The bundled call with the fewest pauses."""


def write_long(path: Path, hours: float, speech: float) -> int:
    """Write the recording, block by block; returns how often the call is in it, the last time perhaps cut short.

    `speech` is the share of the time that the call takes up. A call too long for its share is cut to it.
    """
    with as_file(files("callqa") / "demo_calls" / CALL) as call:
        sound, rate_hz = soundfile.read(call, always_2d=True, dtype="float32")
    total = round(hours * 3600 * rate_hz)
    sound = sound[: max(round(total * speech), rate_hz)]
    pause = round(len(sound) / speech) - len(sound)
    faint = 0.0005 * np.random.default_rng(1).standard_normal((max(pause, 1), sound.shape[1]))
    repeats = 0
    with soundfile.SoundFile(path, "w", rate_hz, sound.shape[1], "PCM_16") as out:
        while (left := total - out.tell()) > 0:
            out.write(sound[:left])
            out.write(faint[: min(pause, max(left - len(sound), 0))])
            repeats += 1
    return repeats


def listen(path: Path, home: Path) -> None:
    """Transcribe in this process and print what it took."""
    settings = bench_settings(home)
    transcriber = transcriber_for(settings, find_standard(settings.standard))
    transcriber.warm_up()
    loaded_mb = _peak_rss_mb()
    begun = time.perf_counter()
    [outcome] = transcriber.transcribe([AudioJob(path.name, str(path), None, CallMeta(path.name))])
    wall_s = time.perf_counter() - begun
    if outcome.transcript is None:
        raise SystemExit(f"refused: {outcome.error}")
    characters = sum(len(u.text) for u in outcome.transcript.utterances)
    use = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{outcome.transcript.duration_s or 0:.0f} s of sound, {characters} characters, {wall_s:.0f} s of wall-clock "
        f"time, {use.ru_utime + use.ru_stime:.0f} CPU s\n"
        f"peak memory {_peak_rss_mb():.0f} MB, of which {loaded_mb:.0f} MB before the recording (target: below 1500)"
    )


def _peak_rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Write the recording, hear it in a fresh process, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument(
        "--speech", type=float, default=0.1, help="share of the time that is a call; default %(default)s"
    )
    parser.add_argument("--home", type=Path, help="data folder with the weights; default: a temporary one")
    parser.add_argument("--listen", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.listen:
        listen(arguments.listen, arguments.home)
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "long.wav"
        repeats = write_long(path, arguments.hours, arguments.speech)
        print(f"{arguments.hours:g} h of stereo, {CALL} {repeats} times", flush=True)
        home = str(arguments.home or Path(scratch) / "home")
        # A process of its own: what writing took must not count.
        subprocess.run([sys.executable, "-m", "benchmarks.memory", "--listen", str(path), "--home", home], check=True)


if __name__ == "__main__":
    main()
