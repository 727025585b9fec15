"""Nouns to rows and back. A noun that is stored and read again is equal to itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Row

from models.call import AudioFacts, CallMeta, Quarantine, Recording, RecordingState
from models.ledger import LedgerEntry, StatusEvent
from models.run import Run, StoredCall
from models.scorecard import Evidence, Finding, Promise, PromiseStatus, ReviewCode, Scorecard, StandardRef
from models.transcript import Role, Transcript
from models.wire import (
    Json,
    complaint_from_json,
    complaint_to_json,
    receipt_from_json,
    receipt_to_json,
    transcript_from_json,
    transcript_to_json,
)

_META_FIELDS = frozenset(field.name for field in fields(CallMeta))


def recording_to_row(recording: Recording, meta: CallMeta, quarantine: Quarantine | None) -> Json:
    """The row of a recording that was just registered."""
    audio = recording.audio
    return {
        "id": recording.id,
        "uri": recording.uri,
        "duration_s": audio.duration_s if audio else None,
        "sample_rate_hz": audio.sample_rate_hz if audio else None,
        "channels": audio.channels if audio else None,
        "codec": audio.codec if audio else None,
        **meta_to_row(meta),
        "state": RecordingState.QUARANTINED if quarantine else RecordingState.RECEIVED,
        "quarantine_reason": quarantine.reason if quarantine else None,
        "quarantine_detail": quarantine.detail if quarantine else None,
        "dropped_at": None,
        "attempts": 0,
        "last_error": None,
    }


def meta_to_row(meta: CallMeta) -> Json:
    """What a recording's row holds of its call."""
    return {
        "call_id": meta.call_id,
        "agent_id": meta.agent_id,
        "agent_name": meta.agent_name,
        "team": meta.team,
        "customer_ref": meta.customer_ref,
        "started_at": meta.started_at,
        "started_at_offset_s": _offset_s(meta.started_at),
        "direction": meta.direction,
        "ring_s": meta.ring_s,
        "hung_up_by": meta.hung_up_by,
        "queue": meta.queue,
        "csat": meta.csat,
        "resolved": meta.resolved,
        "channel_roles": [role.value for role in meta.channel_roles],
        "flags": list(meta.flags),
    }


def stored_call_from_row(row: Row[Any]) -> StoredCall:
    """A row of `recordings`."""
    audio = None
    if row.codec is not None:
        audio = AudioFacts(row.duration_s, row.sample_rate_hz, row.channels, row.codec)
    quarantine = None
    if row.quarantine_reason is not None:
        quarantine = Quarantine(row.quarantine_reason, row.quarantine_detail)
    meta = CallMeta(
        call_id=row.call_id,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        team=row.team,
        customer_ref=row.customer_ref,
        started_at=zoned(row.started_at, row.started_at_offset_s),
        direction=row.direction,
        ring_s=row.ring_s,
        hung_up_by=row.hung_up_by,
        queue=row.queue,
        csat=row.csat,
        resolved=row.resolved,
        channel_roles=tuple(Role(role) for role in row.channel_roles),
        flags=tuple(row.flags),
    )
    return StoredCall(
        Recording(row.id, row.uri, audio), meta, row.state, quarantine, row.attempts, row.last_error, row.dropped_at
    )


def transcript_to_document(transcript: Transcript) -> Json:
    """The transcript's wire form without the facts of its call, which the recording's row holds."""
    if any(utterance.index != place for place, utterance in enumerate(transcript.utterances)):
        # The wire form has no index: evidence would come back pointing at other words.
        raise ValueError(f"transcript of {transcript.recording_id}: utterances are not numbered 0, 1, 2, ...")
    line = transcript_to_json(transcript, CallMeta(call_id=transcript.recording_id))
    return {key: value for key, value in line.items() if key not in _META_FIELDS}


def transcript_from_document(document: Mapping[str, Any], recording_id: str) -> Transcript:
    """The inverse of `transcript_to_document`."""
    line = {**document, "call_id": recording_id}
    return transcript_from_json(line, f"stored transcript of {recording_id}")[0]


def run_to_row(run: Run) -> Json:
    """A row of `runs`; its standard is a row of its own."""
    return {
        "id": run.id,
        "source": run.source,
        "day": run.day,
        "standard_digest": run.standard.digest,
        "engine_digest": run.engine_digest,
        "scorer": run.scorer,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "status": run.status,
    }


def run_from_row(row: Row[Any]) -> Run:
    """A row of `runs` with the `standard_id` and `standard_version` of its standard."""
    return Run(
        id=row.id,
        source=row.source,
        day=row.day,
        standard=StandardRef(row.standard_id, row.standard_version, row.standard_digest),
        engine_digest=row.engine_digest,
        scorer=row.scorer,
        started_at=row.started_at,
        finished_at=row.finished_at,
        status=row.status,
    )


def standard_to_row(standard: StandardRef) -> Json:
    """A row of `standards`."""
    return {"digest": standard.digest, "id": standard.id, "version": standard.version}


def scorecard_to_row(card: Scorecard, transcript_id: int, scorer: str) -> Json:
    """A row of `scorecards`, without its id; call and agent are those of the recording."""
    return {
        "transcript_id": transcript_id,
        "standard_digest": card.standard.digest,
        "scorer": scorer,
        "total": card.total,
        "total_before_fatal": card.total_before_fatal,
        "band": card.band,
        "fatal": card.fatal,
        "needs_review": card.needs_review,
        "receipt": receipt_to_json(card.receipt),
        "complaint": complaint_to_json(card.complaint),
    }


def finding_to_row(finding: Finding, scorecard_id: int, position: int) -> Json:
    """A row of `findings`."""
    return {
        "scorecard_id": scorecard_id,
        "position": position,
        "item_id": finding.item_id,
        "criterion": finding.criterion,
        "title": finding.title,
        "verdict": finding.verdict,
        "points": finding.points,
        "max_points": finding.max_points,
        "confidence": finding.confidence,
        "needs_review": finding.needs_review,
        "fatal": finding.fatal,
        "reasons": list(finding.reasons),
        "review_codes": [code.value for code in finding.review_codes],
    }


def evidence_to_row(evidence: Evidence, scorecard_id: int, finding_position: int, position: int) -> Json:
    """A row of `evidence`."""
    return {
        "scorecard_id": scorecard_id,
        "finding_position": finding_position,
        "position": position,
        "utterance": evidence.utterance,
        "char_start": evidence.char_start,
        "char_end": evidence.char_end,
        "start_s": evidence.start_s,
        "end_s": evidence.end_s,
        "quote": evidence.quote,
        "kind": evidence.kind,
        "match": evidence.match,
    }


def promise_to_row(promise: Promise, scorecard_id: int, position: int) -> Json:
    """A row of `promises`."""
    return {
        "scorecard_id": scorecard_id,
        "position": position,
        "utterance": promise.utterance,
        "char_start": promise.char_start,
        "char_end": promise.char_end,
        "start_s": promise.start_s,
        "end_s": promise.end_s,
        "quote": promise.quote,
        "action": promise.action,
        "specificity": promise.specificity,
        "due_at": promise.due_at,
        "due_at_offset_s": _offset_s(promise.due_at),
        "deadline": promise.deadline,
        "status": promise.status,
    }


def ledger_promise_to_row(entry: LedgerEntry) -> Json:
    """A row of `ledger_promises`, without its id."""
    columns = promise_to_row(entry.promise, 0, 0)
    kept = {name: value for name, value in columns.items() if name not in ("scorecard_id", "position", "status")}
    return kept | {
        "recording_id": entry.recording_id,
        "engine_digest": entry.placed.engine_digest,
        "standard_digest": entry.standard.digest,
    }


def ledger_event_to_row(event: StatusEvent, promise_id: int) -> Json:
    """A row of `ledger_events`, without its id."""
    return {
        "promise_id": promise_id,
        "status": event.status,
        "claimed": event.claimed,
        "source": event.source,
        "reference": event.reference,
        "happened_at": event.happened_at,
        "recorded_at": event.recorded_at,
        "recorded_by": event.recorded_by,
        "note": event.note,
    }


def event_from_row(row: Row[Any]) -> StatusEvent:
    """A row of `ledger_events`."""
    return StatusEvent(
        status=row.status,
        source=row.source,
        reference=row.reference,
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        note=row.note,
        claimed=row.claimed,
    )


def scorecard_from_rows(
    card: Row[Any], findings: Iterable[Row[Any]], evidence: Mapping[int, list[Row[Any]]], promises: Iterable[Row[Any]]
) -> Scorecard:
    """A row of `scorecards` and its parts, each in its order.

    The row also carries `call_id`, `agent_id`, `standard_id` and `standard_version`; `evidence` is keyed by the
    position of its finding.
    """
    return Scorecard(
        call_id=card.call_id,
        agent_id=card.agent_id,
        standard=StandardRef(card.standard_id, card.standard_version, card.standard_digest),
        total=card.total,
        total_before_fatal=card.total_before_fatal,
        band=card.band,
        fatal=card.fatal,
        needs_review=card.needs_review,
        findings=tuple(_finding_from_row(row, evidence.get(row.position, [])) for row in findings),
        promises=tuple(promise_from_row(row, row.status) for row in promises),
        receipt=receipt_from_json(card.receipt),
        complaint=complaint_from_json(card.complaint),
    )


def _finding_from_row(row: Row[Any], evidence: Iterable[Row[Any]]) -> Finding:
    return Finding(
        item_id=row.item_id,
        criterion=row.criterion,
        title=row.title,
        verdict=row.verdict,
        points=row.points,
        max_points=row.max_points,
        confidence=row.confidence,
        needs_review=row.needs_review,
        reasons=tuple(row.reasons),
        evidence=tuple(
            Evidence(e.utterance, e.char_start, e.char_end, e.start_s, e.end_s, e.quote, e.kind, e.match)
            for e in evidence
        ),
        fatal=row.fatal,
        review_codes=tuple(ReviewCode(code) for code in row.review_codes),
    )


def promise_from_row(row: Row[Any], status: PromiseStatus) -> Promise:
    """A row with the columns of a promise."""
    return Promise(
        utterance=row.utterance,
        char_start=row.char_start,
        char_end=row.char_end,
        start_s=row.start_s,
        end_s=row.end_s,
        quote=row.quote,
        action=row.action,
        specificity=row.specificity,
        due_at=zoned(row.due_at, row.due_at_offset_s),
        deadline=row.deadline,
        status=status,
    )


def _offset_s(moment: datetime | None) -> int | None:
    """How far the clock that gave this moment is ahead of UTC."""
    offset = moment.utcoffset() if moment else None
    return None if offset is None else int(offset.total_seconds())


def zoned(moment: datetime | None, offset_s: int | None) -> datetime | None:
    """The moment as the original clock showed it; a named zone comes back as its offset."""
    if moment is None or offset_s is None:
        return None
    return moment.astimezone(timezone(timedelta(seconds=offset_s)))
