"""Listing sources: nothing that may be a call is passed over, whatever its name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callqa.sources import hash_file, list_source, local_path
from models.errors import InputError, ReasonCode, RecordingError

HOSTILE_NAMES = [
    "客服 录音（投诉）①.wav",
    "line\nbreak.wav",
    "-rf.wav",
    "quote'\"`$(touch x);&.wav",
    "..wav",
    "emoji😀.WAV",
    "percent%20%2e%2e%2f.wav",
    "e\u0301 decomposed.wav",
    "a" * 240 + ".wav",
    "two.dots.tar.wav",
    " lead and trail .wav",
    "no_extension",
    os.fsdecode(b"gbk-\xb5\xe7.wav"),
]


def test_every_hostile_name_is_listed_and_found_again_by_its_uri(tmp_path: Path) -> None:
    for name in HOSTILE_NAMES:
        (tmp_path / name).write_bytes(name.encode("utf-8", "surrogateescape"))

    listing = list_source(str(tmp_path))

    assert {f.path.name for f in listing.files} == set(HOSTILE_NAMES)
    for file in listing.files:
        assert Path(local_path(file.uri)).read_bytes() == file.path.name.encode("utf-8", "surrogateescape")
        file.default_call_id.encode("utf-8")
        assert file.default_call_id.isprintable()


def test_descriptions_are_ignored_and_counted(tmp_path: Path) -> None:
    for name in ("a.wav", "a.json", "manifest.csv", ".DS_Store", "notes.txt", "half.wav.part"):
        (tmp_path / name).write_bytes(b"x")
    listing = list_source(str(tmp_path))
    assert [f.path.name for f in listing.files] == ["a.wav"]
    assert len(listing.ignored) == 5


def test_sub_folders_are_searched_and_same_stems_told_apart(tmp_path: Path) -> None:
    (tmp_path / "20").mkdir()
    for name in ("x.wav", "x.mp3", "20/x.wav"):
        (tmp_path / name).write_bytes(name.encode())
    ids = [f.default_call_id for f in list_source(str(tmp_path)).files]
    assert ids == ["x.mp3", "x.wav", "x"]


def test_a_missing_source_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        list_source(str(tmp_path / "none"))


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert hash_file(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with pytest.raises(RecordingError) as error:
        hash_file(tmp_path / "gone")
    assert error.value.reason is ReasonCode.UNREADABLE_FILE


def test_a_very_long_name_still_makes_an_id_of_its_own(tmp_path: Path) -> None:
    names = ["a" * 245 + "1.wav", "a" * 245 + "2.wav"]
    for name in names:
        (tmp_path / name).touch()
    ids = {f.default_call_id for f in list_source(str(tmp_path)).files}
    assert len(ids) == 2
    assert all(len(id_) <= 120 for id_ in ids)
