"""JSON beside a recording, read only inside the source and never past a reasonable size."""

from __future__ import annotations

import json
from typing import Any

from models.errors import RecordingError
from models.source import SourceStore

MOST_SIDECAR_BYTES = 1 << 20
"""A sidecar holds a dozen facts, a vendor's record some hundred; anything larger is no sidecar and is not read."""
UNREADABLE = "sidecar_unreadable"
"""The flag of a call whose sidecar is there and says nothing."""


def read_sidecar(store: SourceStore, name: str) -> Any:
    """What the source's file of that name holds, None when there is no such file.

    Raises ValueError when there is one that cannot be used: no file, too large, a link out of the source, or no JSON
    in UTF-8, UTF-16 or UTF-32.
    """
    try:
        raw = store.read(name, MOST_SIDECAR_BYTES)
        if raw is None:
            return None
        content = json.loads(raw)
    except (RecursionError, RecordingError) as error:
        raise ValueError(f"{name} cannot be read") from error
    if content is None:
        raise ValueError(f"{name} says nothing")
    return content
