"""Amazon Connect: <contact id>_<YYYYMMDDTHH:MM>_UTC.wav, the contact record beside it, and _GUID_..._AGENT_ names.

Connect puts the agent on the right channel and everybody else on the left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from callqa.metadata.presets.preset import Preset, Told, at, written
from callqa.sources import without_sound_suffix

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# Systems that know no colon in a name write it as "_", "-" or "%3A".
_CONNECT = re.compile(rf"(?P<call>{_UUID})_(?P<day>\d{{8}})T(?P<hour>\d{{2}})(?::|_|-|%3A)?(?P<minute>\d{{2}})_UTC")
_GUID, _AGENT, _CUSTOMER = (re.compile(rf"_{key}_(.+?)(?=_|$)") for key in ("GUID", "AGENT", "CUST"))
_TIME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})(?!\d)")
_DIRECTIONS = {
    **dict.fromkeys(("INBOUND", "QUEUE_TRANSFER"), "inbound"),
    **dict.fromkeys(("OUTBOUND", "CALLBACK"), "outbound"),
}
"""How a contact began; a call back is ours, though the customer asked for it. Others tell no direction: what
an agent transfers may be a call that the agent made."""
_ENDERS = {
    "CUSTOMER_DISCONNECT": "customer",
    "AGENT_DISCONNECT": "agent",
    "CONTACT_FLOW_DISCONNECT": "system",
}


def _from_name(recording: PurePosixPath) -> Told | None:
    name = without_sound_suffix(recording.name)
    if found := _CONNECT.fullmatch(name):
        day, call = found["day"], found["call"]
        moment = f"{day[:4]}-{day[4:6]}-{day[6:]}T{found['hour']}:{found['minute']}+00:00"
        if "ivr" in {part.lower() for part in recording.parts[:-1]}:
            # The machine's part of a contact is a recording of its own, beside that of the agent's part.
            return Told({"call_id": f"{call}-ivr", "started_at": moment})
        return Told({"call_id": call, "started_at": moment, "channels": "customer,agent"})
    guid = _GUID.search(name)
    if guid is None:
        return None
    agent, caller, time = _AGENT.search(name), _CUSTOMER.search(name), _TIME.search(name)
    facts = {
        "call_id": guid[1],
        "agent_id": agent[1] if agent else None,
        "customer_ref": caller[1] if caller else None,
        "started_at": f"{time[1]}T{time[2]}:{time[3]}:{time[4]}" if time else None,
    }
    return Told(facts)


def _sidecars(recording: PurePosixPath) -> tuple[PurePosixPath, ...]:
    name = without_sound_suffix(recording.name)
    call = re.match(_UUID, name)
    stems = dict.fromkeys([name, *([call[0]] if call else [])])
    return tuple(recording.with_name(f"{stem}.json") for stem in stems)


def _from_sidecars(recording: PurePosixPath, contents: Sequence[Any]) -> Told:
    record = next((one for one in contents if written(at(one, "ContactId"))), None)
    if record is None or "ivr" in {part.lower() for part in recording.parts[:-1]}:
        return Told()
    facts = {
        "call_id": written(at(record, "ContactId")),
        "started_at": written(at(record, "InitiationTimestamp")),
        "agent_id": written(at(record, "Agent", "Username")),
        "queue": written(at(record, "Queue", "Name")),
        "customer_ref": written(at(record, "CustomerEndpoint", "Address")),
        "direction": _DIRECTIONS.get(str(at(record, "InitiationMethod"))),
        "hung_up_by": _ENDERS.get(str(at(record, "DisconnectReason"))),
    }
    return Told(facts)


PRESET = Preset(_from_name, _sidecars, _from_sidecars)
