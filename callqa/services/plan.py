"""Cutting a night into units of work."""

from __future__ import annotations

from collections.abc import Sequence

from models.run import Planned, StoredCall

UNKNOWN_DURATION_S = 300.0
"""Assumed length of a recording whose container does not say: a usual call."""


def plan_chunks(calls: Sequence[StoredCall], most_audio_s: float, most_files: int) -> tuple[tuple[Planned, ...], ...]:
    """Recordings in chunks of about `most_audio_s`, at most `most_files` each, in the order given.

    A recording longer than that is a chunk by itself. Empty for no calls.
    """
    chunks: list[tuple[Planned, ...]] = []
    current: list[Planned] = []
    audio_s = 0.0
    for call in calls:
        call_s = length_s(call)
        if current and (audio_s + call_s > most_audio_s or len(current) == most_files):
            chunks.append(tuple(current))
            current, audio_s = [], 0.0
        current.append(Planned(call.recording.id, call.attempts))
        audio_s += call_s
    if current:
        chunks.append(tuple(current))
    return tuple(chunks)


def length_s(call: StoredCall) -> float:
    """Seconds of sound in the recording, `UNKNOWN_DURATION_S` where it does not say."""
    known = call.recording.audio.duration_s if call.recording.audio else None
    return UNKNOWN_DURATION_S if known is None else known
