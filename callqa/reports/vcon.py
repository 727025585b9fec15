"""A call and its transcript as a vCon, the container for conversations of the IETF's working group of that name.

Form: draft-ietf-vcon-vcon-core-04 with the extension CC (draft-ietf-vcon-cc-extension-02) for the roles of parties.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from models.call import UNASSIGNED_AGENT, CallMeta, Direction, Recording
from models.transcript import Role, Transcript
from models.wire import canonical, transcript_to_json

VERSION = "0.4.0"
SCHEMA = "callqa-transcript-1"

_MEDIA_TYPES = {
    ".wav": "audio/x-wav",
    ".mp3": "audio/x-mp3",
    ".mp4": "audio/x-mp4",
    ".m4a": "audio/x-mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".amr": "audio/amr",
}
# Order matters: parties are named by their place in it.
_PARTIES = (Role.AGENT, Role.CUSTOMER, Role.SYSTEM, Role.UNKNOWN)
_ALWAYS = 2
_LEAST_DIGITS, _SHOWN_DIGITS = 7, 4
_DAY = r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]\d|2[0-3])[-_.:]?[0-5]\d(?:[-_.:]?[0-5]\d)?"
_STAMP = rf"{_DAY}(?:[-_.T ]?{_CLOCK})?(?!\d)"
_NUMBER = rf"\d(?:(?![-_. ]{_STAMP})[-_. ]?\d){{{_LEAST_DIGITS - 1},}}"
_LONG_NUMBER = re.compile(_NUMBER)
_STAMP_OR_NUMBER = re.compile(rf"(?P<stamp>(?<!\d){_STAMP})|{_NUMBER}")


def vcon(recording: Recording, meta: CallMeta, transcript: Transcript, created_at: datetime) -> dict[str, Any]:
    """The vCon: parties, the recording by its hash, and the transcript as its analysis.

    The same recording and transcript have the same `uuid`, whenever it is made. Neither the sound nor where it lies is
    told, and of what was left out of the transcript as invented nothing. Long numbers in the customer's reference and
    in the call's id are masked but for their last four digits.
    """
    heard = {utterance.role for utterance in transcript.utterances}
    roles = [role for place, role in enumerate(_PARTIES) if place < _ALWAYS or role in heard]
    index = {role: place for place, role in enumerate(roles)}
    line = transcript_to_json(transcript, meta)
    body = {
        "language": line["language"],
        "duration_s": line["duration_s"],
        "answered_at_s": line["answered_at_s"],
        "role_confidence": line["role_confidence"],
        "role_basis": line["role_basis"],
        "engine": line["engine"],
        "utterances": [
            {"party": index[utterance.role], **written}
            for utterance, written in zip(transcript.utterances, line["utterances"], strict=True)
        ],
    }
    return {
        "vcon": VERSION,
        "uuid": str(_uuid8(f"{recording.id} {canonical(body)}")),
        "extensions": ["CC"],
        "created_at": created_at.isoformat(),
        "subject": shown_id(meta.call_id),
        "parties": [_party(role, meta) for role in roles],
        "dialog": [_dialog(recording, meta, transcript, index)],
        "analysis": [
            {
                "type": "transcript",
                "dialog": 0,
                "vendor": "callqa",
                "schema": SCHEMA,
                "mediatype": "application/json",
                "encoding": "json",
                "body": body,
            }
        ],
    }


def shown_id(call_id: str, mask: str = "*") -> str:
    """The id with `mask` for each digit of long numbers but the last four; a day, or a day with its time, stays.

    An id that comes from a file's name may hold the caller's number: 20261120_13800138000. Single marks between digits
    part no number, 138-0013-8000.
    """
    return _STAMP_OR_NUMBER.sub(lambda found: found[0] if found["stamp"] else _hidden(found[0], mask), call_id)


def shown_customer(customer_ref: str) -> str:
    """The customer's reference with `*` for each digit of long numbers but the last four."""
    return _LONG_NUMBER.sub(lambda found: _hidden(found[0], "*"), customer_ref)


def _hidden(number: str, mask: str) -> str:
    digits = [place for place, sign in enumerate(number) if sign.isdecimal()]
    hidden = frozenset(digits[:-_SHOWN_DIGITS])
    return "".join(mask if place in hidden else sign for place, sign in enumerate(number))


def _party(role: Role, meta: CallMeta) -> dict[str, Any]:
    """What is known of a party; nobody's name or id is made up."""
    facts: dict[str, str | None] = {"role": role.value, "type": "bot" if role is Role.SYSTEM else "person"}
    if role is Role.AGENT:
        facts |= {
            "name": meta.agent_name,
            "uuid": None if meta.agent_id == UNASSIGNED_AGENT else meta.agent_id,
            "dept": meta.team,
        }
    elif role is Role.CUSTOMER and meta.customer_ref:
        facts["uuid"] = shown_customer(meta.customer_ref)
    elif role is Role.UNKNOWN:
        facts["type"] = None
    return {name: value for name, value in facts.items() if value}


def _dialog(recording: Recording, meta: CallMeta, transcript: Transcript, index: dict[Role, int]) -> dict[str, Any]:
    channels = recording.audio.channels if recording.audio else 1
    everyone = list(index.values())
    # Of more than one channel each has its party, or all of them where nobody said which is whose, or where the
    # transcript's roles do not rest on that: it would be contradicted.
    parties: list[Any] = everyone
    if channels > 1:
        told = meta.channel_roles if transcript.role_basis == "metadata" else ()
        known = (*told, *[Role.UNKNOWN] * channels)[:channels]
        parties = [index[role] if role in (Role.AGENT, Role.CUSTOMER) else everyone for role in known]
    first = parties[0] if isinstance(parties[0], int) else parties[0][0]
    caller = index[Role.AGENT if meta.direction is Direction.OUTBOUND else Role.CUSTOMER] if meta.direction else first
    facts = {
        "type": "recording",
        "start": meta.started_at.isoformat() if meta.started_at else None,
        "duration": transcript.duration_s,
        "parties": parties,
        # Told only if it is not the party named first.
        "originator": caller if caller != first else None,
        "mediatype": _MEDIA_TYPES.get(PurePosixPath(recording.uri).suffix.lower()),
        "content_hash": _content_hash(recording.id),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _content_hash(sha256: str) -> str | None:
    """The SHA-256 of the recording's bytes as the draft writes hashes; None for an id that is none."""
    try:
        raw = bytes.fromhex(sha256)
    except ValueError:
        return None
    if len(raw) != hashlib.sha256().digest_size:
        return None
    return f"sha256-{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def _uuid8(name: str) -> uuid.UUID:
    """A UUID of version 8 (RFC 9562, section 5.8) from a hash of the name."""
    bits = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:16])
    bits = bits & ~(0xF << 76) | 8 << 76
    bits = bits & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=bits)
