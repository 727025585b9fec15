"""What a customer is handed of their own calls: each call as JSON, and its text to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from callqa.reports.file_names import safe_stem
from callqa.reports.words import Words
from models.keeping import HeldCall
from models.survey import SurveyAnswer
from models.wire import Json, scorecard_to_json, transcript_to_json

_HASH_DIGITS = 8


def file_stem(call: HeldCall) -> str:
    """The name of a call's files: its id, and part of the recording's, because one id may have been used twice."""
    return f"{safe_stem(call.stored.meta.call_id)}-{call.stored.recording.id[:_HASH_DIGITS]}"


def call_document(call: HeldCall, sounds: Sequence[str]) -> Json:
    """Everything held of one call; `sounds` are the copies handed out with it, by path."""
    stored = call.stored
    return {
        "recording": _plain(stored.recording),
        "call": _plain(stored.meta),
        "state": stored.state.value,
        "quarantine": _plain(stored.quarantine),
        "attempts": stored.attempts,
        "last_error": stored.last_error,
        "found_at": list(call.addresses),
        "transcripts": [transcript_to_json(transcript, stored.meta) for transcript in call.transcripts],
        "scorecards": [scorecard_to_json(card) for card in call.scorecards],
        "reviews": [_plain(review) for review in call.reviews],
        "ledger": [_plain(history) for history in call.histories],
        "appeals": [_plain(appeal) for appeal in call.appeals],
        "assignment": _plain(call.assignment),
        "calibration": [_plain(judgement) for judgement in call.judgements],
        "audio": list(sounds),
    }


def answer_document(answer: SurveyAnswer) -> Json:
    """Everything held of one answer to a survey."""
    return {**_plain(answer)}


def transcript_text(call: HeldCall, words: Words) -> str:
    """The newest transcript to read: a heading, then one line per turn with its time and who speaks."""
    meta, transcript = call.stored.meta, call.transcripts[-1]
    began = meta.started_at.isoformat() if meta.started_at else "–"
    lines = [f"{meta.call_id}  {began}", ""]
    for said in transcript.utterances:
        at = "–" if said.start_s is None else f"{int(said.start_s // 60)}:{said.start_s % 60:04.1f}"
        lines.append(f"[{at}] {words.code('role', said.role.value)}: {said.text}")
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    """Nouns as JSON, field by field."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
