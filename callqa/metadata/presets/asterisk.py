"""Asterisk's MixMonitor: whatever the dialplan calls a recording, the channel's unique id stands at the end.

<anything>-<YYYYMMDD>-<HHMMSS>-<uniqueid>.wav, <uniqueid>.wav, or auto-<epoch>-<caller>-<dialled>.wav of a recording
that was started by hand.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePosixPath

from callqa.metadata.presets.preset import Preset, Told, is_extension, no_sidecars, nothing_told
from callqa.sources import without_sound_suffix

_NAME = re.compile(
    r"(?:(?P<lead>[^/]*?)[-_])??(?:(?P<day>\d{8})[-_](?P<time>\d{6})[-_])?"
    r"(?P<uniqueid>(?:[A-Za-z][\w.]*-)?(?P<epoch>\d{10})\.\d+)"
)
_BY_HAND = re.compile(r"auto-(?P<epoch>\d{10})-(?P<caller>[^-]+)-(?P<dialled>[^-]+)")
# What FreePBX up to 2.9 and many dialplans put first: OUT101 is a call by extension 101, q600 one to queue 600.
_LEAD = re.compile(r"(?P<kind>OUT|q|g)(?P<number>\d+)")


def _from_name(recording: PurePosixPath) -> Told | None:
    name = without_sound_suffix(recording.name)
    if by_hand := _BY_HAND.fullmatch(name):
        return Told({"call_id": name, "started_at": _of_epoch(by_hand["epoch"])})
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    local = f"{found['day']}-{found['time']}" if found["day"] else None
    facts = {"call_id": found["uniqueid"], "started_at": local or _of_epoch(found["epoch"])}
    return Told(facts | _parties(found["lead"] or ""))


def _parties(lead: str) -> dict[str, str | None]:
    found = _LEAD.fullmatch(lead)
    if found is None:
        return {}
    if found["kind"] == "OUT":
        return {"direction": "outbound", "extension": found["number"] if is_extension(found["number"]) else None}
    return {"direction": "inbound", "queue": found["number"]}


def _of_epoch(seconds: str) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


PRESET = Preset(_from_name, no_sidecars, nothing_told)
