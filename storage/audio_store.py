"""Files of sound by recording id: `playback/ab/<id>.ogg`, `originals/ab/<id><suffix>`, sealed where there is a key."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from models.errors import IntegrityError, MissingKeyError, TransientError
from models.sealing import PLAIN
from storage.scratch import FileScratch
from storage.sealed_files import PART_BYTES, SealedReader, SealingWriter, key_id_of
from storage.sealing import Sealer

_DRAFT = ".tmp"
_BLOCK_BYTES = 2**20


class FileAudioStore:
    """Implements `models.ports.AudioStore` in a folder. Safe to use from several threads and processes.

    A file is written beside its place and renamed; with a key no part of it ever lies there plain. When it was stored
    is its time of modification.
    """

    def __init__(self, folder: Path, sealer: Sealer | None = None) -> None:
        """Use `folder`; it is made when the first file is stored. Without `sealer` files are stored plain."""
        self._folder = folder
        self._sealer = sealer or Sealer()
        self._scratch = FileScratch(folder / "scratch")

    def playback(self, recording_id: str) -> Path | None:
        """The file of the playback copy, or None."""
        path = self._playback_path(recording_id)
        return path if path.is_file() else None

    def put_playback(self, recording_id: str, write: Callable[[BinaryIO], None]) -> None:
        """Keep what `write` writes; an earlier copy stays when it raises."""
        path = self._playback_path(recording_id)
        with _draft_of(path) as draft:
            with self._writing(draft, path) as target:
                write(target)
            _put(draft, path)
        self._reason_path(recording_id).unlink(missing_ok=True)

    def playback_missing(self, recording_id: str, reason: str) -> None:
        """Keep the reason in `playback/ab/<id>.txt` and take an earlier copy away."""
        path = self._reason_path(recording_id)
        with _draft_of(path) as draft:
            draft.write_text(reason + "\n", encoding="utf-8", errors="backslashreplace")
            _put(draft, path)
        self._playback_path(recording_id).unlink(missing_ok=True)
        self._waveform_path(recording_id).unlink(missing_ok=True)

    def why_no_playback(self, recording_id: str) -> str | None:
        """The reason, or None."""
        try:
            return self._reason_path(recording_id).read_text(encoding="utf-8").removesuffix("\n")
        except FileNotFoundError:
            return None

    def original(self, recording_id: str) -> Path | None:
        """The file of the original's copy, or None."""
        return next(self._originals_of(recording_id), None)

    def put_original(self, recording_id: str, source: Path, now: datetime) -> None:
        """Copy the file and compare its digest with the id; does nothing when there is a copy."""
        if self.original(recording_id) is not None:
            return
        path = self._place("originals", recording_id, source.suffix)
        with _draft_of(path) as draft:
            with source.open("rb") as reader, self._writing(draft, path) as target:
                found = _copy(reader, target)
            if found != recording_id:
                raise TransientError(f"{source.name!r} does not hold recording {recording_id} any more")
            stored_s = now.timestamp()
            os.utime(draft, (stored_s, stored_s))
            _put(draft, path)

    def opened(self, path: Path) -> BinaryIO:
        """As in the port; of a sealed file only the parts that are read are opened."""
        file = path.open("rb")
        try:
            if key_id_of(file) is None:
                file.seek(0)
                return file
            return cast(BinaryIO, BufferedReader(SealedReader(file, self._sealer, _place_of(path)), PART_BYTES))
        except BaseException:
            file.close()
            raise

    @contextlib.contextmanager
    def plain_file(self, path: Path) -> Iterator[Path]:
        """As in the port, in `scratch/`."""
        if self._key_id(path) is None:
            yield path
            return
        self._scratch.reap()
        with self._scratch.place_for(path.name) as copy:
            with self.opened(path) as content, _owner_s(copy) as target:
                _copy(content, target)
            yield copy

    def waveform(self, recording_id: str) -> bytes | None:
        """As in the port: under a key that is gone, or damaged, it is as if there were none."""
        try:
            with self.opened(self._waveform_path(recording_id)) as file:
                return file.read()
        except (FileNotFoundError, MissingKeyError, IntegrityError):
            return None

    def put_waveform(self, recording_id: str, content: bytes) -> None:
        """Keep it in `playback/ab/<id>.peaks`, sealed as sound is."""
        path = self._waveform_path(recording_id)
        with _draft_of(path) as draft:
            with self._writing(draft, path) as target:
                target.write(content)
            _put(draft, path)
        if self.playback(recording_id) is None:
            # The copy was deleted meanwhile.
            path.unlink(missing_ok=True)

    def usage(self) -> Mapping[str, int]:
        return Counter(self._key_id(path) or PLAIN for path in self._sounds())

    def reseal(self) -> int:
        """As in the port. A file that is put in place or deleted meanwhile stays so."""
        self._scratch.reap()
        return sum(self._reseal(path) for path in self._sounds() if self._key_id(path) != self._sealer.newest)

    def forget(self, recording_id: str) -> int:
        """Delete copies, reasons and drafts; returns how many copies."""
        deleted = 0
        self._scratch.reap()
        for kind in ("playback", "originals"):
            # Again until nothing is found: a draft may just have been put in place.
            while found := sorted(self._place(kind, recording_id, "").parent.glob(f"{recording_id}*")):
                for path in found:
                    path.unlink(missing_ok=True)
                    deleted += path.suffix not in {".txt", ".peaks"} and not path.name.endswith(_DRAFT)
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

    @contextlib.contextmanager
    def _writing(self, draft: Path, path: Path) -> Iterator[BinaryIO]:
        """What is written to it is stored in `draft`, to become `path`; whole only when the block ends well."""
        with draft.open("wb") as file:
            if self._sealer.newest is None:
                yield file
            else:
                writer = SealingWriter(file, self._sealer, _place_of(path))
                yield cast(BinaryIO, writer)
                writer.finish()

    def _reseal(self, path: Path) -> bool:
        with contextlib.suppress(FileNotFoundError), _draft_of(path) as draft:
            # Before the file is looked at: who deletes the recording deletes this too.
            draft.touch()
            before = path.stat()
            with self.opened(path) as reader, self._writing(draft, path) as target:
                _copy(reader, target)
            os.utime(draft, ns=(before.st_atime_ns, before.st_mtime_ns))
            now = path.stat()
            if (now.st_ino, now.st_mtime_ns) == (before.st_ino, before.st_mtime_ns) and draft.exists():
                draft.replace(path)
                return True
        return False

    def _key_id(self, path: Path) -> str | None:
        with path.open("rb") as file:
            return key_id_of(file)

    def _sounds(self) -> list[Path]:
        """Every stored file of sound."""
        names = (*self._folder.glob("playback/??/*.ogg"), *self._folder.glob("originals/??/*"))
        return sorted(path for path in names if path.is_file() and not path.name.endswith(_DRAFT))

    def _playback_path(self, recording_id: str) -> Path:
        return self._place("playback", recording_id, ".ogg")

    def _reason_path(self, recording_id: str) -> Path:
        return self._place("playback", recording_id, ".txt")

    def _waveform_path(self, recording_id: str) -> Path:
        return self._place("playback", recording_id, ".peaks")

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


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    """Copy the bytes; returns their SHA-256."""
    sha256 = hashlib.sha256()
    while block := source.read(_BLOCK_BYTES):
        sha256.update(block)
        target.write(block)
    return sha256.hexdigest()


def _owner_s(path: Path) -> BinaryIO:
    """A new file that only its owner can read."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _place_of(path: Path) -> str:
    """What a file of sound is sealed as: its kind and its recording."""
    return f"{path.parent.parent.name} of recording {path.stem}"
