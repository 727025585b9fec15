"""Cutting a night into chunks."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from callqa.services.plan import UNKNOWN_DURATION_S, plan_chunks
from models.call import AudioFacts
from models.run import Planned, StoredCall
from tests.factories import stored_call


def call(seed: int, duration_s: float | None) -> StoredCall:
    stored = stored_call(str(seed))
    return replace(stored, recording=replace(stored.recording, audio=AudioFacts(duration_s, 8000, 2, "pcm")))


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 4000)), max_size=60),
    st.floats(1, 3000),
    st.integers(1, 20),
)
def test_every_recording_is_in_one_chunk_in_order_and_no_chunk_is_too_large(
    durations_s: list[float | None], most_audio_s: float, most_files: int
) -> None:
    calls = [call(i, d) for i, d in enumerate(durations_s)]
    chunks = plan_chunks(calls, most_audio_s, most_files)
    assert [p for chunk in chunks for p in chunk] == [Planned(c.recording.id, c.attempts) for c in calls]
    length_s = {c.recording.id: UNKNOWN_DURATION_S if d is None else d for c, d in zip(calls, durations_s, strict=True)}
    for chunk in chunks:
        assert 1 <= len(chunk) <= most_files
        assert len(chunk) == 1 or sum(length_s[p.recording_id] for p in chunk) <= most_audio_s * (1 + 1e-9)
