"""Whether a file is whole: what a recorder still writes is left for the next pass."""

from __future__ import annotations

import time

from callqa.sources.names import WRITERS
from models.source import SourceStore


def still_written(store: SourceStore, name: str, settle_s: float) -> bool:
    """Whether the file changed within the last `settle_s` seconds, or lies beside its own temporary name.

    A time of change that lies further ahead than that is another clock's and says nothing. With 0 seconds only the
    temporary name counts.
    """
    if any(store.exists(f"{name}{suffix}") for suffix in WRITERS):
        return True
    stamp = store.stamp(name)
    return stamp is not None and abs(time.time() - stamp.changed_at_s) < settle_s
