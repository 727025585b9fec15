"""What a process has in hand, and whether it hangs at it: work is bounded, so that others may take over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

_SLACK_S = 300.0
"""For what is no work on the sound: loading the model, waiting for others on the machine and for the database."""
_UNKNOWN_S = 3600.0
"""Assumed length of a recording that does not say: longer than nearly all, for slow work is more common than a hang."""


def may_take_s(work_s_per_s: float, length_s: float | None) -> float:
    """Seconds after which a process that is at a recording of this length hangs, by the setting `work_s_per_s`."""
    return _SLACK_S + work_s_per_s * (_UNKNOWN_S if length_s is None else length_s)


class InHand:
    """Recordings of one chunk, which are worked on in any order and side by side. Safe to use from several threads.

    As long as one result follows another it does not hang. Since the last one, it may take what all that are left may
    take together: nobody outside knows which of them it is at.
    """

    def __init__(self, may_take_s: Mapping[str, float], now: Callable[[], float] = time.monotonic) -> None:
        """`may_take_s` by recording id; `now` is a clock in seconds that stands still while the machine sleeps."""
        self._left = dict(may_take_s)
        self._now = now
        self._lock = threading.Lock()
        self._since_s = now()

    def settle(self, recording_id: str) -> None:
        """Its work is over, whatever came of it."""
        with self._lock:
            if self._left.pop(recording_id, None) is not None:
                self._since_s = self._now()

    def hangs(self) -> bool:
        """Whether there was no result for longer than there may be none."""
        with self._lock:
            return self._now() - self._since_s > sum(self._left.values())
