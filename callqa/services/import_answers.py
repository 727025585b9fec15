"""What an import answers to programs: the same of the command line's `--json` and of the API."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from callqa.reports.refused_rows import shown_detail
from callqa.services.imports import Imported, ImportedSurveys
from models.imported import Refusal


@dataclass(frozen=True, slots=True)
class RefusedOut:
    """A row that was not taken in: `line` is where it begins, `column` what the file calls the column at fault.

    Long numbers in `detail`, the value at fault, are masked. Both are "" without one.
    """

    line: int
    column: str
    problem: Refusal
    detail: str


@dataclass(frozen=True, slots=True)
class ImportOut:
    """How many rows are new, changed what was stored, told what was known, and were refused; `bad` are the latter."""

    dry_run: bool
    new: int
    changed: int
    same: int
    refused: int
    bad: list[RefusedOut]

    @classmethod
    def of(cls, done: Imported, dry_run: bool) -> ImportOut:
        """The answer to an import, which stored nothing if it was a dry run."""
        bad = [RefusedOut(row.line, row.column, row.reason, shown_detail(row)) for row in done.refused]
        return cls(dry_run, done.new, done.changed, done.same, len(bad), bad)


@dataclass(frozen=True, slots=True)
class SurveysOut(ImportOut):
    """`ambiguous` are lines of answers that may be about several calls, `without_call` how many have none stored."""

    ambiguous: list[int]
    without_call: int

    @classmethod
    def of_surveys(cls, done: ImportedSurveys, dry_run: bool) -> SurveysOut:
        """The answer to an import of survey answers."""
        rows = ImportOut.of(done.rows, dry_run)
        return cls(
            rows.dry_run, rows.new, rows.changed, rows.same, rows.refused, rows.bad, list(done.ambiguous),
            done.without_call,
        )  # fmt: skip


def answer_to_json(answer: ImportOut) -> dict[str, Any]:
    """The answer as printed by --json."""
    return asdict(answer)
