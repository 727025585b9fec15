"""The JSON forms at callqa's edges: one transcript line, one scorecard line, and digests of both.

Forms are fixed in docs/contracts.md. Numbers are written as they are: producers round to milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import le
from typing import Any

from models.call import UNASSIGNED_AGENT, CallMeta, Direction
from models.errors import InputError
from models.scorecard import ComplaintStage, Evidence, Finding, MatchKind, Promise, Receipt, Scorecard, StandardRef
from models.transcript import (
    Correction,
    Dropped,
    EngineReceipt,
    Masked,
    Role,
    SecretKind,
    SpeechSpan,
    Transcript,
    Utterance,
    Word,
)

Json = dict[str, Any]

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_NUMBERS_OF_A_WORD = 3
"""Beginning and end in seconds, and probability."""
_YEARS = range(1970, 2201)
"""Outside these a call's start is a slip, and reckoning deadlines from it could leave the calendar."""


def canonical(value: object) -> str:
    """JSON text that is equal for equal values: sorted keys, no spaces, no escapes for Chinese."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: object) -> str:
    """`sha256:<hex>` of the canonical JSON of `value`."""
    return "sha256:" + hashlib.sha256(canonical(value).encode()).hexdigest()


def transcript_to_json(transcript: Transcript, meta: CallMeta) -> Json:
    """One transcript line.

    Words are `[char_start, char_end, start_s, end_s, probability]`, corrections `[char_start, char_end, heard]`, masked
    numbers `[char_start, char_end, kind, start_s, end_s]`, spans `[role, start_s, end_s]`, and what was left out
    `[role, start_s, end_s, text, faults]`.
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
        "utterances": [_utterance_to_json(u) for u in transcript.utterances],
        "speech": [[s.role.value, s.start_s, s.end_s] for s in transcript.speech],
        "tones": [[s.role.value, s.start_s, s.end_s] for s in transcript.tones],
        "dropped": [[d.role.value, d.start_s, d.end_s, d.text, list(d.faults)] for d in transcript.dropped],
        "engine": _plain(transcript.engine) if transcript.engine else None,
        # Only where it is known: the digests of older transcripts stay what their receipts say.
        **({"hung_up_by": meta.hung_up_by.value} if meta.hung_up_by else {}),
    }


def transcript_from_json(line: Mapping[str, Any], where: str) -> tuple[Transcript, CallMeta]:
    """Read one transcript line; `where` (file and line) goes into messages.

    Only `call_id` and `utterances` with `speaker` and `text` are required. Raises InputError, also for what JSON
    readers let through and no scorecard could be written of: NaN, halves of surrogate pairs, words outside their text.
    """
    try:
        meta = CallMeta(
            call_id=_text(line["call_id"], "call_id"),
            agent_id=_text(line.get("agent_id") or UNASSIGNED_AGENT, "agent_id"),
            agent_name=_text_or_none(line, "agent_name"),
            team=_text_or_none(line, "team"),
            customer_ref=_text_or_none(line, "customer_ref"),
            started_at=_moment(line["started_at"], "started_at") if line.get("started_at") else None,
            direction=Direction(line["direction"]) if line.get("direction") else None,
            ring_s=_number_or_none(line, "ring_s"),
            hung_up_by=Role(line["hung_up_by"]) if line.get("hung_up_by") else None,
        )
        engine = line.get("engine")
        transcript = Transcript(
            recording_id=_text(line.get("recording_id") or "", "recording_id"),
            language=_text(line.get("language") or "zh", "language"),
            duration_s=_number_or_none(line, "duration_s"),
            utterances=tuple(_utterance_from_json(i, u) for i, u in enumerate(line["utterances"])),
            speech=tuple(_span(s, "speech") for s in line.get("speech") or ()),
            tones=tuple(_span(s, "tones") for s in line.get("tones") or ()),
            answered_at_s=_number_or_none(line, "answered_at_s"),
            role_confidence=_number(line.get("role_confidence", 1.0), "role_confidence"),
            role_basis=_text(line.get("role_basis") or "", "role_basis"),
            dropped=tuple(_dropped(d) for d in line.get("dropped") or ()),
            engine=EngineReceipt(**{k: _text(v, f"engine {k}") for k, v in engine.items()}) if engine else None,
        )
    except KeyError as error:
        raise InputError(
            f"{where}: {error.args[0]!r} is missing; see docs/contracts.md for the form of a transcript"
        ) from error
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
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
        "complaint": complaint_to_json(card.complaint),
        "receipt": receipt_to_json(card.receipt),
    }


def complaint_to_json(stages: Sequence[ComplaintStage] | None) -> list[Json] | None:
    """The stages of a complaint as stored and printed; None stays None."""
    if stages is None:
        return None
    return [
        {"id": s.id, "title": s.title, "evidence": _evidence_to_json(s.evidence) if s.evidence else None}
        for s in stages
    ]


def complaint_from_json(lines: Sequence[Mapping[str, Any]] | None) -> tuple[ComplaintStage, ...] | None:
    """The inverse of `complaint_to_json`."""
    if lines is None:
        return None
    return tuple(
        ComplaintStage(
            line["id"], line["title"], _evidence_from_json(line["evidence"]) if line["evidence"] is not None else None
        )
        for line in lines
    )


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
        "company_days": receipt.company_days,
        "rules": receipt.rules,
    }


def receipt_from_json(document: Mapping[str, Any]) -> Receipt:
    """The inverse of `receipt_to_json`."""
    engine = document["engine"]
    return Receipt(
        audio_sha256=document["audio_sha256"],
        transcript_sha256=document["transcript_sha256"],
        engine=EngineReceipt(**engine) if engine else None,
        standard=StandardRef(**document["standard"]),
        classifier=document["classifier"],
        callqa_version=document["callqa_version"],
        role_basis=document["role_basis"],
        role_confidence=document["role_confidence"],
        # Receipts of before there were company days lack it.
        company_days=document.get("company_days"),
        rules=document.get("rules"),
    )


def _utterance_to_json(utterance: Utterance) -> Json:
    return {
        "speaker": utterance.role.value,
        "start_s": utterance.start_s,
        "end_s": utterance.end_s,
        "text": utterance.text,
        "confidence": utterance.confidence,
        "words": [[w.char_start, w.char_end, w.start_s, w.end_s, w.probability] for w in utterance.words],
        "corrections": [[c.char_start, c.char_end, c.heard] for c in utterance.corrections],
        "masked": [[m.char_start, m.char_end, m.kind.value, m.start_s, m.end_s] for m in utterance.masked],
    }


def _utterance_from_json(index: int, line: Mapping[str, Any]) -> Utterance:
    what = f"utterance {index}: "
    text = _text(line["text"], what + "text")
    return Utterance(
        index=index,
        role=Role(line["speaker"]),
        start_s=_number_or_none(line, "start_s", what),
        end_s=_number_or_none(line, "end_s", what),
        text=text,
        words=_words(line.get("words") or (), text, what),
        confidence=_number_or_none(line, "confidence", what),
        corrections=tuple(_correction(c, text, what + "correction") for c in line.get("corrections") or ()),
        masked=tuple(_masked(m, text, what + "masked") for m in line.get("masked") or ()),
    )


def _words(lines: Sequence[list[Any]], text: str, what: str) -> tuple[Word, ...]:
    """The words of an utterance. Hundreds make a call: while all are as they should be, none is looked at alone."""
    try:
        columns = tuple(zip(*lines, strict=True))
        starts, ends, *numbers = columns
        in_order = (
            len(numbers) == _NUMBERS_OF_A_WORD
            and {*map(type, starts), *map(type, ends)} == {int}
            and {type(value) for column in numbers for value in column} == {float}
            and math.isfinite(sum(map(sum, numbers)))
            and min(starts) >= 0
            and max(ends) <= len(text)
            and all(map(le, starts, ends))
        )
    except (TypeError, ValueError):
        in_order = False
    if in_order:
        return tuple(map(Word._make, lines))
    return tuple(_word(word, text, f"{what}word {i}") for i, word in enumerate(lines))


def _word(line: list[Any], text: str, what: str) -> Word:
    char_start, char_end, *numbers = line
    start_s, end_s, probability = (_number(value, what) for value in numbers)
    return Word(*_place(char_start, char_end, text, what), start_s, end_s, probability)


def _correction(line: list[Any], text: str, what: str) -> Correction:
    char_start, char_end, heard = line
    return Correction(*_place(char_start, char_end, text, what), _text(heard, what))


def _masked(line: list[Any], text: str, what: str) -> Masked:
    char_start, char_end, kind, *times = line
    start_s, end_s = (None if value is None else _number(value, what) for value in times)
    return Masked(*_place(char_start, char_end, text, what), SecretKind(kind), start_s, end_s)


def _place(char_start: Any, char_end: Any, text: str, what: str) -> tuple[int, int]:
    start, end = int(char_start), int(char_end)
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"{what} spans {start} to {end}, which is no part of a text of {len(text)} characters")
    return start, end


def _dropped(line: list[Any]) -> Dropped:
    role, start_s, end_s, text, faults = line
    what = "dropped"
    return Dropped(
        Role(role),
        _number(start_s, what),
        _number(end_s, what),
        _text(text, what),
        tuple(_text(fault, what) for fault in faults),
    )


def _span(line: list[Any], what: str) -> SpeechSpan:
    role, start_s, end_s = line
    return SpeechSpan(Role(role), _number(start_s, what), _number(end_s, what))


def _text(value: object, what: str) -> str:
    """Text, or a number written as text; neither null nor a list or an object."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"{what} is a {type(value).__name__}, not text")
    text = str(value)
    half = _HALF_PAIR.search(text)
    if half:
        raise ValueError(f"{what} holds half of a surrogate pair, {half[0]!r}, at character {half.start()}")
    return text


def _text_or_none(line: Mapping[str, Any], key: str) -> str | None:
    return None if line.get(key) is None else _text(line[key], key)


def _number(value: Any, what: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{what} is {value!r}, which is not a number") from error
    if not math.isfinite(number):
        raise ValueError(f"{what} is {number}; only finite numbers count")
    return number


def _number_or_none(line: Mapping[str, Any], key: str, what: str = "") -> float | None:
    return None if line.get(key) is None else _number(line[key], what + key)


def _moment(value: str, what: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{what} {value!r} has no time zone; write it like 2026-11-20T09:31:00+08:00")
    if moment.year not in _YEARS:
        raise ValueError(f"{what} {value!r} is not between the years {_YEARS[0]} and {_YEARS[-1]}")
    return moment


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
        "review_codes": [code.value for code in finding.review_codes],
        "fatal": finding.fatal,
        "reasons": list(finding.reasons),
        "evidence": [_evidence_to_json(e) for e in finding.evidence],
    }


def _evidence_to_json(evidence: Evidence) -> Json:
    return _plain(evidence) | {"match": evidence.match.value}


def _evidence_from_json(line: Mapping[str, Any]) -> Evidence:
    return Evidence(**{**line, "match": MatchKind(line["match"])})


def _promise_to_json(promise: Promise) -> Json:
    return _plain(promise) | {
        "specificity": promise.specificity.value,
        "status": promise.status.value,
        "due_at": promise.due_at.isoformat() if promise.due_at else None,
    }


def _plain(noun: EngineReceipt | StandardRef | Evidence | Promise) -> Json:
    return {f.name: getattr(noun, f.name) for f in fields(noun)}
