"""The JSON forms at callqa's edges: one transcript line, one scorecard line, and digests of both.

Forms are fixed in docs/contracts.md. Numbers are written as they are: producers round to milliseconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from models.call import UNASSIGNED_AGENT, CallMeta, Direction
from models.errors import InputError
from models.scorecard import Evidence, Finding, Promise, Receipt, Scorecard, StandardRef
from models.transcript import EngineReceipt, Role, SpeechSpan, Transcript, Utterance, Word

Json = dict[str, Any]


def canonical(value: object) -> str:
    """JSON text that is equal for equal values: sorted keys, no spaces, no escapes for Chinese."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: object) -> str:
    """`sha256:<hex>` of the canonical JSON of `value`."""
    return "sha256:" + hashlib.sha256(canonical(value).encode()).hexdigest()


def transcript_to_json(transcript: Transcript, meta: CallMeta) -> Json:
    """One transcript line.

    Words are `[char_start, char_end, start_s, end_s, probability]`, spans `[role, start_s, end_s]`.
    """
    return {
        "call_id": meta.call_id,
        "agent_id": meta.agent_id,
        "agent_name": meta.agent_name,
        "team": meta.team,
        "customer_ref": meta.customer_ref,
        "started_at": meta.started_at.isoformat() if meta.started_at else None,
        "direction": meta.direction.value if meta.direction else None,
        "ring_s": meta.ring_s,
        "language": transcript.language,
        "recording_id": transcript.recording_id,
        "duration_s": transcript.duration_s,
        "answered_at_s": transcript.answered_at_s,
        "role_confidence": transcript.role_confidence,
        "role_basis": transcript.role_basis,
        "dropped_windows": transcript.dropped_windows,
        "utterances": [_utterance_to_json(u) for u in transcript.utterances],
        "speech": [[s.role.value, s.start_s, s.end_s] for s in transcript.speech],
        "tones": [[s.role.value, s.start_s, s.end_s] for s in transcript.tones],
        "engine": _plain(transcript.engine) if transcript.engine else None,
    }


def transcript_from_json(line: Mapping[str, Any], where: str) -> tuple[Transcript, CallMeta]:
    """Read one transcript line; `where` (file and line) goes into messages.

    Only `call_id` and `utterances` with `speaker` and `text` are required. Raises InputError.
    """
    try:
        started_at = line.get("started_at")
        started = datetime.fromisoformat(started_at) if started_at else None
        if started is not None and started.tzinfo is None:
            raise ValueError(f"started_at {started_at!r} has no time zone; write it like 2026-11-20T09:31:00+08:00")
        meta = CallMeta(
            call_id=str(line["call_id"]),
            agent_id=str(line.get("agent_id") or UNASSIGNED_AGENT),
            agent_name=line.get("agent_name"),
            team=line.get("team"),
            customer_ref=line.get("customer_ref"),
            started_at=started,
            direction=Direction(line["direction"]) if line.get("direction") else None,
            ring_s=None if line.get("ring_s") is None else float(line["ring_s"]),
        )
        engine = line.get("engine")
        transcript = Transcript(
            recording_id=str(line.get("recording_id") or ""),
            language=str(line.get("language") or "zh"),
            duration_s=line.get("duration_s"),
            utterances=tuple(_utterance_from_json(i, u) for i, u in enumerate(line["utterances"])),
            speech=tuple(_span(s) for s in line.get("speech") or ()),
            tones=tuple(_span(s) for s in line.get("tones") or ()),
            answered_at_s=line.get("answered_at_s"),
            role_confidence=float(line.get("role_confidence", 1.0)),
            role_basis=str(line.get("role_basis") or ""),
            dropped_windows=int(line.get("dropped_windows") or 0),
            engine=EngineReceipt(**engine) if engine else None,
        )
    except KeyError as error:
        raise InputError(
            f"{where}: {error.args[0]!r} is missing; see docs/contracts.md for the form of a transcript"
        ) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{where}: not a transcript line: {error}; see docs/contracts.md for its form") from error
    return transcript, meta


def scorecard_to_json(card: Scorecard) -> Json:
    """One scorecard line."""
    return {
        "call_id": card.call_id,
        "agent_id": card.agent_id,
        "standard": _plain(card.standard),
        "total": card.total,
        "total_before_fatal": card.total_before_fatal,
        "band": card.band,
        "fatal": card.fatal,
        "needs_review": card.needs_review,
        "items": [_finding_to_json(f) for f in card.findings],
        "promises": [_promise_to_json(p) for p in card.promises],
        "receipt": receipt_to_json(card.receipt),
    }


def receipt_to_json(receipt: Receipt) -> Json:
    """A receipt as stored and printed."""
    return {
        "audio_sha256": receipt.audio_sha256,
        "transcript_sha256": receipt.transcript_sha256,
        "engine": _plain(receipt.engine) if receipt.engine else None,
        "standard": _plain(receipt.standard),
        "classifier": receipt.classifier,
        "callqa_version": receipt.callqa_version,
        "role_basis": receipt.role_basis,
        "role_confidence": receipt.role_confidence,
    }


def _utterance_to_json(utterance: Utterance) -> Json:
    return {
        "speaker": utterance.role.value,
        "start_s": utterance.start_s,
        "end_s": utterance.end_s,
        "text": utterance.text,
        "confidence": utterance.confidence,
        "words": [[w.char_start, w.char_end, w.start_s, w.end_s, w.probability] for w in utterance.words],
    }


def _utterance_from_json(index: int, line: Mapping[str, Any]) -> Utterance:
    return Utterance(
        index=index,
        role=Role(line["speaker"]),
        start_s=None if line.get("start_s") is None else float(line["start_s"]),
        end_s=None if line.get("end_s") is None else float(line["end_s"]),
        text=str(line["text"]),
        words=tuple(Word(int(a), int(b), float(s), float(e), float(p)) for a, b, s, e, p in line.get("words") or ()),
        confidence=None if line.get("confidence") is None else float(line["confidence"]),
    )


def _span(line: list[Any]) -> SpeechSpan:
    role, start_s, end_s = line
    return SpeechSpan(Role(role), float(start_s), float(end_s))


def _finding_to_json(finding: Finding) -> Json:
    return {
        "id": finding.item_id,
        "criterion": finding.criterion,
        "title": finding.title,
        "verdict": finding.verdict.value,
        "points": finding.points,
        "max_points": finding.max_points,
        "confidence": finding.confidence,
        "needs_review": finding.needs_review,
        "fatal": finding.fatal,
        "reasons": list(finding.reasons),
        "evidence": [_evidence_to_json(e) for e in finding.evidence],
    }


def _evidence_to_json(evidence: Evidence) -> Json:
    return _plain(evidence) | {"match": evidence.match.value}


def _promise_to_json(promise: Promise) -> Json:
    return _plain(promise) | {
        "specificity": promise.specificity.value,
        "status": promise.status.value,
        "due_at": promise.due_at.isoformat() if promise.due_at else None,
    }


def _plain(noun: EngineReceipt | StandardRef | Evidence | Promise) -> Json:
    return {f.name: getattr(noun, f.name) for f in fields(noun)}
