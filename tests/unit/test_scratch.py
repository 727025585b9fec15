"""Files that are there for a moment only: their owner's alone, gone after use, and gone after a kill."""

from __future__ import annotations

import errno
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.errors import TransientError
from storage.scratch import FileScratch


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file() and path.name != "lock")


def test_what_a_killed_process_left_is_gone_at_the_next_start_and_nobody_else_s(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib\n"
        "from storage.scratch import FileScratch\n"
        "with FileScratch(pathlib.Path(sys.argv[1])).place_for('call.wav') as path:\n"
        "    path.write_text('sound')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = tmp_path / "scratch"
    subprocess.run([sys.executable, "-c", code, str(root)], check=False)
    assert files(root) == ["call.wav"]
    with FileScratch(root).place_for("mine.wav") as path:
        path.touch()
        FileScratch(root).reap()
        assert files(root) == ["mine.wav"]
        assert path.parent.stat().st_mode & 0o077 == 0
    assert [path.name for path in root.iterdir()] == ["lock"]
    assert root.stat().st_mode & 0o077 == 0


def test_plain_copies_that_an_earlier_callqa_left_are_gone_too(tmp_path: Path) -> None:
    """It laid them into the folder itself."""
    (tmp_path / "tmp1234.ogg").write_text("sound")
    FileScratch(tmp_path).reap()
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def broken_in(root: Path) -> None:
    with FileScratch(root).place_for("a.wav") as path:
        path.touch()
        raise ValueError("broken")


def test_a_place_is_gone_after_an_error_as_well(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broken"):
        broken_in(tmp_path)
    assert files(tmp_path) == []


def test_places_of_one_name_are_apart_and_outlive_who_reaps_beside_them(tmp_path: Path) -> None:
    def use(number: int) -> str:
        scratch = FileScratch(tmp_path)
        with scratch.place_for("a.wav") as path:
            path.write_text(str(number))
            scratch.reap()
            return path.read_text()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(use, range(100))) == [str(number) for number in range(100)]
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("客服 录音.wav", "客服 录音.wav"),
        ("..", "recording"),
        ("", "recording"),
        ("lock", "recording"),
        ("n" * 300 + ".wav", "recording.wav"),
        ("n." + "w" * 300, "recording"),
    ],
)
def test_a_file_is_called_as_it_was_where_it_can_be(tmp_path: Path, name: str, called: str) -> None:
    with FileScratch(tmp_path).place_for(name) as path:
        path.touch()
        assert path.name == called


def test_a_folder_that_cannot_be_made_is_told_as_what_may_pass(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    scratch = FileScratch(tmp_path / "file" / "scratch")
    with pytest.raises(TransientError, match="cannot be written"), scratch.place_for("a.wav"):
        pass
    with pytest.raises(TransientError, match="cannot be written"):
        scratch.need(1)
    scratch.reap()
    assert "No space left" in str(scratch.trouble(OSError(errno.ENOSPC, "No space left on device")))
