"""What lies in a source: the recordings, and the files that only describe them."""

from __future__ import annotations

import os
import stat
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callqa.sources.files import is_inside
from callqa.sources.names import finished_name, id_from, is_ignored
from models.errors import InputError


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that may be a recording. `default_call_id` is unique within its folder."""

    path: Path
    uri: str
    default_call_id: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A file under a writer's temporary name; `becomes` is the recording that it will be."""

    path: Path
    becomes: SourceFile


@dataclass(frozen=True, slots=True)
class Listing:
    """A source's files in a stable order. `root` is the folder that holds the manifest, `ignored` what is no sound.

    `roots` are the real folders, links followed, in which its bytes may lie: those of all sources of a run.
    """

    root: Path
    uri: str
    files: tuple[SourceFile, ...]
    ignored: tuple[str, ...]
    unfinished: tuple[Unfinished, ...] = ()
    roots: tuple[Path, ...] = ()

    @property
    def is_single_file(self) -> bool:
        """Whether the source is one file, of whose neighbours nothing is known."""
        return self.uri != self.root.as_uri()


def list_sources(sources: Sequence[str], leave_out: Path | None = None) -> tuple[Listing, ...]:
    """List several folders or files, in the order of their addresses, each once. Links from one to another are good.

    Raises InputError as `list_source` does, also when there is no source at all.
    """
    if not sources:
        raise InputError("no source is named; give a folder of recordings or one recording")
    places = {place.uri: place for place in map(_place, sources)}
    roots = tuple(dict.fromkeys(place.real_root for place in places.values()))
    return tuple(_list(places[uri], roots, leave_out) for uri in sorted(places))


def list_source(source: str, leave_out: Path | None = None) -> Listing:
    """List a folder (with its sub-folders, also those behind links inside it) or a single file.

    Hidden sub-folders and `leave_out`, callqa's own data folder, are not searched. A link to nothing, and one that
    leads out of the source, is listed: it stands for a recording that somebody expects. Raises InputError when the
    source does not exist, cannot be reached or is the folder to leave out.
    """
    return list_sources([source], leave_out)[0]


@dataclass(frozen=True, slots=True)
class _Place:
    """A source as it was named, and the real folder that it may be read in."""

    named: str
    path: Path
    is_file: bool

    @property
    def uri(self) -> str:
        return self.path.as_uri()

    @property
    def real_root(self) -> Path:
        real = Path(os.path.realpath(self.path))
        # Who names one file vouches for where its link leads.
        return real.parent if self.is_file else real


def _place(source: str) -> _Place:
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
    return _Place(source, path, stat.S_ISREG(found_mode))


def _list(place: _Place, roots: tuple[Path, ...], leave_out: Path | None) -> Listing:
    path = place.path
    if place.is_file:
        file = SourceFile(path, path.as_uri(), id_from(path.stem))
        return Listing(path.parent, path.as_uri(), (file,), (), (), (*roots, Path(os.path.realpath(path.parent))))
    if leave_out is not None and leave_out.is_dir() and leave_out.samefile(path):
        raise InputError(f"source {place.named!r} is callqa's own data folder; give that another place with --home")
    found: list[SourceFile] = []
    unfinished: list[Unfinished] = []
    ignored: list[str] = []
    for folder, files in _walk(path, roots, leave_out):
        finished = {name: finished_name(name) for name in files}
        recordings = [name for name in files if finished[name] is None and not is_ignored(name)]
        ignored += [name for name in files if finished[name] is None and is_ignored(name)]
        stems = Counter(Path(name).stem for name in recordings)
        found += [_file(folder, name, unique=stems[Path(name).stem] == 1) for name in recordings]
        unfinished += [
            Unfinished(folder / name, _file(folder, becomes, unique=True))
            for name, becomes in finished.items()
            if becomes is not None
        ]
    return Listing(path, path.as_uri(), tuple(found), tuple(ignored), tuple(unfinished), roots)


def _file(folder: Path, name: str, *, unique: bool) -> SourceFile:
    return SourceFile(folder / name, (folder / name).as_uri(), id_from(Path(name).stem if unique else name))


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
