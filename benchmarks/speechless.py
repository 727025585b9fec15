"""What callqa invents where nobody speaks: half an hour of silence, noise, tones, music and other telephone sounds.

    python -m benchmarks.speechless [--seed 1] [--profile fast]

Each kind of sound (`benchmarks.sounds`) is heard once in mono and once in stereo, where the agent's channel
has the sound and the customer's another one of its kind, from a different seed. Every character in a transcript is
invented; the target is none. What the engine wrote and then judged invented itself is shown as "dropped".
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.listening import bench_settings
from benchmarks.sounds import KINDS, RATE_HZ
from callqa.bootstrap import transcriber_for
from callqa.settings import Settings
from callqa.standards import find_standard
from models.call import CallMeta
from models.run import AudioJob
from models.transcript import Role, Transcript

SECONDS = 26.0


@dataclass(frozen=True, slots=True)
class Invention:
    """What was made of one recording: characters by the engine's own account, and the seconds it took for speech."""

    kind: str
    channels: int
    speech_s: float
    characters: int
    agent_characters: int
    dropped_characters: int
    text: str
    error: str = ""


def write(folder: Path, seed: int, seconds: float) -> Iterator[tuple[str, int, Path]]:
    """Write every kind in mono and in stereo: (kind, channels, file). The same seed writes the same bytes."""
    for number, (kind, make) in enumerate(KINDS.items()):
        for channels in (1, 2):
            sounds = [
                make(seconds, np.random.default_rng([seed, zlib.crc32(kind.encode()), channels, channel]))
                for channel in range(channels)
            ]
            path = folder / f"{number:02}-{channels}.wav"
            soundfile.write(path, np.clip(np.stack(sounds, axis=1), -1, 1), RATE_HZ, subtype="PCM_16")
            yield kind, channels, path


def inventions(settings: Settings, sounds: Sequence[tuple[str, int, Path]]) -> list[Invention]:
    """Hear them all; the parties of stereo are told, as a switchboard would."""
    transcriber = transcriber_for(settings, find_standard(settings.standard))
    of = {path.name: (kind, channels) for kind, channels, path in sounds}
    roles = {1: (), 2: (Role.AGENT, Role.CUSTOMER)}
    jobs = [
        AudioJob(path.name, str(path), None, CallMeta(path.name, channel_roles=roles[channels]))
        for _, channels, path in sounds
    ]
    found = []
    for outcome in transcriber.transcribe(jobs):
        kind, channels = of[outcome.recording_id]
        if outcome.transcript is None:
            found.append(Invention(kind, channels, 0.0, 0, 0, 0, "", str(outcome.error)))
        else:
            found.append(_invention(kind, channels, outcome.transcript))
    return sorted(found, key=lambda i: (list(KINDS).index(i.kind), i.channels))


def _invention(kind: str, channels: int, heard: Transcript) -> Invention:
    return Invention(
        kind,
        channels,
        sum(span.end_s - span.start_s for span in heard.speech),
        sum(len(u.text) for u in heard.utterances),
        sum(len(u.text) for u in heard.utterances if u.role is Role.AGENT),
        sum(len(d.text) for d in heard.dropped),
        " / ".join(u.text for u in heard.utterances),
    )


def table(found: Sequence[Invention], seconds: float) -> str:
    """Every recording that was taken for speech, and the sums."""
    lines = [f"{'':28}{'channels':>8}{'speech s':>10}{'invented':>10}{'agent':>7}{'dropped':>9}"]
    for i in found:
        if i.speech_s or i.characters or i.dropped_characters or i.error:
            figures = f"{i.speech_s:10.1f}{i.characters:10}{i.agent_characters:7}{i.dropped_characters:9}"
            lines.append(f"{i.kind:28}{i.channels:8}{figures}  {i.text}{i.error}")
    lines.append(
        f"{len(found)} recordings, {len(found) * seconds / 60:.0f} minutes: "
        f"{sum(i.characters for i in found)} characters invented, {sum(i.agent_characters for i in found)} of them "
        f"the agent's; {sum(i.dropped_characters for i in found)} dropped; {sum(i.speech_s for i in found):.1f} s "
        f"taken for speech; {sum(bool(i.error) for i in found)} refused"
    )
    return "\n".join(lines)


def main() -> None:
    """Make, hear, print; exit status 1 when something was invented."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of each; default %(default)s")
    parser.add_argument("--profile", choices=["accurate", "fast"])
    parser.add_argument("--home", type=Path, help="data folder with the weights; default: a temporary one")
    parser.add_argument("--keep", type=Path, help="write the sounds to this folder and keep them")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = arguments.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        sounds = list(write(folder, arguments.seed, arguments.seconds))
        found = inventions(bench_settings(arguments.home or Path(scratch) / "home", arguments.profile), sounds)
        print(table(found, arguments.seconds))
        if arguments.json:
            lines = json.dumps([asdict(i) for i in found], ensure_ascii=False, indent=1)
            arguments.json.write_text(lines + "\n", encoding="utf-8")
    if any(i.characters for i in found):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
