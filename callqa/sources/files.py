"""The bytes behind local addresses: read only where they may be, known by their digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from models.errors import ReasonCode, RecordingError

_READ_BYTES = 1 << 20


def confined(path: Path, roots: Sequence[Path]) -> Path:
    """The real path of a file, links followed, which lies in one of the real folders `roots`.

    Raises RecordingError (unreadable_file) when it leads out of them: whoever may drop files into a source must not
    make callqa read what lies elsewhere. Hard links and mounts are the administrator's and are not looked through.
    """
    try:
        real = Path(os.path.realpath(path, strict=True))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no possible path"
        raise RecordingError(ReasonCode.UNREADABLE_FILE, f"cannot be read: {reason}") from error
    if not is_inside(real, roots):
        raise RecordingError(
            ReasonCode.UNREADABLE_FILE,
            f"{path.name!r} is a link out of the source and is not followed; put the recording there itself, or name "
            "the folder that it lies in as a source too",
        )
    return real


def is_inside(real: Path, roots: Sequence[Path]) -> bool:
    """Whether a path without links lies in one of the folders, or is one of them."""
    return any(real.is_relative_to(root) for root in roots)


def hash_file(path: Path) -> str:
    """SHA-256 (hex) of the file's bytes. Raises RecordingError when they cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_READ_BYTES):
                digest.update(block)
    except OSError as error:
        raise RecordingError(ReasonCode.UNREADABLE_FILE, f"cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def local_path(uri: str) -> str:
    """The path behind a `file://` URI, also for names that are not valid UTF-8."""
    return os.fsdecode(unquote_to_bytes(urlsplit(uri).path))


def printed(path: str | Path) -> str:
    """A path as text that every program takes: bytes that are no UTF-8 are written as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
