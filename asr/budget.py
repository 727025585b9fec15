"""How much work one recording may cost: a runaway must not eat the night."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import ReasonCode, RecordingError

ALWAYS_S = 60.0
"""However short the recording."""


class Budget:
    """Counts the seconds of work on one recording. Safe to use from several threads.

    Code of other libraries cannot be interrupted from outside (threads do not stop it, processes would each load the
    model), so it is asked in small pieces, each of them bounded, and the budget is looked at between them.
    """

    def __init__(self, work_s_per_s: float) -> None:
        """A recording may take `ALWAYS_S` and `work_s_per_s` for each second of its sound."""
        self._rate = work_s_per_s
        self._lock = threading.Lock()
        self._sound_s = 0.0
        self._spent_s = 0.0

    def grant(self, sound_s: float) -> None:
        """Say how much sound there is, as far as it is known."""
        with self._lock:
            self._sound_s = max(self._sound_s, sound_s)

    def spend(self, seconds: float) -> None:
        """Count work; raises RecordingError when that was too much."""
        with self._lock:
            self._spent_s += seconds
        self.check()

    def check(self) -> None:
        """Raise RecordingError when too much was spent before."""
        with self._lock:
            spent_s, sound_s, limit_s = self._spent_s, self._sound_s, ALWAYS_S + self._rate * self._sound_s
        if spent_s > limit_s:
            raise RecordingError(
                ReasonCode.PROCESSING_FAILED,
                f"given up after {spent_s:.0f} s of work on {sound_s:.0f} s of sound; the setting work_s_per_s allows "
                f"{limit_s:.0f} s: listen to it, and raise the setting if it is an ordinary call",
            )

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Count the time inside the `with` block; raises like `spend`, before it and after it."""
        self.check()
        begun_s = time.perf_counter()
        yield
        self.spend(time.perf_counter() - begun_s)
