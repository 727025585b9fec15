"""A file name pattern of one's own: clear errors, and a bound on its work."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callqa.metadata import MetadataReader, NameRules, check_pattern
from callqa.metadata.pattern import MOST_GIVEN_UP, match_names
from callqa.sources import list_source
from models.errors import SettingsError

ENDLESS = r"(?P<call_id>(?:\w+\s?)+)\.wav$"
TRAP = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!.mp3"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "not a regular expression"),
        ("(?P<call_id>.", "not a regular expression"),
        (r"(?P<call_id>\w+)-(?P<agnet>\w+)", r"names \['agnet'\]; known groups are call_id, agent_id"),
        (r"(?P<agent_id>A\d+)", r"no group for the call's id; put \(\?P<call_id>"),
        (r"\d+", "no group for the call's id"),
        (r"(?P<call_id>a{99999999999})", "not a regular expression"),
        ("(" * 5000 + "a" + ")" * 5000, "not a regular expression"),
    ],
)
def test_a_wrong_pattern_is_explained(pattern: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        check_pattern(pattern)


def test_groups_of_names_that_fit_and_nothing_of_others() -> None:
    pattern = r"(?P<call_id>\d+)(?:-(?P<agent_id>A\d+))?\.wav$"
    assert match_names(pattern, ["x/17-A3.wav", "18.wav", "录音.wav", "gbk-\udcb5.wav", ""]) == (
        {"call_id": "17", "agent_id": "A3"},
        {"call_id": "18", "agent_id": None},
        {},
        {},
        {},
    )
    assert match_names(pattern, []) == ()


def test_a_name_that_takes_for_ever_is_given_up_and_flagged(tmp_path: Path) -> None:
    for name in (TRAP, "good one.wav"):
        (tmp_path / name).touch()
    listing = list_source(str(tmp_path))
    began = time.monotonic()
    reader = MetadataReader(listing, "UTC", NameRules(filename_pattern=ENDLESS))
    found = {Path(file.name).name: reader.read(file) for file in listing.files}
    assert time.monotonic() - began < 30
    assert found["good one.wav"].call_id == "good one"
    assert found[TRAP].call_id == TRAP.removesuffix(".mp3")
    assert found[TRAP].flags[0] == "name_unreadable"


def test_a_pattern_that_takes_for_ever_on_many_names_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"more than 0\.5 s for one name, such as .*repeats inside repeats"):
        match_names(ENDLESS, [f"{TRAP}{n}" for n in range(MOST_GIVEN_UP + 5)])


def test_a_name_that_does_not_fit_is_flagged_unless_somebody_gives_the_id(tmp_path: Path) -> None:
    for name in ("17.wav", "x.wav", "y.wav"):
        (tmp_path / name).touch()
    (tmp_path / "y.json").write_text('{"call_id": "C9"}')
    listing = list_source(str(tmp_path))
    reader = MetadataReader(listing, "UTC", NameRules(filename_pattern=r"(?P<call_id>\d+)\.wav"))
    found = {Path(file.name).name: reader.read(file) for file in listing.files}
    assert [found[name].call_id for name in ("17.wav", "x.wav", "y.wav")] == ["17", "x", "C9"]
    assert ["name_unmatched" in found[name].flags for name in ("17.wav", "x.wav", "y.wav")] == [False, True, False]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=8))
def test_as_many_answers_as_names(names: list[str]) -> None:
    found = match_names(r"(?P<call_id>.+)", names)
    assert len(found) == len(names)
    for name, groups in zip(names, found, strict=True):
        assert (groups or {}).get("call_id") == next((line for line in name.split("\n") if line), None)
