"""Where the time goes, so that a benchmark can say what everything else costs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The kinds of work that listening is made of."""

    DECODE = "decode"
    SPEECH = "speech"
    FEATURES = "features"
    ENCODE = "encode"
    SEARCH = "search"
    ALIGN = "align"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class StageTimings:
    """Wall-clock seconds in which a stage was at work, added up since the start of the process.

    `decode_s`: files to samples; `speech_s`: where each party speaks, tones, packing; `features_s`: windows to spectra;
    `encode_s`: Whisper's encoder; `search_s`: its decoder, searching for text (a service: the whole answer);
    `align_s`: its decoder once more, for the times of words; `text_s`: judging, words, roles, clean text. While several
    threads work at once, each moment is shared equally between the stages then at work: their sum never exceeds the
    time that passed. With one thread it is also, but for waiting, the CPU time.
    """

    decode_s: float
    speech_s: float
    features_s: float
    encode_s: float
    search_s: float
    align_s: float
    text_s: float

    @property
    def whisper_s(self) -> float:
        """Seconds in Whisper itself, encoder and decoder."""
        return self.encode_s + self.search_s + self.align_s

    @property
    def total_s(self) -> float:
        """Seconds in which any stage was at work."""
        return self.decode_s + self.speech_s + self.features_s + self.whisper_s + self.text_s


class StageClock:
    """Attributes passing time to the stages at work. Safe to use from several threads."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._working = dict.fromkeys(Stage, 0)
        self._spent_s = dict.fromkeys(Stage, 0.0)
        self._last_s = now()

    @contextmanager
    def at(self, stage: Stage) -> Iterator[None]:
        """Count the time inside the `with` block as this stage's."""
        self._change(stage, 1)
        try:
            yield
        finally:
            self._change(stage, -1)

    def timings(self) -> StageTimings:
        """The seconds spent so far, running work included."""
        with self._lock:
            self._settle()
            spent = self._spent_s
            return StageTimings(*(spent[stage] for stage in Stage))

    def _change(self, stage: Stage, by: int) -> None:
        with self._lock:
            self._settle()
            self._working[stage] += by

    def _settle(self) -> None:
        now_s = self._now()
        passed_s, self._last_s = now_s - self._last_s, now_s
        threads = sum(self._working.values())
        for stage, count in self._working.items():
            if count:
                self._spent_s[stage] += passed_s * count / threads
