"""`callqa doctor --tune`: how fast this machine is, measured on the bundled calls, and what that says to set."""

from __future__ import annotations

import time
from importlib.resources import as_file, files
from pathlib import Path

from rich.table import Table

from callqa.bootstrap import passing_transcriber, probe, usable_cores
from callqa.cli.common import console, notes
from callqa.services.tune import Trial, advise, measure, worker_counts
from callqa.settings import PREFIX, Settings
from callqa.sources import hash_file, list_source, local_path
from callqa.standards import find_standard
from models.call import CallMeta
from models.errors import TransientError
from models.run import AudioJob

PROFILES = ("accurate", "fast")


def tune_machine(settings: Settings) -> list[Trial]:
    """Try each profile with one worker, half and all of the cores; the settings as they are but for these two.

    What fails is told and left out; raises TransientError when everything did.
    """
    standard = find_standard(settings.standard)
    trials: list[Trial] = []
    trouble: TransientError | None = None
    with as_file(files("callqa") / "demo_calls") as folder:
        paths = [Path(local_path(file.uri)) for file in list_source(str(folder)).files]
        jobs = [AudioJob(hash_file(path), str(path), probe(str(path)), CallMeta(path.name)) for path in paths]
        for profile in PROFILES:
            for workers in worker_counts(usable_cores()):
                notes.print(f"callqa doctor: profile {profile}, workers {workers} ...")
                tried = settings.model_copy(update={"profile": profile, "workers": workers})
                try:
                    speed = measure(passing_transcriber(tried, standard), jobs, time.perf_counter)
                except TransientError as error:
                    notes.print(f"callqa doctor: left out: {error}", markup=False)
                    trouble = error
                    continue
                trials.append(Trial(profile, workers, round(speed, 1)))
    if trouble is not None and not trials:
        raise trouble
    return trials


def print_trials(trials: list[Trial], settings: Settings) -> None:
    """A table, and the settings that it speaks for."""
    table = Table("profile", "workers", "seconds of calls per second", "an hour of calls takes")
    for trial in trials:
        minutes = 60 / trial.audio_s_per_s
        table.add_row(trial.profile, str(trial.workers), f"{trial.audio_s_per_s:.1f}", f"{minutes:.1f} min")
    console.print(table)
    for profile in PROFILES:
        of_profile = [trial for trial in trials if trial.profile == profile]
        if not of_profile:
            continue
        best = advise(of_profile)
        hours = best.audio_s_per_s * 8
        now = " (as set now)" if (settings.profile, settings.workers) == (profile, best.workers) else ""
        console.print(
            f"{PREFIX}PROFILE={profile} {PREFIX}WORKERS={best.workers}: {hours:.0f} hours of calls in 8 hours{now}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
