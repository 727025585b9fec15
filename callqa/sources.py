"""What lies in a source: the recordings, and the files that only describe them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from models.errors import InputError, ReasonCode, RecordingError

DESCRIPTIONS = frozenset(
    {".json", ".jsonl", ".csv", ".tsv", ".txt", ".md", ".xml", ".yaml", ".yml", ".toml", ".log", ".html", ".htm"}
    | {".xlsx", ".db", ".db-wal", ".db-shm", ".db-journal", ".sha256", ".part", ".tmp"}
)
"""Suffixes of files that describe recordings or are not finished: counted as ignored, never opened as sound.

Everything else is tried, with or without a suffix: a recording under a strange name is still a call.
"""
DROPPINGS = frozenset({"Thumbs.db", "desktop.ini"})
SOUND_SUFFIXES = (
    *(
        ".wav",
        ".wave",
        ".w64",
        ".mp3",
        ".mp2",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".m4a",
        ".mp4",
        ".aac",
        ".amr",
        ".awb",
    ),
    *(".wma", ".aif", ".aiff", ".au", ".snd", ".caf", ".gsm", ".webm", ".mka", ".mkv", ".3gp", ".vox", ".pcm", ".raw"),
)
"""What a hidden file must end with to be tried as a recording; other hidden files are some program's own."""
APPLE_DOUBLE = "._"
"""How macOS begins the names of the attribute files that it puts beside each copied file."""
MOST_ID_CHARACTERS = 120
"""Longest call id made from a file name; longer names keep their beginning and a digest."""
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that may be a recording. `default_call_id` is unique within its folder."""

    path: Path
    uri: str
    default_call_id: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A source's files in a stable order. `root` is the folder that holds the manifest, `ignored` what is no sound."""

    root: Path
    uri: str
    files: tuple[SourceFile, ...]
    ignored: tuple[str, ...]

    @property
    def is_single_file(self) -> bool:
        """Whether the source is one file, of whose neighbours nothing is known."""
        return self.uri != self.root.as_uri()


def list_source(source: str, leave_out: Path | None = None) -> Listing:
    """List a folder (with its sub-folders, also those behind links) or a single file.

    Hidden sub-folders and `leave_out`, callqa's own data folder, are not searched. A link to nothing is listed: it
    stands for a recording that somebody expects. Raises InputError when the source does not exist, cannot be reached
    or is the folder to leave out.
    """
    # Not resolve(): the addresses are those that people know, links and all.
    path = Path(os.path.normpath(Path(source).absolute()))
    try:
        found_mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise InputError(f"source {source!r} does not exist; give a folder of recordings or one recording") from error
    except OSError as error:
        raise InputError(f"source {source!r} cannot be reached: {error.strerror}") from error
    if stat.S_ISREG(found_mode):
        return Listing(path.parent, path.as_uri(), (SourceFile(path, path.as_uri(), _printable(path.stem)),), ())
    if not stat.S_ISDIR(found_mode):
        raise InputError(f"source {source!r} is neither a folder nor a file; give a folder of recordings")
    if leave_out is not None and leave_out.is_dir() and leave_out.samefile(path):
        raise InputError(f"source {source!r} is callqa's own data folder; give that another place with --home")
    found: list[SourceFile] = []
    ignored: list[str] = []
    for folder, files in _walk(path, leave_out):
        recordings = [name for name in files if not _is_ignored(name)]
        ignored += [name for name in files if _is_ignored(name)]
        stems = Counter(Path(name).stem for name in recordings)
        for name in recordings:
            stem = Path(name).stem
            call_id = _printable(stem if stems[stem] == 1 else name)
            found.append(SourceFile(folder / name, (folder / name).as_uri(), call_id))
    return Listing(path, path.as_uri(), tuple(found), tuple(ignored))


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


def find_recording(recording_id: str, uris: Sequence[str]) -> str | None:
    """The first path that holds exactly the recording's bytes; None when no address does any more.

    Files are moved and names used again between nights: without this look, another customer's call could be heard
    and charged to this call's agent.
    """
    for path in dict.fromkeys(local_path(uri) for uri in uris):
        try:
            if hash_file(Path(path)) == recording_id:
                return path
        except RecordingError:
            continue
    return None


def local_path(uri: str) -> str:
    """The path behind a `file://` URI, also for names that are not valid UTF-8."""
    return os.fsdecode(unquote_to_bytes(urlsplit(uri).path))


def _walk(root: Path, leave_out: Path | None) -> Iterator[tuple[Path, list[str]]]:
    """Each folder once, whatever links lead to it, with the names of its files."""

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
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            waiting.extend(folder / name for name in folders if (folder / name).is_symlink())
            yield folder, sorted(name for name in files if _may_be_read(folder / name))


def _identity(folder: Path) -> tuple[int, int]:
    try:
        status = folder.stat()
    except OSError as error:
        raise InputError(f"folder {str(folder)!r} cannot be listed: {error.strerror}") from error
    return status.st_dev, status.st_ino


def _may_be_read(path: Path) -> bool:
    """Whether it is a file, or a name that leads nowhere and must not be lost from sight; no pipes or devices."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _printable(name: str) -> str:
    """The name as an id that can be stored and shown: no control characters, only UTF-8, of bounded length."""
    text = "".join(c if c.isprintable() else "_" for c in os.fsencode(name).decode("utf-8", "replace"))
    if len(text) <= MOST_ID_CHARACTERS:
        return text
    return f"{text[: MOST_ID_CHARACTERS - 9]}~{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _is_ignored(name: str) -> bool:
    if name.startswith("."):
        return name.startswith(APPLE_DOUBLE) or not name.lower().endswith(SOUND_SUFFIXES)
    return name in DROPPINGS or Path(name).suffix.lower() in DESCRIPTIONS
