"""Files of sound by recording id: `playback/ab/<id>.ogg`, `originals/ab/<id><suffix>`."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from models.errors import TransientError

_DRAFT = ".tmp"
_BLOCK_BYTES = 2**20


class FileAudioStore:
    """Implements `models.ports.AudioStore` in a folder. Safe to use from several threads and processes.

    A file is written beside its place and renamed. When it was stored is its time of modification.
    """

    def __init__(self, folder: Path) -> None:
        """Use `folder`; it is made when the first file is stored."""
        self._folder = folder

    def playback(self, recording_id: str) -> Path | None:
        """The playback copy, or None."""
        path = self._playback_path(recording_id)
        return path if path.is_file() else None

    def put_playback(self, recording_id: str, write: Callable[[Path], None]) -> None:
        """Keep what `write` writes; an earlier copy stays when it raises."""
        path = self._playback_path(recording_id)
        with _draft_of(path) as draft:
            write(draft)
            _put(draft, path)
        self._reason_path(recording_id).unlink(missing_ok=True)

    def playback_missing(self, recording_id: str, reason: str) -> None:
        """Keep the reason in `playback/ab/<id>.txt` and take an earlier copy away."""
        path = self._reason_path(recording_id)
        with _draft_of(path) as draft:
            draft.write_text(reason + "\n", encoding="utf-8", errors="backslashreplace")
            _put(draft, path)
        self._playback_path(recording_id).unlink(missing_ok=True)

    def why_no_playback(self, recording_id: str) -> str | None:
        """The reason, or None."""
        try:
            return self._reason_path(recording_id).read_text(encoding="utf-8").removesuffix("\n")
        except FileNotFoundError:
            return None

    def original(self, recording_id: str) -> Path | None:
        """The copy of the original, or None."""
        return next(self._originals_of(recording_id), None)

    def put_original(self, recording_id: str, source: Path, now: datetime) -> None:
        """Copy the file and compare its digest with the id; does nothing when there is a copy."""
        if self.original(recording_id) is not None:
            return
        path = self._place("originals", recording_id, source.suffix)
        with _draft_of(path) as draft:
            if _copy(source, draft) != recording_id:
                raise TransientError(f"{source.name!r} does not hold recording {recording_id} any more")
            stored_s = now.timestamp()
            os.utime(draft, (stored_s, stored_s))
            _put(draft, path)

    def forget(self, recording_id: str) -> int:
        """Delete copies, reasons and drafts; returns how many copies."""
        deleted = 0
        for kind in ("playback", "originals"):
            for path in sorted(self._place(kind, recording_id, "").parent.glob(f"{recording_id}*")):
                path.unlink(missing_ok=True)
                deleted += path.suffix != ".txt" and not path.name.endswith(_DRAFT)
        return deleted

    def delete_originals(self, stored_before: datetime, *, dry_run: bool) -> int:
        """Delete by time of modification; returns how many."""
        return sum(1 for _ in self._deleted("originals", "*", stored_before, dry_run))

    def delete_playback(self, made_before: datetime, reason: str, *, dry_run: bool) -> int:
        """Delete by time of modification, with the reason in `playback/ab/<id>.txt`; returns how many."""
        deleted = 0
        for path in self._deleted("playback", "*.ogg*", made_before, dry_run):
            if not dry_run:
                self.playback_missing(path.stem, reason)
            deleted += 1
        return deleted

    def _deleted(self, kind: str, names: str, stored_before: datetime, dry_run: bool) -> Iterator[Path]:
        """The files that were stored before, each deleted when it is told; drafts go untold."""
        for path in sorted((self._folder / kind).glob(f"??/{names}")):
            # Another process may be faster; what a killed one left half-written goes like the rest.
            with contextlib.suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < stored_before:
                    if not dry_run:
                        path.unlink()
                    if not path.name.endswith(_DRAFT):
                        yield path

    def _playback_path(self, recording_id: str) -> Path:
        return self._place("playback", recording_id, ".ogg")

    def _reason_path(self, recording_id: str) -> Path:
        return self._place("playback", recording_id, ".txt")

    def _originals_of(self, recording_id: str) -> Iterator[Path]:
        folder = self._place("originals", recording_id, "").parent
        return (p for p in sorted(folder.glob(f"{recording_id}*")) if not p.name.endswith(_DRAFT) and p.is_file())

    def _place(self, kind: str, recording_id: str, suffix: str) -> Path:
        return self._folder / kind / recording_id[:2] / f"{recording_id}{suffix}"


@contextlib.contextmanager
def _draft_of(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to, gone at the end whatever happened."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{_DRAFT}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _put(draft: Path, path: Path) -> None:
    """Rename, and take away what killed processes left of the same file."""
    try:
        draft.replace(path)
    except FileNotFoundError:
        # Another process finished the same file first and took this draft for one left behind.
        if not path.exists():
            raise
    for left in path.parent.glob(f"{path.name}.*{_DRAFT}"):
        left.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> str:
    """Copy the bytes, not the times; returns their SHA-256."""
    sha256 = hashlib.sha256()
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(_BLOCK_BYTES):
            sha256.update(block)
            writer.write(block)
    return sha256.hexdigest()
