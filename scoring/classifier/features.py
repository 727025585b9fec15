"""What the classifier sees of a text: its characters, its pairs of characters, and the longer words in it.

Which longer words there are is decided in training, by jieba. Finding them again needs no word segmentation: a word is
found wherever its characters stand, so that thousands of utterances take milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Found = NDArray[np.signedinteger]

EDGE = "|"
"""Stands before and after every text; no reading holds it."""
LONGEST_WORD = 4

_DIGITS = str.maketrans("123456789", "0" * 9)
_UNKNOWN, _EDGE_ID = 0, 1
_BMP = 0x10000


def spell(text: str) -> str:
    """The text with all digits alike and its edges marked: `24小时` and `48小时` are one."""
    return f"{EDGE}{text.translate(_DIGITS)}{EDGE}"


class Extractor:
    """Finds known features, given as strings of 1 to `LONGEST_WORD` characters, in many texts at once.

    A feature of three or four characters needs its first two to be a feature as well.
    """

    def __init__(self, features: Sequence[str]) -> None:
        self.features = tuple(features)
        self.size = len(features)
        known = sorted({char for feature in features for char in feature} - {EDGE})
        self._base = len(known) + 2
        ids = {EDGE: _EDGE_ID, **{char: i for i, char in enumerate(known, start=2)}}
        # The last place is everything beyond the basic plane: too rare to be known.
        self._ids = np.zeros(_BMP + 1, np.int64)
        for char, i in ids.items():
            self._ids[ord(char)] = i
        self._ids[[ord(digit) for digit in "123456789"]] = ids.get("0", _UNKNOWN)
        self._columns = {n: np.full(self._base**n, -1, np.int32) for n in (1, 2)}
        longer: dict[int, list[tuple[int, int]]] = {3: [], 4: []}
        self._begins_word = np.zeros(self.size + 1, np.bool_)
        numbers = {feature: column for column, feature in enumerate(features)}
        for feature, column in numbers.items():
            key = 0
            for char in feature:
                key = key * self._base + ids[char]
            if len(feature) <= 2:
                self._columns[len(feature)][key] = column
            else:
                longer[len(feature)].append((key, column))
                self._begins_word[numbers[feature[:2]]] = True
        self._longer = {n: np.array(sorted(pairs), np.int64).reshape(-1, 2) for n, pairs in longer.items()}

    def find(self, texts: Sequence[str]) -> tuple[Indices, Indices]:
        """Row (text) and column (feature) of every feature found, each once, in order of rows.

        Raises ValueError for a text that holds `EDGE`.
        """
        nothing = np.empty(0, np.int64)
        if not texts:
            return nothing, nothing
        # One edge between two texts serves both. Digits are alike by their ids.
        joined = f"{EDGE}{EDGE.join(texts)}{EDGE}"
        if joined.count(EDGE) != len(texts) + 1:
            raise ValueError(f"a text holds {EDGE!r}, which no reading does")
        codes = np.frombuffer(joined.encode("utf-32-le", "replace"), "<u4")
        ids = self._ids.take(codes, mode="clip")
        row = np.cumsum(ids == _EDGE_ID) - 1
        pair = ids[:-1] * self._base + ids[1:]
        pair_column = self._columns[2].take(pair)
        found: list[tuple[Indices, Found]] = [(row, self._columns[1].take(ids)), (row[:-1], pair_column)]
        at = np.flatnonzero(self._begins_word.take(pair_column, mode="wrap"))
        key = pair[at]
        for length in (3, 4):
            inside = at + length <= len(ids)
            at, key = at[inside], key[inside]
            key = key * self._base + ids[at + length - 1]
            found.append((row[at], self._look_up(self._longer[length], key)))
        columns = np.concatenate([column for _, column in found])
        rows = np.concatenate([rows for rows, _ in found])
        known = columns >= 0
        cells = rows[known] * self.size + columns[known]
        cells.sort()
        once = np.ones(len(cells), np.bool_)
        np.not_equal(cells[1:], cells[:-1], out=once[1:])
        return np.divmod(cells[once], self.size)

    @staticmethod
    def _look_up(table: Indices, keys: Indices) -> Indices:
        if not len(table):
            return np.full(len(keys), -1, np.int64)
        place = np.minimum(np.searchsorted(table[:, 0], keys), len(table) - 1)
        return np.where(table[place, 0] == keys, table[place, 1], -1)
