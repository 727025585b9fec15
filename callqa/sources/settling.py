"""Whether a file is whole: what a recorder still writes is left for the next pass."""

from __future__ import annotations

import os
import time
from pathlib import Path

from callqa.sources.names import WRITERS

Stamp = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


def stamp_of(path: Path) -> Stamp | None:
    """The file's stamp now; None when it cannot be seen, which reading it will explain."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def still_written(path: Path, settle_s: float) -> bool:
    """Whether the file changed within the last `settle_s` seconds, or lies beside its own temporary name.

    A time of change that lies further ahead than that is another clock's and says nothing. With 0 seconds only the
    temporary name counts.
    """
    if any(os.path.lexists(f"{path}{suffix}") for suffix in WRITERS):
        return True
    stamp = stamp_of(path)
    return stamp is not None and abs(time.time() - stamp[1] / 1e9) < settle_s
