"""Thousands of words looked for in one pass over a text (Aho and Corasick, 1975)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import ahocorasick

T = TypeVar("T")


class Automaton(Generic[T]):
    """Words and what each stands for. A search costs as much as the text is long and as is found, however many words."""

    def __init__(self, words: Mapping[str, T]) -> None:
        self._words = ahocorasick.Automaton()
        for word, meaning in words.items():
            self._words.add_word(word, meaning)
        self._words.make_automaton()
        self._empty = not words

    def found(self, text: str) -> list[T]:
        """What the words stand for that `text` holds, in order of place, each as often as it occurs."""
        return [] if self._empty else [meaning for _, meaning in self._words.iter(text)]
