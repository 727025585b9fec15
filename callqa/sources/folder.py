"""Sources on this machine: folders, with what links inside them lead to, and single files."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from callqa.sources.files import confined, hash_file, is_inside, printed
from models.errors import InputError, ReasonCode, RecordingError
from models.source import Fetched, Stamp


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder, or one file in it: `models.source.SourceStore`.

    `roots` are the real folders, links followed, in which its bytes may lie: those of all sources of a run. Hidden
    sub-folders and `leave_out`, callqa's own data folder, are not searched.
    """

    path: Path
    is_single_file: bool
    roots: tuple[Path, ...]
    leave_out: Path | None = field(default=None, compare=False)

    @property
    def uri(self) -> str:
        """Its address, links as they were named."""
        return self.path.as_uri()

    @property
    def folder(self) -> Path:
        """The folder that holds the manifest."""
        return self.path.parent if self.is_single_file else self.path

    @property
    def root(self) -> str:
        """The same as text."""
        return self.folder.as_posix()

    def folders(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Each folder once, whatever links lead to it; those behind links come last.

        A link to nothing, and one that leads out of the source, counts as a file: it stands for a recording that
        somebody expects.
        """
        if self.is_single_file:
            yield "", [self.path.name]
            return
        for folder, names in _walk(self.path, self.roots, self.leave_out):
            below = folder.relative_to(self.path).as_posix()
            yield "" if below == "." else f"{below}/", names

    def uri_of(self, name: str) -> str:
        """A `file://` URI."""
        return (self.folder / name).as_uri()

    def shown(self, name: str) -> str:
        """The path, bytes that are no UTF-8 escaped."""
        return printed(self.folder / name)

    def exists(self, name: str) -> bool:
        """Whether something has that name."""
        return os.path.lexists(self.folder / name)

    def stamp(self, name: str) -> Stamp | None:
        """Size and time of the last change, as the file system tells them now."""
        try:
            status = os.stat(self.folder / name)  # noqa: PTH116 - follows links, as Path.stat does
        except (OSError, ValueError):
            return None
        # Copying and moving keep the time of the content, not that of the entry.
        return Stamp(f"{status.st_size} {status.st_mtime_ns}", status.st_mtime, status.st_ctime)

    def read(self, name: str, most_bytes: int) -> bytes | None:
        """The file's bytes, if it lies in the source and is a file of that size."""
        path = self.folder / name
        if not os.path.lexists(path):
            return None
        real = confined(path, self.roots)
        try:
            status = real.stat()
            # Not even opened unless it is a file of reasonable size: reading from a pipe would wait for ever.
            if not stat.S_ISREG(status.st_mode) or status.st_size > most_bytes:
                raise RecordingError(ReasonCode.UNREADABLE_FILE, f"is no file of at most {most_bytes} bytes")
            return real.read_bytes()
        except OSError as error:
            raise RecordingError(ReasonCode.UNREADABLE_FILE, f"cannot be read: {error.strerror}") from error

    @contextmanager
    def fetched(self, name: str) -> Iterator[Fetched]:
        """The file itself."""
        path = confined(self.folder / name, self.roots)
        yield Fetched(str(path), hash_file(path))


def local_folders(sources: Sequence[str], leave_out: Path | None = None) -> tuple[LocalFolder, ...]:
    """These folders and files, each once. Links from one to another are good.

    Raises InputError when one does not exist, cannot be reached or is the folder to leave out.
    """
    places = dict(_place(source, leave_out) for source in sources)
    # Who names one file vouches for where its link leads.
    real = [real.parent if is_file else real for is_file, real in places.values()]
    roots = tuple(dict.fromkeys(real))
    return tuple(
        LocalFolder(
            path, is_file, (*roots, Path(os.path.realpath(path.parent))) if is_file else roots, leave_out=leave_out
        )
        for path, (is_file, _) in places.items()
    )


def _place(source: str, leave_out: Path | None) -> tuple[Path, tuple[bool, Path]]:
    # Not resolve(): the addresses are those that people know, links and all.
    path = Path(os.path.normpath(Path(source).absolute()))
    try:
        found_mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise InputError(f"source {source!r} does not exist; give a folder of recordings or one recording") from error
    except OSError as error:
        raise InputError(f"source {source!r} cannot be reached: {error.strerror}") from error
    if not stat.S_ISREG(found_mode) and not stat.S_ISDIR(found_mode):
        raise InputError(f"source {source!r} is neither a folder nor a file; give a folder of recordings")
    if leave_out is not None and leave_out.is_dir() and leave_out.samefile(path):
        raise InputError(f"source {source!r} is callqa's own data folder; give that another place with --home")
    return path, (stat.S_ISREG(found_mode), Path(os.path.realpath(path)))


def _walk(root: Path, roots: Sequence[Path], leave_out: Path | None) -> Iterator[tuple[Path, list[str]]]:
    """Each folder once, whatever links lead to it, with the names of its files and of links out of the source."""

    def refuse(error: OSError) -> None:
        raise InputError(f"folder {error.filename!r} cannot be listed: {error.strerror}") from error

    seen: set[tuple[int, int]] = set()
    if leave_out is not None and leave_out.is_dir():
        seen.add(_identity(leave_out))
    # Folders behind links wait until the real ones are listed, so that a recording keeps the address it lies at.
    waiting = deque([root])
    while waiting:
        for path, folders, files in os.walk(waiting.popleft(), onerror=refuse):
            folder = Path(path)
            identity = _identity(folder)
            if identity in seen:
                folders.clear()
                continue
            seen.add(identity)
            shown = sorted(name for name in folders if not name.startswith("."))
            astray = [name for name in shown if _leads_out(folder / name, roots)]
            folders[:] = [name for name in shown if name not in astray]
            waiting.extend(folder / name for name in folders if (folder / name).is_symlink())
            yield folder, sorted([*astray, *(name for name in files if _may_be_read(folder / name, roots))])


def _leads_out(path: Path, roots: Sequence[Path]) -> bool:
    return path.is_symlink() and not is_inside(Path(os.path.realpath(path)), roots)


def _identity(folder: Path) -> tuple[int, int]:
    try:
        status = folder.stat()
    except OSError as error:
        raise InputError(f"folder {str(folder)!r} cannot be listed: {error.strerror}") from error
    return status.st_dev, status.st_ino


def _may_be_read(path: Path, roots: Sequence[Path]) -> bool:
    """Whether it is a file, or a name that leads nowhere or out and is not lost from sight; no pipes or devices."""
    try:
        return stat.S_ISREG(path.stat().st_mode) or _leads_out(path, roots)
    except OSError:
        return True
