"""FreePBX: YYYY/MM/DD/<kind>-<dialled>-<caller>-<YYYYMMDD>-<HHMMSS>-<uniqueid>.wav, times in the switchboard's zone."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from callqa.metadata.presets.preset import Preset, Told, customer, is_extension, no_sidecars, nothing_told
from callqa.sources import without_sound_suffix

_NAME = re.compile(
    r"(?P<kind>out|in|internal|external|exten|q|rg|generic|parked|force|always|ondemand|onetouch|conf)-"
    r"(?P<dialled>[^-]*)-"
    r"(?P<caller>[^/]+?)-(?P<day>\d{8})-(?P<time>\d{6})-(?P<uniqueid>(?:[\w.]+-)?\d{9,11}\.\d+)"
)


def _from_name(recording: PurePosixPath) -> Told | None:
    found = _NAME.fullmatch(without_sound_suffix(recording.name))
    if found is None:
        return None
    facts = {"call_id": found["uniqueid"], "started_at": f"{found['day']}-{found['time']}"}
    return Told(facts | _parties(found["kind"], found["dialled"], found["caller"]))


def _parties(kind: str, dialled: str, caller: str) -> dict[str, str | None]:
    """Who rang whom. Of calls to a queue, a ring group or the house's number the name does not say who took them.

    Of other kinds (internal, a parked call, one recorded by hand) it says neither a direction nor a customer.
    """
    if kind == "out":
        agent = caller if is_extension(caller) else None
        return {"direction": "outbound", "extension": agent, "customer_ref": customer(dialled)}
    if kind in {"q", "rg"}:
        return {"direction": "inbound", "queue": dialled, "customer_ref": customer(caller)}
    if kind == "in" or (kind == "generic" and dialled):
        # The rule of a call recording in the dialplan names the house's number, which a call from within lacks.
        return {"direction": "inbound", "customer_ref": customer(caller)}
    if kind == "external" or (kind == "exten" and not is_extension(caller)):
        agent = dialled if is_extension(dialled) else None
        return {"direction": "inbound", "extension": agent, "customer_ref": customer(caller)}
    return {}


PRESET = Preset(_from_name, no_sidecars, nothing_told)
