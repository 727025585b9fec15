"""FreeSWITCH: <uuid>.wav in dated folders, names by time and numbers, and mod_json_cdr's record of the call.

A stereo recording has the caller on the left and the other party on the right, so that the agent's side depends on the
direction. The direction is that of the business (FusionPBX's call_direction): FreeSWITCH's own "direction" is that of a
leg, always inbound on the recorded one, and says nothing of who rang whom.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from callqa.metadata.facts import direction_of
from callqa.metadata.presets.preset import Preset, Told, at, customer, is_extension, written
from callqa.sources import without_sound_suffix

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TIME = r"(?P<time>\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2})"
_BARE = re.compile(rf"(?P<call>{_UUID})")
_QUEUE = re.compile(rf"{_TIME}\.(?P<dialled>[^./]+)\.(?P<caller>[^./]+)\.(?P<call>{_UUID})")
"""The record-template that mod_callcenter ships with: a caller in a queue."""
_PLAIN = re.compile(rf"(?:(?P<direction>inbound|outbound)[-_.])?{_TIME}_(?P<dialled>[^_/]+)_(?P<caller>[^_/]+)")
_DIRECTIONS = ("inbound", "outbound")


def _from_name(recording: PurePosixPath) -> Told | None:
    name = without_sound_suffix(recording.name)
    if found := _BARE.fullmatch(name):
        return Told({"call_id": found["call"]})
    if found := _QUEUE.fullmatch(name):
        facts = {"call_id": found["call"], "started_at": _time(found["time"]), "queue": found["dialled"]}
        return Told(facts | {"direction": "inbound", "customer_ref": customer(found["caller"])})
    if found := _PLAIN.fullmatch(name):
        facts = {"call_id": name, "started_at": _time(found["time"])}
        return Told(facts | _parties(found["direction"], found["caller"], found["dialled"]))
    return None


def _sidecars(recording: PurePosixPath) -> tuple[PurePosixPath, ...]:
    call = re.search(_UUID, recording.name)
    stems = dict.fromkeys([without_sound_suffix(recording.name), *([call[0]] if call else [])])
    names = [f"{lead}{stem}{suffix}" for stem in stems for lead in ("", "a_") for suffix in (".cdr.json", ".json")]
    return tuple(recording.with_name(name) for name in names)


def _from_sidecars(_recording: PurePosixPath, contents: Sequence[Any]) -> Told:
    record = next((one for one in contents if isinstance(at(one, "variables"), Mapping)), None)
    if record is None:
        return Told()

    def variable(name: str) -> str | None:
        # mod_json_cdr encodes values as in an address, unless it is told not to.
        value = at(record, "variables", name)
        return written(unquote(value)) if isinstance(value, str) else None

    direction = variable("call_direction")
    caller = at(record, "callflow", 0, "caller_profile", "caller_id_number")
    dialled = at(record, "callflow", 0, "caller_profile", "destination_number")
    facts: dict[str, Any] = {
        "call_id": variable("uuid"),
        "started_at": _epoch(variable("start_epoch")) or variable("start_stamp"),
        "queue": _local_part(variable("cc_queue")),
        "agent_id": _local_part(variable("cc_agent")),
    }
    facts |= _parties(direction, variable("user_name") or written(caller), written(dialled), variable("dialed_user"))
    if direction == "inbound":
        facts["customer_ref"] = customer(written(caller))
    if variable("sip_hangup_disposition") == "recv_bye" and direction in _DIRECTIONS:
        # Only the recorded leg's own goodbye is certain; one that FreeSWITCH sends may follow anybody's.
        facts["hung_up_by"] = "customer" if direction == "inbound" else "agent"
    if direction in _DIRECTIONS and (variable("RECORD_STEREO") or "").lower() == "true":
        facts["channels"] = _sides(direction, swapped=(variable("RECORD_STEREO_SWAP") or "").lower() == "true")
    return Told(facts)


def _parties(
    direction: str | None, caller: str | None, dialled: str | None, rang: str | None = None
) -> dict[str, str | None]:
    """Who rang whom. What a caller dialled may be a queue or a menu; only the extension that `rang` is the agent's."""
    if direction == "outbound":
        extension = caller if caller and is_extension(caller) else None
        return {"direction": direction, "extension": extension, "customer_ref": customer(dialled)}
    if direction == "inbound":
        taken = rang if rang and is_extension(rang) else None
        return {"direction": direction, "extension": taken, "customer_ref": customer(caller)}
    return {}


def _conclude(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The sides of a stereo recording, wherever the direction is known from; a mono recording has none to take them."""
    try:
        direction = direction_of(facts.get("direction"))
    except KeyError:
        return {}
    return {"channels": _sides(direction.value, swapped=False)}


def _sides(direction: str, *, swapped: bool) -> str:
    return "customer,agent" if (direction == "inbound") is not swapped else "agent,customer"


def _time(text: str) -> str:
    day, time = text[:10], text[11:].replace("-", ":")
    return f"{day}T{time}"


def _epoch(text: str | None) -> str | None:
    if text is None or not re.fullmatch(r"[1-9]\d{0,10}", text):
        return None
    return datetime.fromtimestamp(int(text), UTC).isoformat()


def _local_part(address: str | None) -> str | None:
    """Agents and queues are written as name@domain."""
    return written((address or "").partition("@")[0])


PRESET = Preset(_from_name, _sidecars, _from_sidecars, _conclude)
