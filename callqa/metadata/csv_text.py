"""CSV as other systems and spreadsheets write it: in several encodings, with several separators."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.errors import InputError

_SEPARATORS = (",", "\t", ";")
# The line by which spreadsheets tell each other the separator.
_TOLD = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)
# What spreadsheets put around a number so that it stays text: ="13800138000", '13800138000.
_GUARDED = re.compile(r"^(?:=\"(.*)\"|'(.*))$", re.DOTALL)


def bytes_of(path: Path) -> bytes:
    """What a file holds. Raises InputError for one that cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def rows_in(raw: bytes, where: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows with the line that each begins in, the first one as well; blank rows are passed over.

    UTF-8 with or without a mark, UTF-16 with one, or GB 18030; separated by commas, semicolons or tabs. Cells are
    stripped of blanks and of a spreadsheet's guards. Raises InputError, which says `where`, for what is no such text.
    """
    try:
        text = _decoded(raw)
        head, _, rest = text.partition("\n")
        told = _TOLD.fullmatch(head)
        separator = told[1] if told else max(_SEPARATORS, key=head.count)
        before = 1 if told else 0
        rows = csv.reader(io.StringIO(rest if told else text, newline=""), delimiter=separator, strict=True)
        line = 1
        for row in rows:
            if any(cell.strip() for cell in row):
                yield before + line, [_cell(cell) for cell in row]
            line = rows.line_num + 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{where}: not a CSV file in UTF-8 or GBK: {error}; export it as CSV again") from error


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _cell(written: str) -> str:
    text = written.strip()
    guarded = _GUARDED.match(text)
    return (guarded[1] or guarded[2] or "").strip() if guarded is not None else text
