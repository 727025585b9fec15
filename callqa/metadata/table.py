"""Exported tables row by row: what each row tells, and the rows that cannot be taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from callqa.metadata.columns import cells_of, column_places
from callqa.metadata.csv_text import rows_in
from models.errors import InputError
from models.imported import ReadTable, Refusal, RefusedRow

_Noun = TypeVar("_Noun")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused: the column by its first name, and the value at fault as written, "" without one."""

    reason: Refusal
    column: str
    detail: str = ""


def table_in(
    raw: bytes,
    where: str,
    columns: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    read: Callable[[dict[str, str]], _Noun | Fault],
) -> ReadTable[_Noun]:
    """The rows of a table, each by `read` from its cells by column; blank rows are passed over.

    `columns` holds what each may be called besides its first name. Raises InputError, which says `where`, for what
    cannot be read at all, for `needed` columns that are missing, and for columns that are there twice.
    """
    lines = rows_in(raw, where)
    _, head = next(lines, (1, ()))
    places = column_places(head, columns, where)
    if missing := [name for name in needed if name not in places]:
        names = ", ".join(f"{name} ({columns[name][-1]})" for name in missing)
        raise InputError(f"{where}: the first line must name the columns, also {names}; see docs/contracts.md")
    rows: list[tuple[int, _Noun]] = []
    refused: list[RefusedRow] = []
    for line, row in lines:
        if any(row[len(head) :]):
            refused.append(RefusedRow(line, Refusal.EXTRA_CELLS))
            continue
        told = read(cells_of(row, places))
        if isinstance(told, Fault):
            # As the file calls it: that is where people look for it.
            refused.append(RefusedRow(line, told.reason, told.detail, head[places[told.column]]))
        else:
            rows.append((line, told))
    return ReadTable(tuple(rows), tuple(refused))
