"""Values on their way into a column: what is changed, what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from storage.column_types import Real, storable

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("您好 😀\n", "您好 😀\n"),
        ("a\x00b\ud800c", "a\ufffdb\ufffdc"),
        ({"k\x00": ["\udfff", 1, None, True]}, {"k\ufffd": ["\ufffd", 1, None, True]}),
        (("a", "\x00"), ["a", "\ufffd"]),
    ],
)
def test_unstorable_characters_are_replaced(value: Any, stored: Any) -> None:
    assert storable(value) == stored


@given(documents)
def test_storable_values_stay_as_they_are(value: Any) -> None:
    once = storable(value)
    assert storable(once) == once


@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_quotes_stay_in_their_place(text: str, start: int, end: int) -> None:
    assert storable(text)[start:end] == storable(text[start:end])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="only finite numbers"):
        Real().process_bind_param(value, sqlite.dialect())
