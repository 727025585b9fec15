"""Stored scorecards as tables for other programs and for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from callqa.reports.table_files import Cell, columns_of, write_csv, write_jsonl, write_parquet, write_xlsx
from models.run import StoredCall
from models.scorecard import Finding, Scorecard
from models.wire import scorecard_to_json


class ExportFormat(StrEnum):
    """Kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """One item of one call's scorecard; the columns of csv, xlsx and parquet, in this order.

    call_id ... duration_s: the call. `started_at` is empty when unknown; `duration_s` is the length of the recording.
    standard_id, standard_version: what it was scored against.
    total ... complaint_missing: the result of the call, repeated in each of its rows. `total` is 0 to 100 and empty
      when nothing could be evaluated; a fatal violation sets it to 0 and `total_before_fatal` keeps what it would
      have been. `complaint_found` and `complaint_missing` are ids of stages of handling a complaint, separated by
      spaces; both empty where there is none.
    item_id ... review_codes: the item. `verdict` is met, partial, missed, violated, not_applicable or not_evaluated;
      `points` of `max_points` before renormalisation, deductions below 0; `confidence` 0 to 1;
      `review_codes`, separated by spaces, say why a person is asked. All empty in the one row of a scorecard without
      items.
    reason: the first reason, in the standard's language. quote, quote_start_s, quote_end_s: the first evidence and
      where it is heard, seconds into the recording. Empty when there is none. All of them: format jsonl.
    audio_sha256 ... callqa_version: the receipt, from which the same score can be produced again.
    """

    call_id: str = field(metadata={"width": 20})
    agent_id: str
    agent_name: str | None
    team: str | None
    started_at: datetime | None = field(metadata={"width": 20})
    direction: str | None
    queue: str | None
    duration_s: float | None
    standard_id: str = field(metadata={"width": 20})
    standard_version: str
    total: float | None
    total_before_fatal: float | None
    band: str
    fatal: bool
    call_needs_review: bool
    complaint_found: str | None
    complaint_missing: str | None
    item_id: str | None
    item_title: str | None
    verdict: str | None
    points: float | None
    max_points: float | None
    confidence: float | None
    needs_review: bool | None
    review_codes: str | None
    reason: str | None = field(metadata={"width": 48})
    quote: str | None = field(metadata={"width": 36})
    quote_start_s: float | None
    quote_end_s: float | None
    audio_sha256: str | None
    transcript_sha256: str
    engine_digest: str | None
    standard_digest: str
    classifier: str | None
    callqa_version: str


def scorecard_rows(call: StoredCall, card: Scorecard) -> tuple[ScorecardRow, ...]:
    """The rows of one call, in the order of the standard's items; at least one, so that no call is lost."""
    findings: Sequence[Finding | None] = card.findings or (None,)
    return tuple(_row(call, card, finding) for finding in findings)


def export_scorecards(pairs: Iterable[tuple[StoredCall, Scorecard]], path: Path, format: ExportFormat) -> int:
    """Write scorecards to a file, which appears complete or not at all; returns the number of rows written.

    csv, xlsx and parquet have one row per call and item (`ScorecardRow`), jsonl one full scorecard a line. Without
    scorecards the tables have their header only. Raises InputError when the file cannot be written.
    """
    if format is ExportFormat.JSONL:
        return write_jsonl((scorecard_to_json(card) for _, card in pairs), path)
    write = {ExportFormat.CSV: write_csv, ExportFormat.XLSX: write_xlsx, ExportFormat.PARQUET: write_parquet}[format]
    return write(columns_of(ScorecardRow), _cells(pairs), path)


def _cells(pairs: Iterable[tuple[StoredCall, Scorecard]]) -> Iterator[tuple[Cell, ...]]:
    for call, card in pairs:
        for row in scorecard_rows(call, card):
            yield astuple(row)


def _stages(card: Scorecard, *, found: bool) -> str | None:
    return " ".join(s.id for s in card.complaint or () if (s.evidence is not None) is found) or None


def _row(call: StoredCall, card: Scorecard, finding: Finding | None) -> ScorecardRow:
    meta, audio, receipt = call.meta, call.recording.audio, card.receipt
    proof = finding.evidence[0] if finding and finding.evidence else None
    return ScorecardRow(
        call_id=card.call_id,
        agent_id=card.agent_id,
        agent_name=meta.agent_name,
        team=meta.team,
        started_at=meta.started_at,
        direction=meta.direction.value if meta.direction else None,
        queue=meta.queue,
        duration_s=audio.duration_s if audio else None,
        standard_id=card.standard.id,
        standard_version=card.standard.version,
        total=card.total,
        total_before_fatal=card.total_before_fatal,
        band=card.band,
        fatal=card.fatal,
        call_needs_review=card.needs_review,
        complaint_found=_stages(card, found=True),
        complaint_missing=_stages(card, found=False),
        item_id=finding.item_id if finding else None,
        item_title=finding.title if finding else None,
        verdict=finding.verdict.value if finding else None,
        points=finding.points if finding else None,
        max_points=finding.max_points if finding else None,
        confidence=finding.confidence if finding else None,
        needs_review=finding.needs_review if finding else None,
        review_codes=" ".join(finding.review_codes) or None if finding else None,
        reason=finding.reasons[0] if finding and finding.reasons else None,
        quote=proof.quote if proof else None,
        quote_start_s=proof.start_s if proof else None,
        quote_end_s=proof.end_s if proof else None,
        audio_sha256=receipt.audio_sha256,
        transcript_sha256=receipt.transcript_sha256,
        engine_digest=receipt.engine.digest if receipt.engine else None,
        standard_digest=receipt.standard.digest,
        classifier=receipt.classifier,
        callqa_version=receipt.callqa_version,
    )
