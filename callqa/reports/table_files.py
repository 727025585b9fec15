"""Tables as files for spreadsheets and for programs: csv, xlsx, parquet, and JSON lines.

A file appears complete or not at all. Rows are written as they come, so a table need not fit into memory.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias, get_args, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from callqa.reports.spreadsheet_text import guarded, looks_like_formula
from models.errors import InputError

Cell: TypeAlias = str | float | bool | datetime | None

XLSX_MAX_ROWS = 1_048_576
"""Rows of a sheet, header included: Excel specifications and limits."""

_PARQUET_TYPES = {str: pa.string(), float: pa.float64(), bool: pa.bool_(), datetime: pa.timestamp("us", tz="UTC")}
_PARQUET_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, what its cells hold besides None (str, float, bool or datetime), and its width on a sheet."""

    name: str
    kind: type
    width: int


def columns_of(row_type: type) -> tuple[Column, ...]:
    """The columns of a dataclass of cells. A field's metadata may give the `width` in characters; it is 14 else."""
    hints = get_type_hints(row_type)
    return tuple(
        Column(field.name, _kind(hints[field.name]), field.metadata.get("width", 14)) for field in fields(row_type)
    )


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], path: Path) -> int:
    """UTF-8 with the mark that makes Excel read it as such. Returns the number of rows, the header not counted.

    Text that a spreadsheet would take for a formula gets an apostrophe in front. Moments are ISO 8601 with their
    offset, truth is true or false, None is empty. Raises InputError when the file cannot be written.
    """
    with complete_file(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in columns])
        count = 0
        for row in rows:
            writer.writerow([_csv_cell(cell) for cell in row])
            count += 1
        return count


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a workbook."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def write_xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], path: Path) -> int:
    """One sheet, as `write_sheets`."""
    return write_sheets([Sheet("callqa", columns, rows)], path)


def write_sheets(sheets: Sequence[Sheet], path: Path) -> int:
    """Each sheet with a frozen header and a filter. Returns the number of rows, headers not counted.

    Text is always text, never a formula. Moments show the clock of their own zone, since a sheet knows no zones.
    Characters that the format forbids become U+FFFD. Raises InputError when the file cannot be written or the rows
    are more than a sheet can hold.
    """
    with complete_file(path) as draft:
        book = Workbook(write_only=True)
        count = sum(_fill(book, one, path) for one in sheets)
        book.save(draft)
        return count


def write_parquet(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], path: Path) -> int:
    """Typed columns; moments are in UTC. Returns the number of rows. Raises InputError when it cannot be written."""
    schema = pa.schema([(column.name, _PARQUET_TYPES[column.kind]) for column in columns])
    with complete_file(path) as draft, pq.ParquetWriter(draft, schema) as writer:
        count = 0
        remaining = iter(rows)
        while batch := list(islice(remaining, _PARQUET_BATCH)):
            arrays = [
                pa.array(cells, type=field.type) for cells, field in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
        return count


def write_jsonl(lines: Iterable[Mapping[str, Any]], path: Path) -> int:
    """One JSON document a line, in UTF-8. Returns the number of lines. Raises InputError when it cannot be written."""
    with complete_file(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        count = 0
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
            count += 1
        return count


@contextmanager
def complete_file(path: Path) -> Iterator[Path]:
    """A draft beside `path` that takes its place when all went well and is removed when not."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _kind(hint: Any) -> type:
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)]
    if len(kinds) != 1 or kinds[0] not in _PARQUET_TYPES:
        raise TypeError(f"{hint} is no kind of cell")
    kind: type = kinds[0]
    return kind


def _fill(book: Workbook, one: Sheet, path: Path) -> int:
    sheet = book.create_sheet(one.name)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(one.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    with closing(sheet):
        sheet.append([_header_cell(sheet, column.name) for column in one.columns])
        count = 0
        for row in one.rows:
            if count + 1 == XLSX_MAX_ROWS:
                raise InputError(f"{path}: a sheet holds {XLSX_MAX_ROWS - 1} rows at most; write csv or parquet")
            sheet.append([_xlsx_cell(sheet, cell) for cell in row])
            count += 1
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(one.columns))}{count + 1}"
    return count


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, str):
        return guarded(cell)
    return repr(cell)


def _xlsx_cell(sheet: WriteOnlyWorksheet, cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", cell)
    if not looks_like_formula(text):
        return text
    # Typed as text, and marked so that editing the cell does not make it a formula either.
    safe = WriteOnlyCell(sheet, text)
    safe.data_type = "s"
    safe.quotePrefix = True
    return safe


def _header_cell(sheet: WriteOnlyWorksheet, name: str) -> Any:
    cell = WriteOnlyCell(sheet, name)
    cell.font = Font(bold=True)
    return cell
