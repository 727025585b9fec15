"""The conduct of stored calls as a table: one row per call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass, field
from datetime import datetime
from pathlib import Path

from callqa.reports.export import ExportFormat
from callqa.reports.table_files import Cell, columns_of, write_csv, write_jsonl, write_parquet, write_xlsx
from models.run import StoredCall
from models.transcript import Transcript
from scoring.conduct import conduct


@dataclass(frozen=True, slots=True)
class ConductRow:
    """One call; the columns in this order. Empty: not known, which is not 0. See `scoring.conduct.Conduct`."""

    call_id: str = field(metadata={"width": 20})
    agent_id: str
    agent_name: str | None
    team: str | None
    started_at: datetime | None = field(metadata={"width": 20})
    duration_s: float | None
    ring_s: float | None
    hung_up_by: str | None
    silences: float | None
    longest_silence_s: float | None
    holds: float | None
    longest_hold_s: float | None
    held_s: float | None
    agent_cuts: float | None
    customer_cuts: float | None
    longest_overlap_s: float | None
    agent_share: float | None
    agent_rate: float | None
    customer_rate: float | None


def export_conduct(
    pairs: Iterable[tuple[StoredCall, Transcript]],
    path: Path,
    format: ExportFormat,
) -> int:
    """Write one row per call to a file, which appears complete or not at all; returns the number of rows.

    Without calls the tables have their header only. Raises InputError when the file cannot be written.
    """
    rows = (_row(call, transcript) for call, transcript in pairs)
    if format is ExportFormat.JSONL:
        return write_jsonl(map(_line, rows), path)
    write = {ExportFormat.CSV: write_csv, ExportFormat.XLSX: write_xlsx, ExportFormat.PARQUET: write_parquet}[format]
    cells: Iterator[tuple[Cell, ...]] = (astuple(row) for row in rows)
    return write(columns_of(ConductRow), cells, path)


def _row(call: StoredCall, transcript: Transcript) -> ConductRow:
    meta, found = call.meta, conduct(transcript, call.meta)
    return ConductRow(
        call_id=meta.call_id,
        agent_id=meta.agent_id,
        agent_name=meta.agent_name,
        team=meta.team,
        started_at=meta.started_at,
        duration_s=transcript.duration_s,
        ring_s=found.ring_s,
        hung_up_by=found.hung_up_by.value if found.hung_up_by else None,
        silences=found.silences,
        longest_silence_s=found.longest_silence_s,
        holds=found.holds,
        longest_hold_s=found.longest_hold_s,
        held_s=found.held_s,
        agent_cuts=found.agent_cuts,
        customer_cuts=found.customer_cuts,
        longest_overlap_s=found.longest_overlap_s,
        agent_share=found.agent_share,
        agent_rate=found.agent_rate,
        customer_rate=found.customer_rate,
    )


def _line(row: ConductRow) -> dict[str, Cell]:
    return asdict(row) | {"started_at": row.started_at.isoformat() if row.started_at else None}
