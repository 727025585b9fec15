"""A night whose recordings are heard in no time: what is left is what callqa and Prefect themselves cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from callqa.bootstrap import app
from models.ports import TranscribeOutcome
from models.run import AudioJob
from models.transcript import EngineReceipt, Transcript
from tests.factories import ENGINE
from tests.fakes import hear_polite_call, probe_anything


@dataclass
class FakeEngine:
    """Hears one and the same polite call everywhere; `own_s`: processor time of that, nobody's overhead."""

    own_s: float = 0.0
    heard: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def engine(self) -> EngineReceipt:
        """The receipt of the tests' transcripts."""
        return ENGINE

    def transcribe(self, jobs: Sequence[AudioJob]) -> Iterator[TranscribeOutcome]:
        """One outcome per job."""
        for job in jobs:
            begun_s = time.thread_time()
            transcript = hear_polite_call(job)
            assert isinstance(transcript, Transcript)
            outcome = TranscribeOutcome(job.recording_id, replace(transcript, duration_s=60.0), None)
            with self._lock:
                self.own_s += time.thread_time() - begun_s
                self.heard.append(Path(job.path).name)
            yield outcome


def install() -> FakeEngine:
    """From now on this process hears with the fake, and takes every file for a minute of sound."""
    fake = FakeEngine()
    replaced = cast("Any", app)
    replaced.transcriber_for = lambda *_: fake
    replaced.probe = probe_anything
    return fake
