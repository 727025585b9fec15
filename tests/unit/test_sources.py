"""Listing sources: nothing that may be a call is passed over, whatever its name."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

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

    assert {PurePosixPath(f.name).name for f in listing.files} == set(HOSTILE_NAMES)
    for file in listing.files:
        assert Path(local_path(file.uri)).read_bytes() == file.name.encode("utf-8", "surrogateescape")
        file.default_call_id.encode("utf-8")
        assert file.default_call_id.isprintable()


def test_descriptions_are_ignored_and_counted(tmp_path: Path) -> None:
    described = ("a.json", "manifest.csv", "notes.txt", "half.wav.part", "calls.db", "calls.db-wal", "calls.db-shm")
    for name in ("a.wav", *described):
        (tmp_path / name).write_bytes(b"x")
    listing = list_source(str(tmp_path))
    assert [PurePosixPath(f.name).name for f in listing.files] == ["a.wav"]
    assert sorted(listing.ignored) == sorted(set(described) - {"half.wav.part"})
    assert [(u.name, u.becomes.name) for u in listing.unfinished] == [("half.wav.part", "half.wav")]


@pytest.mark.parametrize(
    ("name", "tried"),
    [
        ("..wav", True),
        (".x.wav", True),
        (".x.MP3", True),
        (".wav", True),
        ("_.x.wav", True),
        ("wav", True),
        ("._x.wav", False),
        ("._.wav", False),
        (".DS_Store", False),
        (".env", False),
        (".nfs0000000000a1", False),
        (".x.wav.json", False),
    ],
)
def test_a_hidden_file_is_a_recording_only_by_its_suffix(tmp_path: Path, name: str, tried: bool) -> None:
    (tmp_path / name).touch()
    listing = list_source(str(tmp_path))
    assert [PurePosixPath(f.name).name for f in listing.files] == [name] * tried
    assert list(listing.ignored) == [name] * (not tried)


def test_hidden_folders_and_callqa_s_own_are_not_searched(tmp_path: Path) -> None:
    for name in ("a.wav", ".git/b.wav", "callqa-data/weights/model.bin", "day/.trash/c.wav", "day/callqa-data/d.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "again").symlink_to(tmp_path / "callqa-data")

    listing = list_source(str(tmp_path), tmp_path / "callqa-data")

    assert [PurePosixPath(f.name).name for f in listing.files] == ["a.wav", "d.wav"]
    assert listing == list_source(str(tmp_path), tmp_path / "day/../callqa-data")
    (tmp_path / "again").unlink()
    assert "model.bin" in {PurePosixPath(f.name).name for f in list_source(str(tmp_path), tmp_path / "not-yet").files}


def test_a_hidden_source_itself_is_searched(tmp_path: Path) -> None:
    (tmp_path / ".incoming").mkdir()
    (tmp_path / ".incoming/a.wav").touch()
    assert len(list_source(str(tmp_path / ".incoming")).files) == 1


def test_callqa_s_own_folder_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"own data folder.*--home"):
        list_source(str(tmp_path), tmp_path)


def test_recordings_behind_links_are_listed_once_at_the_address_they_lie_at(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for folder in (source / "real", source / "z-archive/deep"):
        folder.mkdir(parents=True)
    for name in ("real/x.wav", "z-archive/y.wav", "z-archive/deep/z.wav"):
        (source / name).touch()
    (source / "a-link").symlink_to(source / "real")
    (source / "b-archive").symlink_to(source / "z-archive")
    (source / "z-archive/deep/loop").symlink_to(source / "z-archive")
    (source / "real/up").symlink_to(source)
    (source / "w.wav").symlink_to(source / "z-archive/y.wav")

    listed = [f.name for f in list_source(str(source)).files]

    assert listed == ["w.wav", "real/x.wav", "z-archive/y.wav", "z-archive/deep/z.wav"]


def test_a_link_that_leads_nowhere_is_listed_and_found_unreadable(tmp_path: Path) -> None:
    (tmp_path / "gone.wav").symlink_to(tmp_path / "unmounted/gone.wav")
    (tmp_path / "loop.wav").symlink_to(tmp_path / "loop.wav")
    (tmp_path / "archive").symlink_to(tmp_path / "unmounted")
    os.mkfifo(tmp_path / "pipe.wav")

    files = list_source(str(tmp_path)).files

    assert [PurePosixPath(f.name).name for f in files] == ["archive", "gone.wav", "loop.wav"]
    for file in files:
        with pytest.raises(RecordingError) as error:
            hash_file(Path(local_path(file.uri)))
        assert error.value.reason is ReasonCode.UNREADABLE_FILE


def test_one_source_has_one_address_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.wav").touch()
    (tmp_path / "link").symlink_to(tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    plain = list_source(str(tmp_path / "in"))
    for written in ("in", "./in/", "in/../in", f"{tmp_path}/nowhere/../in", f"{tmp_path}//in/."):
        assert list_source(written) == plain
    assert list_source("in/../in/a.wav").files[0].uri == plain.files[0].uri
    assert list_source("link").uri == (tmp_path / "link").as_uri()


def test_sub_folders_are_searched_and_same_stems_told_apart(tmp_path: Path) -> None:
    (tmp_path / "20").mkdir()
    for name in ("x.wav", "x.mp3", "20/x.wav"):
        (tmp_path / name).write_bytes(name.encode())
    ids = [f.default_call_id for f in list_source(str(tmp_path)).files]
    assert ids == ["x.mp3", "x.wav", "x"]


def test_a_missing_source_is_one_clear_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, said in (
        ("none", "does not exist"),
        ("pipe", "neither"),
        ("pipe/below", "does not exist"),
        ("loop", "cannot be reached"),
        ("a" * 300, "cannot be reached"),
        ("nul\0", "does not exist"),
    ):
        with pytest.raises(InputError, match=said):
            list_source(str(tmp_path / name))


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
