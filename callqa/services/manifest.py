"""What a backup is made of: every file with size and digest, so that damage is found before anything is replaced."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from callqa.reports.table_files import complete_file
from models.errors import IntegrityError

MANIFEST = "manifest.json"
_FORMAT = 1
_BLOCK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class BackedUpFile:
    """A file by its path within the backup, with "/" between folders."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole backup. `created_at` is ISO 8601, `audit_head` the end of its audit log, None for an empty one.

    `key_ids` name the keys without which something in it cannot be read. No backup holds a key.
    """

    callqa_version: str
    created_at: str
    revision: str
    audit_head: str | None
    files: tuple[BackedUpFile, ...]
    key_ids: tuple[str, ...] = ()


def copy_file(source: Path, folder: Path, path: str) -> BackedUpFile:
    """Copy a file to its place in a backup. Raises FileNotFoundError when it has gone meanwhile."""
    target = folder / path
    with source.open("rb") as reader:
        target.parent.mkdir(parents=True, exist_ok=True)
        sha256 = hashlib.sha256()
        with target.open("wb") as writer:
            while block := reader.read(_BLOCK_BYTES):
                sha256.update(block)
                writer.write(block)
    # With its time: sound is deleted by its age.
    shutil.copystat(source, target)
    return BackedUpFile(path, target.stat().st_size, sha256.hexdigest())


def describe_file(folder: Path, path: str) -> BackedUpFile:
    """A file that is in the backup already."""
    return BackedUpFile(path, (folder / path).stat().st_size, hash_of(folder / path))


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write it last: a backup without it is none."""
    document = {"format": _FORMAT, **asdict(manifest)}
    with complete_file(folder / MANIFEST) as draft:
        draft.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest, of which every path lies inside the backup. Raises IntegrityError for anything else."""
    path = folder / MANIFEST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.pop("format") != _FORMAT:
            raise ValueError("it is of another format")
        files = tuple(BackedUpFile(**file) for file in document.pop("files"))
        manifest = Manifest(files=files, key_ids=tuple(document.pop("key_ids", ())), **document)
        _check_paths(file.path for file in manifest.files)
    except FileNotFoundError as error:
        raise IntegrityError(f"{folder} is no backup: it has no {MANIFEST}") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise IntegrityError(f"{path} cannot be read as the manifest of a backup: {error}") from error
    return manifest


def check_files(manifest: Manifest, folder: Path) -> None:
    """Read every file of the backup. Raises IntegrityError that names the first one that is missing or changed."""
    for file in manifest.files:
        place = folder / file.path
        try:
            # Links could lead out of the backup.
            found = place.stat().st_size if place.resolve().is_relative_to(folder.resolve()) else -1
            same = found == file.bytes and hash_of(place) == file.sha256
        except OSError as error:
            raise IntegrityError(f"{place} cannot be read: {error.strerror}; use another backup") from error
        if not same:
            raise IntegrityError(f"{place} is not the file that was backed up: it was changed or damaged; use another")


def hash_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_paths(paths: Iterable[str]) -> None:
    for path in paths:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\\" in path or ":" in parts[0]:
            raise ValueError(f"it names {path!r}, which is outside the backup")
