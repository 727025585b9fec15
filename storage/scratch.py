"""Files that are here for the moment only, also when their process is killed: fetched recordings, opened sound."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from models.errors import TransientError

SPARE_BYTES = 256 << 20
"""So much of the disk stays free: the database is on it, too."""
_LOCK = "lock"
_PRIVATE = 0o700
_OWNER_ONLY = 0o600
_LONGEST_NAME_BYTES = 200


class FileScratch:
    """Implements `models.source.Scratch` in `root`. Safe to use from threads, by several processes and after a fork.

    Each place is a folder of its own, locked while it is in use; the system takes the lock away however a process ends.
    """

    def __init__(self, root: Path) -> None:
        """Use `root`, which is made when the first place is wanted."""
        self._root = root

    @contextmanager
    def place_for(self, name: str) -> Iterator[Path]:
        """As in the port."""
        try:
            folder, lock = self._new()
        except OSError as error:
            raise self.trouble(error) from error
        try:
            yield folder / _as_file_name(name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)

    def need(self, size_bytes: int) -> None:
        """As in the port."""
        try:
            self._make_root()
            free = shutil.disk_usage(self._root).free
        except OSError as error:
            raise self.trouble(error) from error
        if size_bytes + SPARE_BYTES > free:
            raise TransientError(
                f"no room for {size_bytes} bytes of a recording in {self._root}, where {free} are free and "
                f"{SPARE_BYTES} stay so; make room there"
            )

    def trouble(self, error: OSError) -> TransientError:
        """As in the port."""
        return TransientError(f"{self._root} cannot be written: {error.strerror}; look at that disk")

    def reap(self) -> None:
        """As in the port."""
        if not self._root.is_dir():
            return
        with suppress(OSError), _turn(self._root):
            for one in self._root.iterdir():
                # What cannot be looked at must not keep the others.
                with suppress(OSError):
                    if one.is_dir():
                        if not _is_held(one / _LOCK):
                            shutil.rmtree(one, ignore_errors=True)
                    elif one.name != _LOCK and not _is_held(one):
                        # Plain copies that an earlier callqa left.
                        one.unlink()

    def _new(self) -> tuple[Path, int]:
        """A folder, and what holds it until it is closed."""
        self._make_root()
        # Nobody must find the folder before it is locked.
        with _turn(self._root):
            folder = Path(tempfile.mkdtemp(dir=self._root))
            lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _OWNER_ONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            return folder, lock

    def _make_root(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)


def _as_file_name(name: str) -> str:
    """The last part of the name, which messages show; another where no file can be called so."""
    if name not in {"", ".", "..", _LOCK} and "/" not in name and "\0" not in name:
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
    """One at a time, of threads as of processes."""
    with (root / _LOCK).open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
