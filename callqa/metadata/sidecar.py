"""JSON beside a recording, read only inside the source and never past a reasonable size."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from callqa.sources import confined
from models.errors import RecordingError

MOST_SIDECAR_BYTES = 1 << 20
"""A sidecar holds a dozen facts, a vendor's record some hundred; anything larger is no sidecar and is not read."""
UNREADABLE = "sidecar_unreadable"
"""The flag of a call whose sidecar is there and says nothing."""


def read_sidecar(path: Path, roots: Sequence[Path]) -> Any:
    """What the file holds, None when there is no such file.

    Raises ValueError when there is one that cannot be used: no file, too large, a link out of the source, or no JSON
    in UTF-8, UTF-16 or UTF-32.
    """
    if not os.path.lexists(path):
        return None
    try:
        real = confined(path, roots)
        status = real.stat()
        # Not even opened unless it is a file of reasonable size: reading from a pipe would wait for ever.
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_SIDECAR_BYTES:
            raise ValueError(f"{path.name} is no file of a sidecar's size")
        content = json.loads(real.read_bytes())
    except (OSError, RecursionError, RecordingError) as error:
        raise ValueError(f"{path.name} cannot be read") from error
    if content is None:
        raise ValueError(f"{path.name} says nothing")
    return content
