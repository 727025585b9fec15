"""Sources are read only inside their root, whatever names, links, sidecars and manifests say."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callqa.metadata import PRESETS, MetadataReader, NameRules
from callqa.sources import Listing, SourceFile, confined, hash_file, list_source, list_sources
from models.errors import InputError, ReasonCode, RecordingError

SECRET = "outside"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source, and beside it a folder that is none of its business."""
    for folder in ("in", "out/deep"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "out/x.wav").write_text(SECRET)
    (tmp_path / "out/deep/y.wav").write_text(SECRET)
    (tmp_path / "out/x.json").write_text(f'{{"call_id": "{SECRET}", "team": "{SECRET}"}}')
    (tmp_path / "out/manifest.csv").write_text(f"file,team\na.wav,{SECRET}\n")
    (tmp_path / "in/a.wav").write_text("inside")
    return tmp_path / "in"


def content(listing: Listing, file: SourceFile) -> str:
    """What is read of the file."""
    with listing.store.fetched(file.name) as found:
        return Path(found.path).read_text()


def test_a_link_out_of_the_source_is_told_of_and_not_followed(source: Path) -> None:
    (source / "file.wav").symlink_to(source.parent / "out/x.wav")
    (source / "folder").symlink_to(source.parent / "out")
    (source / "relative.wav").symlink_to("../out/deep/y.wav")
    (source / "hop").symlink_to(source / "hop2")
    (source / "hop2").symlink_to(source.parent / "out/deep")

    listing = list_source(str(source))

    assert [f.name for f in listing.files] == ["a.wav", "file.wav", "folder", "hop", "hop2", "relative.wav"]
    for file in listing.files[1:]:
        with pytest.raises(RecordingError, match=r"link out of the source.*name the folder") as error:
            content(listing, file)
        assert error.value.reason is ReasonCode.UNREADABLE_FILE
    assert content(listing, listing.files[0]) == "inside"


def test_a_link_to_a_folder_that_is_a_source_too_is_followed(source: Path) -> None:
    (source / "folder").symlink_to(source.parent / "out")
    both = list_sources([str(source), str(source.parent / "out")])
    assert [f"{Path(one.store.root).name}/{f.name}" for one in both for f in one.files] == [
        "in/a.wav",
        "in/folder/x.wav",
        "in/folder/deep/y.wav",
        "out/x.wav",
        "out/deep/y.wav",
    ]
    for one in both:
        for file in one.files:
            content(one, file)


def test_a_source_may_itself_be_a_link(source: Path) -> None:
    (source.parent / "link").symlink_to(source)
    (source.parent / "one.wav").symlink_to(source / "a.wav")
    for named in ("link", "one.wav"):
        listing = list_source(str(source.parent / named))
        assert [content(listing, f) for f in listing.files] == ["inside"]


def test_the_beginning_of_a_folder_s_name_is_not_the_folder(tmp_path: Path) -> None:
    for folder in ("in", "in-other"):
        (tmp_path / folder).mkdir()
    (tmp_path / "in-other/x.wav").touch()
    with pytest.raises(RecordingError):
        confined(tmp_path / "in/../in-other/x.wav", [tmp_path / "in"])


@pytest.mark.parametrize("preset", ["", *PRESETS])
def test_a_sidecar_that_is_a_link_out_is_not_read(source: Path, preset: str) -> None:
    for name in ("a.json", "a.wav_metadata.json", "a.cdr.json"):
        (source / name).symlink_to(source.parent / "out/x.json")
    listing = list_source(str(source))
    meta = MetadataReader(listing, "UTC", NameRules(preset=preset)).read(listing.files[0])
    assert "sidecar_unreadable" in meta.flags
    assert SECRET not in repr(meta)


def test_a_sidecar_that_is_a_link_inside_is_read(source: Path) -> None:
    (source / "meta").mkdir()
    (source / "meta/a.json").write_text('{"team": "夜班"}', encoding="utf-8")
    (source / "a.json").symlink_to("meta/a.json")
    listing = list_source(str(source))
    assert MetadataReader(listing, "UTC").read(listing.files[0]).team == "夜班"


def test_a_manifest_that_is_a_link_out_stops_the_run(source: Path) -> None:
    (source / "manifest.csv").symlink_to(source.parent / "out/manifest.csv")
    with pytest.raises(InputError, match=r"manifest\.csv: .* link out of the source"):
        MetadataReader(list_source(str(source)), "UTC")


def test_rows_of_a_manifest_that_point_out_read_nothing_and_are_told(source: Path) -> None:
    rows = ("../out/x.wav", "/etc/passwd", "deep/../../out/deep/y.wav", str(source.parent / "out/x.wav"))
    (source / "manifest.csv").write_text("file,agent_id\n" + "".join(f"{row},A1\n" for row in (*rows, "a.wav")))
    listing = list_source(str(source))
    reader = MetadataReader(listing, "UTC")
    assert [reader.read(file).agent_id for file in listing.files] == ["A1"]
    assert set(reader.manifest_rows_without_file()) == {os.path.normpath(row) for row in rows}


NAMES = st.sampled_from(["a", "b", "c.wav", "d.json", "a.wav", "a.json", "manifest.csv", ".x.wav", "e.wav.part"])
TARGETS = st.sampled_from(
    [
        "{up}out",
        "{up}out/x.wav",
        "{up}out/a.json",
        "{up}out/manifest.csv",
        "{up}in/a",
        "{up}",
        "..",
        "/",
        ".",
        "a",
        "a/c.wav",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=3), st.none() | TARGETS), max_size=14))
def test_no_tree_of_links_leads_out(entries: list[tuple[list[str], str | None]]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root, out = Path(scratch, "in"), Path(scratch, "out")
        root.mkdir()
        out.mkdir()
        for name in ("x.wav", "a.wav", "a.json", "manifest.csv"):
            (out / name).write_text(f'{{"team": "{SECRET}"}}')
        outside = hash_file(out / "x.wav")
        for parts, target in entries:
            path = root.joinpath(*parts)
            # As deep as the entry lies, so that the target is reached from wherever it stands.
            target = target and target.replace("{up}", "../" * len(parts))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                if target is None:
                    path.write_text("{}" if path.suffix == ".json" else "file\n")
                else:
                    path.symlink_to(target)
            except OSError:
                continue
        real_root = Path(os.path.realpath(root))
        listing = list_source(str(root))
        assert list_source(str(root)) == listing
        try:
            reader = MetadataReader(listing, "UTC", NameRules(preset="genesys"))
        except InputError:
            return
        for file in listing.files:
            assert SECRET not in repr(reader.read(file))
            try:
                with listing.store.fetched(file.name) as found:
                    real, digest = Path(found.path), found.recording_id
            except RecordingError:
                continue
            assert real.is_relative_to(real_root)
            assert digest != outside
