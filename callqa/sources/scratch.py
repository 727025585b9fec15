"""A place for recordings that are here for the moment only, also when their process is killed."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from models.errors import TransientError

SPARE_BYTES = 256 << 20
"""So much of the disk stays free: the database is on it, too."""
_LOCK = "lock"
_PRIVATE = 0o700
_LONGEST_NAME_BYTES = 200


class Scratch:
    """Folders in `root` that are gone after use. Safe to use from threads, by several processes and after a fork.

    Each process has a folder of its own, locked as long as it lives; the system takes the lock away however it ends.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._turn = threading.Lock()
        self._own: Path | None = None
        self._pid = 0

    @contextmanager
    def place_for(self, name: str) -> Iterator[Path]:
        """A path to write one file to, called as `name` where a file can be; what is there goes with the block.

        Raises TransientError when the disk cannot be written.
        """
        try:
            folder = Path(tempfile.mkdtemp(dir=self._folder()))
        except OSError as error:
            raise self.trouble(error) from error
        try:
            yield folder / _as_file_name(name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def need(self, size_bytes: int) -> None:
        """Raise TransientError unless that much may still be written."""
        free = shutil.disk_usage(self._folder()).free
        if size_bytes + SPARE_BYTES > free:
            raise TransientError(
                f"no room for {size_bytes} bytes of a recording in {self._root}, where {free} are free and "
                f"{SPARE_BYTES} stay so; make room there"
            )

    def trouble(self, error: OSError) -> TransientError:
        """What to say when its disk fails."""
        return TransientError(f"{self._root} cannot be written: {error.strerror}; look at that disk")

    def reap(self) -> None:
        """Delete what processes left that were killed. Never raises: the next one tries again."""
        try:
            with _turn(self._root):
                for folder in self._root.iterdir():
                    if folder.is_dir() and not _is_held(folder / _LOCK):
                        shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            return

    def _folder(self) -> Path:
        with self._turn:
            if self._own is None or self._pid != os.getpid():
                self._root.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
                # Nobody must find the folder before it is locked.
                with _turn(self._root):
                    own = Path(tempfile.mkdtemp(dir=self._root))
                    _hold(own / _LOCK)
                self._own, self._pid = own, os.getpid()
                atexit.register(_remove, own, os.getpid())
            return self._own


def _remove(folder: Path, pid: int) -> None:
    # A child that was forked ends as well, and this is not its folder.
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


def _as_file_name(name: str) -> str:
    """The last part of the name, which messages show; another where no file can be called so."""
    if name not in {"", ".", ".."} and "/" not in name and "\0" not in name:
        if len(name.encode("utf-8", "surrogateescape")) <= _LONGEST_NAME_BYTES:
            return name
        # The ending says what it may be.
        suffix = PurePosixPath(name).suffix
        return (
            f"recording{suffix}"
            if len(suffix.encode("utf-8", "surrogateescape")) <= _LONGEST_NAME_BYTES // 2
            else "recording"
        )
    return "recording"


@contextmanager
def _turn(root: Path) -> Iterator[None]:
    """One process at a time."""
    with (root / _LOCK).open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _hold(lock: Path) -> None:
    """Lock it as long as this process lives."""
    handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
