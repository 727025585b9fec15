"""Rows of an imported table that were not taken in: why, in words, and as a table to correct and bring again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from callqa.reports.file_names import visible_name
from callqa.reports.rate_text import Speaker
from callqa.reports.spreadsheet_text import guarded
from callqa.reports.vcon import shown_customer
from models.imported import RefusedRow


def shown_detail(row: RefusedRow) -> str:
    """What the row is refused for: a shifted row may have a customer's number anywhere."""
    return shown_customer(row.detail)


def why(row: RefusedRow, words: Speaker) -> str:
    """Why the row is refused, and what to do."""
    return words(f"import.refusal.{row.reason.value}", detail=visible_name(shown_detail(row)))


def refused_line(row: RefusedRow, words: Speaker) -> str:
    """The row by line and column, and why it is refused."""
    key = "import.refused_cell" if row.column else "import.refused_row"
    return words(key, line=row.line, column=visible_name(row.column), why=why(row, words))


def refused_csv(rows: Iterable[tuple[int, Sequence[str]]], refused: Sequence[RefusedRow], words: Speaker) -> str:
    """The refused ones of a table's rows as CSV, each as it was behind its line and why; the head first.

    What was corrected in it can be brought again as it is: the columns in front are none that an import knows. Of a
    table that has them already, from an earlier time, they are made anew.
    """
    reasons = {row.line: refused_line(row, words) for row in refused}
    text = io.StringIO()
    writer = csv.writer(text)
    lines = iter(rows)
    _, head = next(lines, (1, ()))
    own = [words("import.line"), words("import.why")]
    first = len(own) if list(head[: len(own)]) == own else 0
    writer.writerow([*own, *map(guarded, head[first:])])
    for line, row in lines:
        if line in reasons:
            writer.writerow([line, reasons[line], *map(guarded, row[first:])])
    return text.getvalue()
