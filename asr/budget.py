"""How much work one recording may cost: a runaway must not eat the night."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from models.errors import ReasonCode, RecordingError

ALWAYS_S = 60.0
"""However short the recording."""

LONGEST_H = 6.0
"""Longer than any call. Without a bound a small file of coded silence could become more samples than memory holds."""


class Budget:
    """Counts the seconds of work on one recording. Safe to use from several threads.

    Code of other libraries cannot be interrupted from outside (threads do not stop it; processes, as `asr.decoder` has
    for what opens files, would each load the model), so it is asked in small pieces, each of them bounded, and the
    budget is looked at before each: an answer that has come was paid for and is never thrown away.
    """

    def __init__(self, work_s_per_s: float, longest_h: float = LONGEST_H) -> None:
        """A recording may take `ALWAYS_S` and `work_s_per_s` for each second of its sound, `longest_h` at most."""
        self._rate = work_s_per_s
        self._longest_s = longest_h * 3600
        self._lock = threading.Lock()
        self._sound_s = 0.0
        self._spent_s = 0.0

    def grant(self, sound_s: float) -> None:
        """Say how much sound there is, as far as it is known; raises RecordingError when that is too much."""
        with self._lock:
            self._sound_s = max(self._sound_s, sound_s)
        if sound_s > self._longest_s:
            raise RecordingError(
                ReasonCode.TOO_LONG,
                f"there are more than {self._longest_s / 3600:g} hours of sound in it, which the setting longest_h "
                "allows: split it into calls, or raise the setting if it is one",
            )

    def spend(self, seconds: float) -> None:
        """Count work that was done; `check` tells whether it was too much."""
        with self._lock:
            self._spent_s += seconds

    def check(self) -> None:
        """Raise RecordingError when too much was spent before."""
        with self._lock:
            spent_s, sound_s, limit_s = self._spent_s, self._sound_s, ALWAYS_S + self._rate * self._sound_s
        if spent_s > limit_s:
            raise RecordingError(
                ReasonCode.TOO_COSTLY,
                f"given up after {spent_s:.0f} s of work on {sound_s:.0f} s of sound; the setting work_s_per_s allows "
                f"{limit_s:.0f} s: listen to it, and raise the setting if it is an ordinary call",
            )

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Check, then count what this thread computes inside the `with` block; the time that it waits is not work."""
        self.check()
        begun_s = time.thread_time()
        yield
        self.spend(time.thread_time() - begun_s)


class Turnstile:
    """Shares out the time of a machine among those who use it at once, so that waiting for each other is not work.

    Each moment is split evenly among those inside. Safe to use from several threads.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        """`now` is a clock in seconds."""
        self._now = now
        self._lock = threading.Lock()
        self._inside = 0
        self._at_s = 0.0
        self._each_s = 0.0
        """What one who was always inside would have had by `_at_s`."""

    @contextmanager
    def inside(self, charge: Callable[[float], None]) -> Iterator[None]:
        """Charge this block's share in seconds at its end; nothing when it raises."""
        begun_s = self._passed(1)
        try:
            yield
        except BaseException:
            self._passed(-1)
            raise
        charge(self._passed(-1) - begun_s)

    def _passed(self, more: int) -> float:
        with self._lock:
            now_s = self._now()
            if self._inside:
                self._each_s += (now_s - self._at_s) / self._inside
            self._at_s = now_s
            self._inside += more
            return self._each_s
