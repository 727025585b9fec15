"""Files of sound: whole or not there, originals deleted by when they were stored, sources never touched."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from callqa.services.audio import Pruned, prune
from models.errors import TransientError
from models.ports import AudioStore
from storage.audio_store import FileAudioStore

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ID = hashlib.sha256(b"sound").hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> AudioStore:
    return FileAudioStore(tmp_path / "audio")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "call.wav").write_bytes(b"sound")
    return tmp_path / "call.wav"


def writes(content: bytes) -> Callable[[BinaryIO], None]:
    """What writes this content."""

    def write(target: BinaryIO) -> None:
        target.write(content)

    return write


def everything(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_places(store: AudioStore, source: Path, tmp_path: Path) -> None:
    store.put_playback(ID, writes(b"copy"))
    store.put_original(ID, source, NOW)
    assert everything(tmp_path / "audio") == [f"originals/{ID[:2]}/{ID}.wav", f"playback/{ID[:2]}/{ID}.ogg"]
    assert store.playback(ID) == tmp_path / f"audio/playback/{ID[:2]}/{ID}.ogg"
    assert store.original(ID) == tmp_path / f"audio/originals/{ID[:2]}/{ID}.wav"


def test_nothing_there(store: AudioStore) -> None:
    assert store.playback(ID) is None
    assert store.original(ID) is None
    assert store.why_no_playback(ID) is None
    assert store.delete_originals(NOW, dry_run=False) == 0
    assert store.delete_playback(NOW, "old", dry_run=False) == 0


def test_a_copy_that_fails_leaves_the_earlier_one_and_no_litter(store: AudioStore, tmp_path: Path) -> None:
    store.put_playback(ID, writes(b"first"))

    def fail(target: BinaryIO) -> None:
        target.write(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.put_playback(ID, fail)
    assert everything(tmp_path / "audio") == [f"playback/{ID[:2]}/{ID}.ogg"]
    found = store.playback(ID)
    assert found is not None
    assert found.read_bytes() == b"first"


def test_killed_while_writing_there_is_no_copy_and_the_next_one_clears_up(store: AudioStore, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from storage.audio_store import FileAudioStore\n"
        "def write(target):\n    target.write(b'half'); target.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "FileAudioStore(Path(sys.argv[1])).put_playback(sys.argv[2], write)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "audio"), ID], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(everything(tmp_path / "audio")) == 1
    assert store.playback(ID) is None
    store.put_playback(ID, writes(b"whole"))
    assert everything(tmp_path / "audio") == [f"playback/{ID[:2]}/{ID}.ogg"]


def test_why_there_is_no_copy(store: AudioStore) -> None:
    store.put_playback(ID, writes(b"first"))
    store.playback_missing(ID, "corrupt_audio")
    assert store.playback(ID) is None
    assert store.why_no_playback(ID) == "corrupt_audio"
    store.put_playback(ID, writes(b"second"))
    assert store.why_no_playback(ID) is None


def test_originals_are_deleted_by_when_they_were_stored(store: AudioStore, source: Path) -> None:
    os.utime(source, (0, 0))  # the recording itself is decades old: that is not when it was taken in
    store.put_original(ID, source, NOW)
    store.put_original(ID, source, NOW + timedelta(days=9))  # it is there: its time stays
    kept = store.original(ID)
    assert kept is not None
    assert kept.read_bytes() == b"sound"
    for days, later, left in ((0, 9999, True), (7, 7, True), (7, 8, False)):
        for dry_run in (True, False):
            assert store.original(ID) is not None
            then = NOW + timedelta(days=later)
            assert prune(store, days, 0, then, dry_run=dry_run) == Pruned(int(not left), 0)
        assert (store.original(ID) is not None) is left
    assert source.read_bytes() == b"sound"


def test_what_a_killed_copy_left_goes_with_the_old_originals(store: AudioStore, source: Path, tmp_path: Path) -> None:
    store.put_original(ID, source, NOW)
    litter = tmp_path / f"audio/originals/{ID[:2]}/{ID}.wav.1-1.tmp"
    litter.write_bytes(b"sou")
    os.utime(litter, (NOW.timestamp(),) * 2)
    assert store.delete_originals(NOW + timedelta(seconds=1), dry_run=False) == 1
    assert everything(tmp_path / "audio") == []


def test_playback_copies_are_deleted_by_when_they_were_made_and_say_so(store: AudioStore, tmp_path: Path) -> None:
    store.put_playback(ID, writes(b"copy"))
    litter = tmp_path / f"audio/playback/{ID[:2]}/{ID}.ogg.1-1.tmp"
    for path, content in ((store.playback(ID), b"copy"), (litter, b"co")):
        assert path is not None
        path.write_bytes(content)
        os.utime(path, (NOW.timestamp(),) * 2)
    for days, later, left in ((0, 9999, True), (7, 7, True), (7, 8, False)):
        for dry_run in (True, False):
            assert store.playback(ID) is not None
            then = NOW + timedelta(days=later)
            assert prune(store, 0, days, then, dry_run=dry_run) == Pruned(0, int(not left))
        assert (store.playback(ID) is not None) is left
    assert everything(tmp_path / "audio") == [f"playback/{ID[:2]}/{ID}.txt"]
    assert "playback_days" in (store.why_no_playback(ID) or "")
    assert prune(store, 0, 7, NOW + timedelta(days=9999)) == Pruned(0, 0)


def test_another_recording_under_the_same_name_is_not_kept(store: AudioStore, source: Path, tmp_path: Path) -> None:
    source.write_bytes(b"another customer")
    with pytest.raises(TransientError, match="does not hold recording"):
        store.put_original(ID, source, NOW)
    assert everything(tmp_path / "audio") == []
