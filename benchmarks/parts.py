"""What each choice of a profile costs and gives: variants of a profile on the same calls, by CPU time and error rate.

    python -m benchmarks.parts FOLDER tempo=1.0 beam_size=5 window_s=28
    python -m benchmarks.parts FOLDER --profile fast window_s=14,beam_size=2,tempo=1.0 --rounds 3

Each argument is one variant: what it changes of the profile (`asr.options.Profile`), separated by commas. The profile
as it is runs first and is what the others are compared with. All are in one process with one worker; in every round
each hears all calls in turn. CPU seconds by stage are the medians of the rounds; the ratio is taken within each round.
Run it on a quiet machine, with OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from asr.options import PROFILES, Profile
from asr.transcriber import WhisperTranscriber
from benchmarks.accuracy import score_texts
from benchmarks.cer import Errors, interval, total
from benchmarks.listening import Spoken, bench_settings, party_texts, spoken_in
from callqa.bootstrap import passing_transcriber
from callqa.standards import find_standard
from models.run import AudioJob


@dataclass(frozen=True, slots=True)
class Heard:
    """One round of one variant: CPU seconds in all and by stage, and each call's errors."""

    cpu_s: float
    stages_s: dict[str, float]
    errors: tuple[Errors, ...]


def variant(profile: Profile, changes: str) -> Profile:
    """The profile with changes such as `window_s=14,beam_size=2`; raises ValueError for what no profile has."""
    kinds = {field.name: type(getattr(profile, field.name)) for field in fields(profile)}
    found: dict[str, Any] = {}
    for change in changes.split(","):
        name, _, value = change.partition("=")
        if name not in kinds:
            raise ValueError(
                f"{change!r} changes nothing of a profile; write NAME=VALUE with one of {', '.join(kinds)}"
            )
        found[name] = value == "true" if kinds[name] is bool else kinds[name](value)
    return replace(profile, **found)


def built(profile: Profile, name: str, home: Path) -> WhisperTranscriber:
    """The engine as the settings make it, but with this profile."""
    settings = bench_settings(home, name)
    with patch.dict(PROFILES, {name: profile}):
        transcriber = passing_transcriber(settings, find_standard(settings.standard))
        transcriber.warm_up()
    return transcriber


def heard(transcriber: WhisperTranscriber, spoken: Sequence[Spoken]) -> Heard:
    """Hear all calls once."""
    jobs = [AudioJob(str(s.path), str(s.path), None, s.meta) for s in spoken]
    by_path = {str(s.path): s for s in spoken}
    before, started_s = _stages(transcriber), time.process_time()
    errors = []
    for outcome in transcriber.transcribe(jobs):
        if outcome.transcript is None:
            raise RuntimeError(f"{outcome.recording_id}: {outcome.error}")
        texts = party_texts(outcome.transcript)
        errors.append(total(tuple(score_texts(by_path[outcome.recording_id], texts).values())))
    cpu_s = time.process_time() - started_s
    after = _stages(transcriber)
    return Heard(cpu_s, {name: after[name] - before[name] for name in after}, tuple(errors))


def _stages(transcriber: WhisperTranscriber) -> dict[str, float]:
    timings = transcriber.timings()
    return {field.name.removesuffix("_s"): getattr(timings, field.name) for field in fields(timings)}


def table(names: Sequence[str], rounds: Sequence[Sequence[Heard]]) -> str:
    """A row for each variant: CPU seconds, its ratio to the first, error rate with interval, and the stages."""
    stages = list(rounds[0][0].stages_s)
    lines = [f"{'variant':44}{'CPU s':>7}{'ratio':>7}{'CER':>8}  {'95 %':16}" + "".join(f"{s:>9}" for s in stages)]
    for i, name in enumerate(names):
        mine = [found[i] for found in rounds]
        low, high = interval(mine[0].errors)
        ratio = median(found[i].cpu_s / found[0].cpu_s for found in rounds)
        lines.append(
            f"{name:44}{median(h.cpu_s for h in mine):7.1f}{ratio:7.2f}{total(mine[0].errors).rate:8.1%}  "
            f"{f'{low:.1%} to {high:.1%}':16}" + "".join(f"{median(h.stages_s[s] for h in mine):9.1f}" for s in stages)
        )
    return "\n".join(lines)


def main() -> None:
    """Hear and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, help="stereo recordings with ID.json beside them")
    parser.add_argument("variants", nargs="*", help="what to change of the profile, such as window_s=14,beam_size=2")
    parser.add_argument("--profile", default="accurate", choices=list(PROFILES))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--home", type=Path, help="data folder with the weights; default: a temporary one")
    arguments = parser.parse_args()
    os.environ["CALLQA_WORKERS"] = "1"
    spoken = [s for s in spoken_in(arguments.folder, arguments.folder, "") if not s.form.startswith("mono")]
    with tempfile.TemporaryDirectory() as scratch:
        home = arguments.home or Path(scratch)
        profile = PROFILES[arguments.profile]
        profiles = [profile, *(variant(profile, changes) for changes in arguments.variants)]
        engines = [built(one, arguments.profile, home) for one in profiles]
        for engine in engines:
            heard(engine, spoken[:1])
        rounds = [[heard(engine, spoken) for engine in engines] for _ in range(arguments.rounds)]
    print(table([f"{arguments.profile} as it is", *arguments.variants], rounds))


if __name__ == "__main__":
    main()
