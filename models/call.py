"""A recording (bytes) and the call it holds (what the switchboard knows of it)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.errors import ReasonCode
from models.transcript import Role

UNASSIGNED_AGENT = "unassigned"
"""Agent id of calls whose metadata name no agent. An agent is never guessed."""


class Direction(StrEnum):
    """Who rang whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class RecordingState(StrEnum):
    """How far a recording has come. QUARANTINED is an end state until a person acts."""

    RECEIVED = "received"
    TRANSCRIBED = "transcribed"
    SCORED = "scored"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a container says of its sound track, before anything is decoded."""

    duration_s: float | None
    sample_rate_hz: int
    channels: int
    codec: str


@dataclass(frozen=True, slots=True)
class Recording:
    """One audio file by content: `id` is the SHA-256 of its bytes (hex), `uri` where it was first seen.

    `audio` is None when the file could not be opened as sound.
    """

    id: str
    uri: str
    audio: AudioFacts | None = None


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why a recording was set aside. `detail` is a sentence for the person who mends it."""

    reason: ReasonCode
    detail: str


@dataclass(frozen=True, slots=True)
class CallMeta:
    """What is known of a call besides its sound. Absent facts are None, never guessed.

    `started_at` is time-zone aware. `ring_s` is how long it rang before the answer, `hung_up_by` who ended the
    call (AGENT, CUSTOMER or SYSTEM). `channel_roles` names the party on each channel (index 0 is left) when the
    switchboard says so; empty when it does not. `flags` lists what was missing or unreadable in the metadata (e.g.
    "started_at_missing"), shown to people.
    """

    call_id: str
    agent_id: str = UNASSIGNED_AGENT
    agent_name: str | None = None
    team: str | None = None
    customer_ref: str | None = None
    started_at: datetime | None = None
    direction: Direction | None = None
    ring_s: float | None = None
    queue: str | None = None
    csat: float | None = None
    resolved: bool | None = None
    hung_up_by: Role | None = None
    channel_roles: tuple[Role, ...] = ()
    flags: tuple[str, ...] = ()
