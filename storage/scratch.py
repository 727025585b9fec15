"""Files that are there for a moment only: opened copies of sealed sound, for what must have a path."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_OWNER_ONLY = 0o600
_FOLDER_OWNER_ONLY = 0o700


@contextlib.contextmanager
def passing_copy(folder: Path, name: str, content: BinaryIO) -> Iterator[Path]:
    """A file in `folder` that only its owner can read, gone at the end; what killed processes left there goes first.

    `name` begins its name. Whose file it is is known by a lock on it, which a process that ends lets go.
    """
    reap(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_OWNER_ONLY)
    path, stream = _new(folder, name)
    try:
        with stream:
            shutil.copyfileobj(content, stream)
            stream.flush()
            yield path
    finally:
        path.unlink(missing_ok=True)


def reap(folder: Path) -> None:
    """Delete the files that no process holds any more; there need be no folder."""
    for path in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _new(folder: Path, name: str) -> tuple[Path, BinaryIO]:
    while True:
        # The ending comes last: programs look at it.
        path = folder / f"{Path(name).stem}.{secrets.token_hex(8)}{Path(name).suffix}"
        stream = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ONLY), "w+b")
        fcntl.flock(stream, fcntl.LOCK_EX)
        if path.exists():
            return path, stream
        # Somebody took it for one left behind before it was locked.
        stream.close()
