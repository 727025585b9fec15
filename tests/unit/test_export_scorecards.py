"""Exported scorecards, read back from each kind of file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callqa.reports import table_files
from callqa.reports.export import ExportFormat, ScorecardRow, export_scorecards, scorecard_rows
from callqa.reports.table_files import Column, write_csv
from models.call import Direction
from models.errors import InputError, TransientError
from models.run import StoredCall
from models.scorecard import Scorecard, Verdict
from models.wire import scorecard_to_json
from tests import factories

STARTED_AT = datetime(2026, 11, 20, 9, 31, tzinfo=timezone(timedelta(hours=8)))
NAMES = [field.name for field in fields(ScorecardRow)]
FORMATS = list(ExportFormat)


def pair(*quotes: str, call_id: str = "C1", total: float | None = 86.0) -> tuple[StoredCall, Scorecard]:
    """A call with a greeting proved by the quotes, and a deduction without evidence."""
    call = factories.stored_call(call_id=call_id)
    call = replace(call, meta=replace(call.meta, agent_name="林晓", started_at=STARTED_AT, direction=Direction.INBOUND))
    greeting = factories.finding(proof=tuple(factories.evidence(quote) for quote in quotes))
    deduction = factories.finding("prohibited", Verdict.VIOLATED, -5.5, 0, needs_review=True)
    return call, factories.scorecard(call_id, total, (greeting, deduction))


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def xlsx_cells(path: Path) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


def test_one_row_per_item_with_the_first_reason_and_quote() -> None:
    first, second = scorecard_rows(*pair("您好", "很高兴"))
    assert (first.call_id, first.item_id, first.verdict, first.points, first.max_points) == (
        "C1",
        "greeting",
        "met",
        10,
        10,
    )
    assert (first.reason, first.quote, first.quote_start_s, first.quote_end_s) == ("理由", "您好", 0.0, 0.4)
    assert (second.item_id, second.quote, second.quote_start_s, second.needs_review) == ("prohibited", None, None, True)
    assert (first.engine_digest, first.standard_digest) == (factories.ENGINE.digest, factories.STANDARD.digest)


def test_a_scorecard_without_items_is_not_lost() -> None:
    [row] = scorecard_rows(factories.stored_call(), factories.scorecard(total=None, findings=()))
    assert (row.call_id, row.total, row.item_id, row.verdict, row.points) == ("C1", None, None, None, None)


def test_csv_is_read_by_excel_and_by_programs(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    assert export_scorecards([pair("您好"), pair("喂", call_id="C2", total=None)], path, ExportFormat.CSV) == 4
    assert path.read_bytes().startswith(b"\xef\xbb\xbfcall_id,")
    rows = csv_rows(path)
    assert list(rows[0]) == NAMES
    assert [row["call_id"] for row in rows] == ["C1", "C1", "C2", "C2"]
    assert (rows[0]["agent_name"], rows[0]["quote"], rows[0]["total"]) == ("林晓", "您好", "86.0")
    assert (rows[0]["started_at"], rows[0]["fatal"]) == ("2026-11-20T09:31:00+08:00", "false")
    assert (rows[1]["points"], rows[1]["quote"], rows[2]["total"]) == ("-5.5", "", "")


def test_xlsx_has_typed_cells_and_a_frozen_header(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    assert export_scorecards([pair("您好")], path, ExportFormat.XLSX) == 2
    header, first, second = xlsx_cells(path)
    assert list(header) == NAMES
    row = dict(zip(NAMES, first, strict=True))
    assert (row["agent_name"], row["quote"], row["total"], row["fatal"]) == ("林晓", "您好", 86, False)
    assert row["started_at"] == datetime(2026, 11, 20, 9, 31)  # noqa: DTZ001 - a sheet knows no zones
    assert dict(zip(NAMES, second, strict=True))["points"] == -5.5
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:AI3")
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["Z"].width == 48


def test_parquet_has_typed_columns(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    assert export_scorecards([pair("您好"), pair("喂", call_id="C2", total=None)], path, ExportFormat.PARQUET) == 4
    table = pq.read_table(path)
    assert table.column_names == NAMES
    types = {name: table.schema.field(name).type for name in ("quote", "total", "fatal", "started_at")}
    assert types == {
        "quote": pa.string(),
        "total": pa.float64(),
        "fatal": pa.bool_(),
        "started_at": pa.timestamp("us", tz="UTC"),
    }
    assert table["total"].to_pylist() == [86.0, 86.0, None, None]
    assert table["quote"].to_pylist() == ["您好", None, "喂", None]
    assert table["started_at"][0].as_py() == STARTED_AT


def test_jsonl_holds_whole_scorecards(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    pairs = [pair("您好", "很高兴"), pair("喂", call_id="C2")]
    assert export_scorecards(pairs, path, ExportFormat.JSONL) == 2
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [scorecard_to_json(card) for _, card in pairs]
    assert "很高兴" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("format_", FORMATS)
def test_without_scorecards_there_is_a_file_without_rows(tmp_path: Path, format_: ExportFormat) -> None:
    path = tmp_path / "new folder" / f"s.{format_}"
    assert export_scorecards([], path, format_) == 0
    if format_ is ExportFormat.JSONL:
        assert path.read_text(encoding="utf-8") == ""
    elif format_ is ExportFormat.CSV:
        assert csv_rows(path) == []
    elif format_ is ExportFormat.XLSX:
        assert [list(row) for row in xlsx_cells(path)] == [NAMES]
    else:
        assert (pq.read_table(path).num_rows, pq.read_table(path).column_names) == (0, NAMES)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1"]
HARMLESS = ["您好", "1-1", "a=b", "'=1", "", "—"]


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_text_never_begins_like_a_formula(tmp_path: Path, text: str) -> None:
    export_scorecards([pair(text)], tmp_path / "s.csv", ExportFormat.CSV)
    assert csv_rows(tmp_path / "s.csv")[0]["quote"] == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_csv_text_stays_as_it_is(tmp_path: Path, text: str) -> None:
    export_scorecards([pair(text)], tmp_path / "s.csv", ExportFormat.CSV)
    assert csv_rows(tmp_path / "s.csv")[0]["quote"] == text


@pytest.mark.parametrize("text", [text for text in FORMULAS if "\r" not in text])
def test_xlsx_text_is_never_a_formula(tmp_path: Path, text: str) -> None:
    export_scorecards([pair(text)], tmp_path / "s.xlsx", ExportFormat.XLSX)
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx").active
    assert sheet is not None
    cell = sheet.cell(2, NAMES.index("quote") + 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_characters_that_a_sheet_forbids_are_replaced(tmp_path: Path) -> None:
    export_scorecards([pair("您\x0b好")], tmp_path / "s.xlsx", ExportFormat.XLSX)
    assert xlsx_cells(tmp_path / "s.xlsx")[1][NAMES.index("quote")] == "您\ufffd好"


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "XLSX_MAX_ROWS", 4)
    with pytest.raises(InputError, match="a sheet holds 3 rows at most; write csv or parquet"):
        export_scorecards([pair("您好"), pair("喂")], tmp_path / "s.xlsx", ExportFormat.XLSX)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_failed_export_leaves_the_old_file_alone(tmp_path: Path, format_: ExportFormat) -> None:
    def breaks_off() -> Iterator[tuple[StoredCall, Scorecard]]:
        yield pair("您好")
        raise TransientError("the database is gone")

    path = tmp_path / "s"
    path.write_text("old")
    with pytest.raises(TransientError, match="the database is gone"):
        export_scorecards(breaks_off(), path, format_)
    assert [file.name for file in tmp_path.iterdir()] == ["s"]
    assert path.read_text() == "old"


@pytest.mark.parametrize("format_", FORMATS)
def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path, format_: ExportFormat) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file/s: cannot be written"):
        export_scorecards([pair("您好")], tmp_path / "file" / "s", format_)


@settings(max_examples=50)
@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=5))
def test_any_text_comes_back_from_csv(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    write_csv(
        [Column("text", str, 10)],
        [
            [
                text,
            ]
            for text in texts
        ],
        path,
    )
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = [row[0] if row else "" for row in csv.reader(file)][1:]
    assert [text in (cell, cell[1:]) for text, cell in zip(texts, read, strict=True)] == [True] * len(texts)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in read)
