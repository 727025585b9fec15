"""A night of damaged files through intake, decoding, speech detection, playback and scoring as a run has them.

Only Whisper is a stand-in, which hears the same word in every window: it is asked for sound that was decoded already.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr import decoder
from asr.hearing import Heard, HeardWord, Hearer, Way
from asr.options import EngineOptions
from asr.transcriber import WhisperTranscriber
from callqa.metadata import MetadataReader
from callqa.services.audio import AudioKeeper
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeRules, register
from callqa.services.runs import finish_run, plan_run, take_up
from callqa.sources import AddressFinder, list_source
from callqa.standards import find_standard
from models.run import Planned, RunView
from models.transcript import EngineReceipt
from scoring import scorer_of
from storage import Database, schema
from storage.audio_store import FileAudioStore
from tests.factories import ENGINE
from tests.mutated_sound import every_format, mutated, telephone_call
from tests.shared_night import this_worker

CALL = Path(__file__).parents[1] / "callqa/demo_calls/d06_late_greeting_impatient.flac"
MOST_ATTEMPTS = 3
PROCESSED = "processed"
WAITING = "waiting"


class OneWord:
    """Hears the same word in every window."""

    takes_prompt_only = False

    def load(self) -> None:
        """Nothing is needed."""

    def hear(self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], way: Way) -> list[Heard]:
        """One word each."""
        return [Heard((HeardWord("您好", 0.1, 0.5, 0.9),), 2, -0.2) for _ in sounds]


class Listener(WhisperTranscriber):
    """The engine with a stand-in for Whisper."""

    def _packed(self) -> tuple[EngineReceipt, Hearer, int, int]:
        return ENGINE, OneWord(), self._options.workers or 1, 1


@dataclass(frozen=True, slots=True)
class Toll:
    """What became of the files, by what was done to each, and what it took.

    `fates` are PROCESSED, WAITING or reason codes, by file name. `longest_s` is the wall-clock time of the slowest file,
    at intake or after it; `run_mb` the most memory that the run's process took.
    """

    fates: dict[str, str]
    longest_s: float
    run_mb: float


def write_mutations(folder: Path, count: int, seed: int, seconds: float = 4.0) -> dict[str, tuple[str, str]]:
    """Damaged files of every format; by file name, the original and the mutation."""
    folder.mkdir()
    originals = every_format(telephone_call(CALL, seconds))
    names = list(originals)
    written: dict[str, tuple[str, str]] = {}
    for number, (which, mutation, data) in enumerate(mutated(list(originals.values()), count, seed)):
        name = f"{number:05d}-{mutation}-{names[which]}"
        (folder / name).write_bytes(data)
        written[name] = names[which], mutation
    return written


def endure(folder: Path, home: Path) -> tuple[int, Toll | None]:
    """The night in a process of its own: its exit code, negative for a signal, and what it found if it ended well."""
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    process = context.Process(target=_endure, args=(folder, home, answers))
    process.start()
    toll: Toll | None = None
    while toll is None and (process.is_alive() or not answers.empty()):
        try:
            toll = answers.get(timeout=1.0)
        except Exception:  # noqa: BLE001 - nothing yet; whether there will be says the process
            continue
    process.join()
    assert process.exitcode is not None
    return process.exitcode, toll


def _endure(folder: Path, home: Path, answers: Any) -> None:
    answers.put(inspect_folder(folder, home))


def inspect_folder(folder: Path, home: Path) -> Toll:
    """Take the folder in and inspect it file by file, so that each file's time is known."""
    url = f"sqlite:///{home / 'night.db'}"
    schema.upgrade(url)
    database = Database(url)
    standard = find_standard("telecom-hotline-zh")
    listing = list_source(str(folder))
    now = datetime.now(UTC)
    run = plan_run(listing.uri, None, None, standard.ref, ENGINE.digest, scorer_of(standard, None), now)
    took_s: list[float] = []

    def probe(path: str) -> Any:
        begun_s = time.perf_counter()
        try:
            return decoder.probe(path)
        finally:
            took_s.append(time.perf_counter() - begun_s)

    register([MetadataReader(listing, "UTC")], run, IntakeRules("UTC", 0), probe, database.unit_of_work)
    keeper = AudioKeeper(FileAudioStore(home / "audio"), decoder.GuardedPlayback(), True, False, lambda: now)
    inspector = Inspector(
        run,
        standard,
        None,
        Listener(EngineOptions(data_dir=home, device="cpu", workers=1)),
        AddressFinder(),
        database.unit_of_work,
        "0.0.test",
        MOST_ATTEMPTS,
        this_worker(),
        keeper,
    )
    for call in take_up(run.id, now, database.unit_of_work):
        begun_s = time.perf_counter()
        inspector.inspect([Planned(call.recording.id, call.attempts)])
        took_s.append(time.perf_counter() - begun_s)
    finish_run(run.id, now, database.unit_of_work)
    with database.unit_of_work() as uow:
        view = uow.runs.view(run.id)
    database.close()
    assert view is not None
    decoder.close()
    return Toll(
        _fates(view),
        max(took_s),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _fates(view: RunView) -> dict[str, str]:
    fates: dict[str, str] = {}
    for call in view.calls:
        if call.stored.quarantine is not None:
            fate = call.stored.quarantine.reason.value
        else:
            fate = PROCESSED if call.scorecard is not None else WAITING
        for uri in call.uris:
            fates[Path(uri).name] = fate
    return fates


def counted(fates: dict[str, str]) -> Counter[str]:
    """How many files met each fate."""
    return Counter(fates.values())
