"""What lies in a source: the recordings, and the files that only describe them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from models.errors import InputError, ReasonCode, RecordingError

DESCRIPTIONS = frozenset(
    {".json", ".jsonl", ".csv", ".tsv", ".txt", ".md", ".xml", ".yaml", ".yml", ".toml", ".log", ".html", ".htm"}
    | {".xlsx", ".db", ".sha256", ".part", ".tmp"}
)
"""Suffixes of files that describe recordings or are not finished: counted as ignored, never opened as sound.

Everything else is tried, with or without a suffix: a recording under a strange name is still a call.
"""
DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitignore", ".gitkeep"})
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


def list_source(source: str) -> Listing:
    """List a folder (with its sub-folders) or a single file. Raises InputError when there is no such thing."""
    path = Path(source).absolute()
    if path.is_file():
        return Listing(path.parent, path.as_uri(), (SourceFile(path, path.as_uri(), _printable(path.stem)),), ())
    if not path.is_dir():
        raise InputError(f"source {source!r} does not exist; give a folder of recordings or one recording")
    found: list[SourceFile] = []
    ignored: list[str] = []
    for folder, files in _walk(path):
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


def local_path(uri: str) -> str:
    """The path behind a `file://` URI, also for names that are not valid UTF-8."""
    return os.fsdecode(unquote_to_bytes(urlsplit(uri).path))


def _walk(root: Path) -> Iterator[tuple[Path, list[str]]]:
    def refuse(error: OSError) -> None:
        raise InputError(f"folder {error.filename!r} cannot be listed: {error.strerror}") from error

    for folder, folders, files in os.walk(root, onerror=refuse):
        folders.sort()
        yield Path(folder), sorted(name for name in files if (Path(folder) / name).is_file())


def _printable(name: str) -> str:
    """The name as an id that can be stored and shown: no control characters, only UTF-8, of bounded length."""
    text = "".join(c if c.isprintable() else "_" for c in os.fsencode(name).decode("utf-8", "replace"))
    if len(text) <= MOST_ID_CHARACTERS:
        return text
    return f"{text[: MOST_ID_CHARACTERS - 9]}~{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _is_ignored(name: str) -> bool:
    return name in DROPPINGS or Path(name).suffix.lower() in DESCRIPTIONS
