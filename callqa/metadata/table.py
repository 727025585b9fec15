"""Exported tables row by row: what each row tells, and the rows that cannot be taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from callqa.metadata.columns import cells_of, column_places
from callqa.metadata.csv_text import read_rows
from models.errors import InputError
from models.imported import ReadTable, Refusal, RefusedRow

_Noun = TypeVar("_Noun")


def read_table(
    path: Path,
    columns: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    read: Callable[[dict[str, str]], _Noun | tuple[Refusal, str]],
) -> ReadTable[_Noun]:
    """The rows of a file, each by `read` from its cells by column; blank rows are passed over.

    `columns` holds what each may be called besides its first name. Raises InputError for what cannot be read at all,
    for `needed` columns that are missing, and for columns that are there twice.
    """
    lines = read_rows(path)
    _, head = next(lines, (1, ()))
    places = column_places(head, columns, str(path))
    if missing := [name for name in needed if name not in places]:
        names = ", ".join(f"{name} ({columns[name][-1]})" for name in missing)
        raise InputError(f"{path}: the first line must name the columns, also {names}; see docs/contracts.md")
    rows: list[tuple[int, _Noun]] = []
    refused: list[RefusedRow] = []
    for line, row in lines:
        if any(row[len(head) :]):
            refused.append(RefusedRow(line, Refusal.EXTRA_CELLS))
            continue
        told = read(cells_of(row, places))
        if isinstance(told, tuple):
            refused.append(RefusedRow(line, *told))
        else:
            rows.append((line, told))
    return ReadTable(tuple(rows), tuple(refused))
