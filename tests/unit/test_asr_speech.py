"""Where each party speaks: the detector on sounds that are no speech, the gate, and spans."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.audio import decode
from asr.channels import Channel, frame_levels_db, parties
from asr.speech import (
    FRAME_S,
    MIN_SPEECH_S,
    Span,
    SpeechDetector,
    cut_long,
    echo,
    spans,
)
from tests.unit.asr_signals import channel, noise, ringback, silence, tone, voice

CALLS = Path(__file__).parents[2] / "callqa" / "demo_calls"

detector = SpeechDetector()


def heard(sound: Channel) -> np.ndarray:
    """What the detector says of a channel that everybody is on."""
    return detector.probabilities(sound, frame_levels_db(sound), None)


@pytest.mark.parametrize(
    ("what", "sound"),
    [
        ("silence", silence(3)),
        ("line noise", noise(5, 0.003)),
        ("loud noise", noise(5, 0.1)),
        ("ring-back", ringback(2)),
        ("a key", tone(697, 0.5) + tone(1336, 0.5)),
        ("mains hum", tone(50, 5) + tone(150, 5, 0.1)),
        ("a chord", tone(262, 4, 0.1) + tone(330, 4, 0.1) + tone(392, 4, 0.1)),
        ("nothing at all", np.zeros(0)),
    ],
)
def test_no_speech_in(what: str, sound: np.ndarray) -> None:
    assert spans(heard(channel(sound))) == (), what


def test_speech_is_found_where_it_is() -> None:
    sound = np.concatenate([silence(20), noise(1, 1e-4), voice(4), noise(1.5, 1e-4), silence(20)])
    found = spans(heard(channel(sound)))
    assert found[0].start_s == pytest.approx(21.0, abs=0.15)
    assert found[-1].end_s == pytest.approx(25.0, abs=0.3)


def test_gain_makes_quiet_speech_audible() -> None:
    quiet = np.concatenate([noise(1, 1e-6), voice(4) * 0.004, noise(1, 1e-6)])
    assert spans(heard(channel(quiet, gain=100.0)))


def probabilities(*runs: tuple[float, float]) -> np.ndarray:
    """(seconds, probability) runs as frames."""
    return np.concatenate([np.full(round(s / FRAME_S), p, np.float32) for s, p in runs])


@pytest.mark.parametrize(
    ("what", "runs", "expected"),
    [
        ("none", [(3, 0.1)], []),
        ("never sure", [(3, 0.45)], []),
        ("one", [(1.024, 0.0), (0.992, 0.9), (1.024, 0.0)], [(1.024, 2.016)]),
        ("a blip", [(1.024, 0.0), (0.128, 0.9), (1.024, 0.0)], []),
        ("a blip with a lead-in the detector hesitated on", [(1.024, 0.0), (0.16, 0.2), (0.128, 0.9), (1.024, 0.0)], [(1.024, 1.312)]),
        ("the lead-in is bounded", [(2.048, 0.2), (0.512, 0.9), (1.024, 0.0)], [(1.76, 2.56)]),
        ("a short pause is bridged", [(0.512, 0.9), (0.448, 0.0), (0.512, 0.9)], [(0.0, 1.472)]),
        ("a long one is not", [(0.512, 0.9), (0.64, 0.0), (0.512, 0.9)], [(0.0, 0.512), (1.152, 1.664)]),
        ("half-sure speech goes on", [(0.512, 0.9), (0.96, 0.4), (0.512, 0.0)], [(0.0, 1.472)]),
        ("till the end", [(0.512, 0.0), (0.512, 0.9)], [(0.512, 1.024)]),
    ],
)  # fmt: skip
def test_spans(what: str, runs: list[tuple[float, float]], expected: list[tuple[float, float]]) -> None:
    found = spans(probabilities(*runs))
    assert [(s.start_s, s.end_s) for s in found] == expected, what


def test_a_shorter_patience_tells_two_speakers_apart() -> None:
    said = probabilities((0.512, 0.9), (0.352, 0.0), (0.512, 0.9))
    assert len(spans(said)) == 1
    assert len(spans(said, min_silence_s=0.25)) == 2


@given(st.lists(st.floats(0, 1, width=32), max_size=400))
def test_spans_are_ordered_disjoint_inside_and_long_enough(values: list[float]) -> None:
    found = spans(np.array(values, np.float32))
    assert all(s.end_s - s.start_s >= MIN_SPEECH_S - 1e-9 for s in found)
    assert all(a.end_s <= b.start_s for a, b in pairwise(found))
    assert not found or (found[0].start_s >= 0 and found[-1].end_s <= len(values) * FRAME_S + 1e-3)


LOUD, ECHO, NOISE = -20.0, -50.0, -60.0


@pytest.mark.parametrize(
    ("what", "own_db", "other_db", "kept"),
    [
        ("nobody else", LOUD, NOISE, True),
        ("echo of the other", ECHO, LOUD, False),
        ("both at once", LOUD, LOUD, True),
        ("a quieter interruption", -30.0, LOUD, True),
        ("a soft speaker alone", -45.0, NOISE, True),
    ],
)
def test_gate(what: str, own_db: float, other_db: float, kept: bool) -> None:
    masked = echo(np.full(30, own_db, np.float32), np.full(30, other_db, np.float32))
    assert bool(masked.any()) is not kept, what
    assert bool(masked.all()) is not kept, what


def test_the_gate_holds_for_late_echo_and_opens_again() -> None:
    own = np.full(60, ECHO, np.float32)
    other = np.full(60, -100.0, np.float32)
    other[10:20] = LOUD
    masked = echo(own, other)
    assert masked[10:26].all()
    assert not masked[:8].any()
    assert not masked[30:].any()


def test_listening_only_where_it_is_worth_it_finds_the_same_speech() -> None:
    """Against a detector that is made to hear every frame, as if all of it were above the noise."""
    for sound in parties(decode(str(CALLS / "d10_abusive_agent.flac"))):
        levels = frame_levels_db(sound)
        everything = np.where(np.arange(len(levels)) % 2, np.float32(-90), np.float32(-20))
        spared = _inside(spans(detector.probabilities(sound, levels, None)), len(levels))
        full = _inside(spans(detector.probabilities(sound, everything, None)), len(levels))
        assert full.sum() * FRAME_S > 10
        assert np.sum(spared != full) < 0.03 * full.sum()


def _inside(found: Sequence[Span], frames: int) -> np.ndarray:
    times_s = (np.arange(frames) + 0.5) * FRAME_S
    return np.array([any(span.start_s <= t < span.end_s for span in found) for t in times_s])


def test_the_other_partys_echo_is_nobodys_speech() -> None:
    said = voice(4)
    own, other = channel(said * 0.02), channel(said)
    own_db, other_db = frame_levels_db(own), frame_levels_db(other)
    assert not detector.probabilities(own, own_db, other_db).any()
    assert spans(detector.probabilities(other, other_db, own_db))


@given(st.floats(0.3, 200), st.floats(3, 28), st.integers(0, 2**32 - 1))
def test_cut_long_loses_nothing_and_keeps_the_limit(length_s: float, limit_s: float, seed: int) -> None:
    frames = int(length_s / FRAME_S) + 1
    said = np.random.default_rng(seed).uniform(0.4, 1, frames).astype(np.float32)
    whole = Span(0.0, round(frames * FRAME_S, 3))
    parts = cut_long((whole,), said, limit_s)
    assert all(part.end_s - part.start_s <= limit_s + 1e-9 for part in parts)
    assert all(part.end_s > part.start_s for part in parts)
    assert parts[0].start_s == whole.start_s
    assert parts[-1].end_s == whole.end_s
    assert all(a.end_s == b.start_s for a, b in pairwise(parts))


def test_cut_long_cuts_in_the_pause() -> None:
    said = probabilities((18.016, 0.9), (0.096, 0.4), (18.016, 0.9))
    first, second = cut_long((Span(0.0, round(len(said) * FRAME_S, 3)),), said, 27.5)
    assert first.end_s == second.start_s == pytest.approx(18.06, abs=0.06)
