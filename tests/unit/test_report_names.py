"""File names from addresses, and text made safe to look at."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.reports.file_names import file_name, visible, visible_name

SOURCE = "file:///recordings/night%201"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///recordings/night%201/a.wav", "a.wav"),
        ("file:///recordings/night%201/早班/a.wav", "早班/a.wav"),
        ("file:///recordings/night%201/percent%2520%252e.wav", "percent%20%2e.wav"),
        ("file:///recordings/night%2010/a.wav", "/recordings/night 10/a.wav"),
        ("file:///elsewhere/%E6%8A%95%E8%AF%89.wav", "/elsewhere/投诉.wav"),
        ("file:///recordings/night%201/latin%E9.wav", "latin\\xe9.wav"),
        ("s3://bucket/a%20b.wav", "s3://bucket/a b.wav"),
        ("file:///recordings/night%201", "/recordings/night 1"),
    ],
)
def test_file_name_is_decoded_once_and_relative_to_the_source(uri: str, name: str) -> None:
    assert file_name(uri, SOURCE) == name
    assert file_name(uri, SOURCE + "/") == name


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_file_name_survives_its_address(name: str) -> None:
    assert file_name(f"{SOURCE}/{quote(name, safe='')}", SOURCE) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("客服 录音（投诉）①.wav", "客服 录音（投诉）①.wav"),
        ("line\nbreak", "line⟨U+000A⟩break"),
        ("right\u202eto left", "right⟨U+202E⟩to left"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("lone\udcff", "lone⟨U+DCFF⟩"),
        ("家庭👨‍👩‍👧", "家庭👨‍👩‍👧"),
        ("全角\u3000空格", "全角\u3000空格"),
        (" edges ", " edges "),
        ("", ""),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" lead", "⟨U+0020⟩lead"),
        ("trail  ", "trail⟨U+0020⟩⟨U+0020⟩"),
        ("  ", "⟨U+0020⟩⟨U+0020⟩"),
        ("in between", "in between"),
    ],
)
def test_spaces_at_the_edges_of_a_name_are_written_out(text: str, shown: str) -> None:
    assert visible_name(text) == shown


@given(st.text(st.characters()))
def test_nothing_shown_can_hide_or_break_a_page(text: str) -> None:
    shown = visible_name(text)

    shown.encode()
    assert all(unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"} for c in shown)
    assert all(unicodedata.category(c) != "Cf" or c == "\u200d" for c in shown)
    assert shown == shown.strip(" ")
