"""Genesys Cloud: conversation_id=<id>/<recording id>.opus of a bulk export, and the records written beside it.

NAME.opus_metadata.json is the recording's record or the whole conversation's, NAME.opus_call_metadata.json that of one
call in it. A conversation has several recordings when it was transferred, and several parties: the customer, the IVR,
queues, agents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from callqa.metadata.facts import SEVERAL_AGENTS, parse_time
from callqa.metadata.presets.preset import Json, Preset, Told, at, customer, objects, written
from callqa.sources import without_sound_suffix

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_NAME = re.compile(rf"(?P<first>{_UUID})(?:[_.](?P<second>{_UUID}))?")
_FOLDER = re.compile(rf"conversation_id=(?P<conversation>{_UUID})")
_SUFFIXES = ("_metadata.json", "_call_metadata.json")
_PEOPLE = frozenset({"agent", "user"})
"""Parties who are staff; ivr, acd (a queue), voicemail and workflow are machines."""
_OWN_END, _OTHERS_END = frozenset({"client", "endpoint"}), "peer"
_SCHEME = re.compile(r"(?:tel|sips?):", re.IGNORECASE)

Span = tuple[datetime, datetime]


def _from_name(recording: PurePosixPath) -> Told | None:
    found = _NAME.fullmatch(without_sound_suffix(recording.name))
    folder = _FOLDER.fullmatch(recording.parent.name)
    if found is None:
        return None
    if folder is not None:
        return Told({"call_id": _call_id(folder["conversation"], found["first"])})
    return Told({"call_id": _call_id(found["first"], found["second"])})


def _call_id(conversation: str, recording: str | None) -> str:
    """A conversation has several recordings: its id alone would make them one call."""
    return f"{conversation}.{recording}" if recording and recording != conversation else conversation


def _named_media(recording: PurePosixPath) -> str | None:
    """The recording's id by its name: the last id there."""
    found = _NAME.fullmatch(without_sound_suffix(recording.name))
    return (found["second"] or found["first"]) if found else None


def _sidecars(recording: PurePosixPath) -> tuple[PurePosixPath, ...]:
    stems = dict.fromkeys([recording.name, without_sound_suffix(recording.name)])
    names = [f"{stem}{suffix}" for stem in stems for suffix in _SUFFIXES]
    return (*(recording.with_name(name) for name in names), recording.with_suffix(".json"))


def _from_sidecars(recording: PurePosixPath, contents: Sequence[Any]) -> Told:
    records = [record for content in contents for record in _records(content, recording)]
    if not records:
        return Told()

    def first(*names: str) -> str | None:
        return next((text for name in names for one in records if (text := written(one.get(name)))), None)

    conversation = first("conversationId")
    media = next((text for name in ("recordingId", "id") for one in records if (text := _media_id(one, name))), None)
    people = [party for one in records for party in objects(one.get("participants"))]
    direction = (first("originatingDirection", "initialDirection", "direction") or "").lower()
    agent, name, several = _agent(people, _span(first("startTime"), first("endTime")), records)
    facts = {
        "call_id": _call_id(conversation, media or _named_media(recording)) if conversation else None,
        "started_at": first("startTime", "conversationStart"),
        "direction": direction if direction in {"inbound", "outbound"} else None,
        "customer_ref": _customer(people, direction, first("ani"), first("dnis")),
        "queue": _queue(people),
        "agent_id": agent,
        "agent_name": name,
        "hung_up_by": _ender(people),
    }
    return Told(facts, (SEVERAL_AGENTS,) if several else ())


def _records(content: Any, recording: PurePosixPath) -> tuple[Json, ...]:
    """One record, or of a list of recordings the one of this file."""
    if isinstance(content, Mapping):
        return (content,)
    listed = objects(content)
    return listed if len(listed) == 1 else tuple(one for one in listed if str(one.get("id")) in recording.name)


def _media_id(record: Json, name: str) -> str | None:
    """A recording's id. The record of a conversation has an "id" too, and that is the conversation's."""
    return None if name == "id" and "conversationId" not in record else written(record.get(name))


def _agent(people: Sequence[Json], span: Span | None, records: Sequence[Json]) -> tuple[str | None, str | None, bool]:
    """Id and name of the one agent who talked in the recording; whether there were several, who are then not named."""
    names: dict[str, str | None] = {}
    for party in people:
        user = written(party.get("userId")) or written(at(party, "user", "id"))
        if user and _purpose(party) in _PEOPLE and _talked(party, span):
            names[user] = names.get(user) or written(party.get("participantName")) or written(party.get("name"))
    if not any(_purpose(party) in _PEOPLE for party in people):
        listed: list[Any] = next((one["userIds"] for one in records if isinstance(one.get("userIds"), list)), [])
        names = dict.fromkeys(user for user in listed if written(user))
    if len(names) != 1:
        return None, None, len(names) > 1
    return (*next(iter(names.items())), False)


def _talked(party: Json, span: Span | None) -> bool:
    """Whether the party was connected by voice, and meanwhile the recording ran; True where no sessions are told."""
    if not isinstance(party.get("sessions"), list):
        return True
    for segment in _segments(party):
        talk = _span(written(segment.get("segmentStart")), written(segment.get("segmentEnd")))
        if segment.get("segmentType") != "interact":
            continue
        if span is None or talk is None or (talk[0] < span[1] and span[0] < talk[1]):
            return True
    return False


def _segments(party: Json) -> Iterator[Json]:
    for session in objects(party.get("sessions")):
        if str(session.get("mediaType", "voice")).lower() == "voice":
            yield from objects(session.get("segments"))


def _customer(people: Sequence[Json], direction: str, ani: str | None, dnis: str | None) -> str | None:
    parties = [party for party in people if _purpose(party) in {"customer", "external"}]
    far = "dnis" if direction == "outbound" else "ani"
    told = [written(one.get(far)) for party in parties for one in (party, *objects(party.get("sessions")))]
    number = next((number for number in (*told, dnis if direction == "outbound" else ani) if number), None)
    return customer(_SCHEME.sub("", number).partition("@")[0]) if number and direction else None


def _queue(people: Sequence[Json]) -> str | None:
    """The queue's name; None when the call went through several."""
    named = (written(p.get("participantName")) or written(p.get("name")) for p in people if _purpose(p) == "acd")
    queues = {name for name in named if name}
    return queues.pop() if len(queues) == 1 else None


def _ender(people: Sequence[Json]) -> str | None:
    """The side that hung up, where the last words of both sides' records agree on it."""
    ends = {"customer": _last_end(people, {"customer", "external"}), "agent": _last_end(people, _PEOPLE)}
    for side, other in (("customer", "agent"), ("agent", "customer")):
        if ends[side] in _OWN_END and ends[other] in {_OTHERS_END, None}:
            return side
    return None


def _last_end(people: Sequence[Json], purposes: set[str] | frozenset[str]) -> str | None:
    segments = [s for party in people if _purpose(party) in purposes for s in _segments(party)]
    ends = [(str(s.get("segmentEnd", "")), str(s["disconnectType"]).lower()) for s in segments if "disconnectType" in s]
    return max(ends)[1] if ends else None


def _purpose(party: Json) -> str:
    return str(party.get("purpose", "")).lower()


def _span(start: str | None, end: str | None) -> Span | None:
    try:
        return (parse_time(start, "UTC"), parse_time(end, "UTC")) if start and end else None
    except ValueError:
        return None


PRESET = Preset(_from_name, _sidecars, _from_sidecars)
