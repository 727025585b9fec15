"""How many words go to the right party, by call and in all, and who is taken for the agent.

    python -m benchmarks.roles                        the bundled mono recording
    python -m benchmarks.roles FOLDER [--only '*.mono.wav']
    python -m benchmarks.roles FOLDER --mix           stereo recordings, mixed to one channel first
    python -m benchmarks.roles FOLDER --swap          stereo recordings whose channels are exchanged half way

Recordings have ID.json beside them (or in --truth) with `turns`: role, start, end. A word belongs to the party that
speaks at its midpoint; where both do, either is right; words where nobody speaks are left out. Characters are counted.
Metadata is not used. Intervals are 95 %, by drawing calls with replacement.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from callqa.bootstrap import transcriber_for
from callqa.cli.common import settings_from
from callqa.standards import find_standard
from models.call import CallMeta
from models.run import AudioJob
from models.transcript import Role, Transcript

PARTIES = {"agent": Role.AGENT, "customer": Role.CUSTOMER}
TRUTH = Path("tests") / "data" / "truth"
DRAWS = 2000

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TrueTurn:
    """Who spoke, and when."""

    role: Role
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Tally:
    """Characters by whether they were given to the party that said them, to the other one, or to nobody."""

    right: int = 0
    wrong: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All characters said while a party speaks."""
        return self.right + self.wrong + self.unknown

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.wrong + other.wrong, self.unknown + other.unknown)


def tally(transcript: Transcript, turns: Sequence[TrueTurn]) -> Tally:
    """Compare the roles of the transcript's words with who spoke at their midpoints."""
    counts = {"right": 0, "wrong": 0, "unknown": 0}
    for utterance in transcript.utterances:
        for word in utterance.words:
            middle_s = (word.start_s + word.end_s) / 2
            speaking = {turn.role for turn in turns if turn.start_s <= middle_s <= turn.end_s}
            if speaking:
                known = utterance.role in PARTIES.values()
                how = "unknown" if not known else "right" if utterance.role in speaking else "wrong"
                counts[how] += word.char_end - word.char_start
    return Tally(**counts)


def interval(tallies: Sequence[Tally], of: Callable[[Tally], int]) -> tuple[float, float]:
    """95 % interval of a share of all characters, by drawing calls with replacement."""
    random = np.random.default_rng(0)
    parts = np.array([(of(t), t.total) for t in tallies])
    drawn = parts[random.integers(0, len(parts), (DRAWS, len(parts)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / np.maximum(drawn[:, 1], 1), [2.5, 97.5])
    return float(low), float(high)


def mixed(channels: Samples) -> Samples:
    """Both channels (n, 2) as one (n, 1)."""
    return np.asarray(channels.mean(axis=1, keepdims=True), dtype=np.float32)


def swapped(channels: Samples) -> Samples:
    """The channels (n, 2) exchanged from the middle on."""
    half = len(channels) // 2
    return np.concatenate([channels[:half], channels[half:, ::-1]])


def recordings(folder: Path, only: str, change: Callable[[Samples], Samples] | None, scratch: Path) -> Iterator[Path]:
    """The folder's recordings; changed ones are written to `scratch` under the same name, as WAV."""
    for path in sorted(p for p in folder.iterdir() if p.suffix != ".json" and fnmatch(p.name, only)):
        if change is None:
            yield path
            continue
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        if sound.shape[1] == 2:
            changed = scratch / f"{path.stem}.wav"
            soundfile.write(changed, change(sound), rate_hz, "PCM_16")
            yield changed


def turns_of(path: Path, truth: Path) -> list[TrueTurn]:
    """The truth about a recording, by the part of its name before the first dot."""
    document = json.loads((truth / f"{path.name.split('.')[0]}.json").read_text(encoding="utf-8"))
    return [TrueTurn(PARTIES[t["role"]], t["start"], t["end"]) for t in document["turns"] if t["role"] in PARTIES]


def main() -> None:
    """Hear, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--truth", type=Path, help="folder of ID.json files; default: beside the recordings")
    parser.add_argument("--only", help="pattern of file names; default: *.mono.*, or *.flac with --mix or --swap")
    parser.add_argument("--home", type=Path, help="data folder with the weights; default: a temporary one")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--mix", action="store_const", const=mixed, dest="change")
    way.add_argument("--swap", action="store_const", const=swapped, dest="change")
    arguments = parser.parse_args()
    only = arguments.only or ("*.flac" if arguments.change else "*.mono.*")
    with tempfile.TemporaryDirectory() as scratch, as_file(files("callqa") / "demo_calls") as bundled:
        folder = arguments.folder or bundled
        truth = arguments.truth or (arguments.folder or TRUTH)
        (Path(scratch) / "calls").mkdir()
        paths = list(recordings(folder, only, arguments.change, Path(scratch) / "calls"))
        measure(paths, truth, arguments.home or Path(scratch) / "home")


def measure(paths: Sequence[Path], truth: Path, home: Path) -> None:
    """Transcribe the recordings and print the shares."""
    settings = settings_from(home=home)
    transcriber = transcriber_for(settings, find_standard(settings.standard))
    jobs = [AudioJob(path.name, str(path), None, CallMeta(path.name)) for path in paths]
    found: dict[str, tuple[Transcript, Tally]] = {}
    for outcome in transcriber.transcribe(jobs):
        if outcome.transcript is None:
            print(f"{outcome.recording_id}: {outcome.error}")
            continue
        path = next(path for path in paths if path.name == outcome.recording_id)
        found[path.name] = outcome.transcript, tally(outcome.transcript, turns_of(path, truth))
    print(f"{'':52}{'right':>8}{'wrong':>8}{'unknown':>8}{'chars':>7}  {'sure':>5}  roles by")
    for name, (transcript, counts) in sorted(found.items()):
        print(f"{_row(name, counts)}  {transcript.role_confidence:5.2f}  {transcript.role_basis}")
    tallies = [counts for _, counts in found.values()]
    if not tallies:
        return
    print(_row(f"all, {len(tallies)} recordings", sum(tallies, Tally())))
    for name, of in (("right", lambda t: t.right), ("unknown", lambda t: t.unknown)):
        low, high = interval(tallies, of)
        print(f"95 % interval of {name}: {low:.1%} to {high:.1%}")
    mistaken = [name for name, (_, counts) in sorted(found.items()) if counts.wrong > counts.right]
    print(f"agent and customer exchanged: {len(mistaken)} {' '.join(mistaken)}")


def _row(label: str, counts: Tally) -> str:
    shares = "".join(f"{n / max(counts.total, 1):8.1%}" for n in (counts.right, counts.wrong, counts.unknown))
    return f"{label:52}{shares}{counts.total:7}"


if __name__ == "__main__":
    main()
