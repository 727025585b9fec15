"""Ring-back, music and the moment of answering."""

from __future__ import annotations

import numpy as np
import pytest

from asr.channels import frame_levels_db
from asr.speech import Span
from asr.tones import Tones, answered_at, find_tones
from tests.unit.asr_signals import channel, noise, ringback, silence, tone, voice


def tones_in(sound: np.ndarray, speech: tuple[Span, ...] = (), other: np.ndarray | None = None) -> Tones:
    own = channel(sound)
    other_db = None if other is None else frame_levels_db(channel(other))
    return find_tones(own, frame_levels_db(own), other_db, speech)


@pytest.mark.parametrize("frequency_hz", [425.0, 440.0, 450.0])
def test_ringback(frequency_hz: float) -> None:
    found = tones_in(np.concatenate([silence(2), ringback(3, frequency_hz), silence(3)]) + noise(20, 1e-4))
    assert len(found.bursts) == 3
    [ring] = found.rings
    assert ring.start_s == pytest.approx(2.0, abs=0.1)
    assert ring.end_s == pytest.approx(13.0, abs=0.1)
    assert found.spans == found.rings


@pytest.mark.parametrize(
    ("what", "sound"),
    [
        ("busy tone", np.concatenate([np.concatenate([tone(450, 0.35), silence(0.35)]) for _ in range(10)])),
        ("a constant tone", tone(450, 12)),
        ("another frequency", ringback(3, 1000)),
        ("music", np.concatenate([tone(f, 0.4, 0.2) for f in (262, 330, 392, 523) * 5])),
    ],
)
def test_other_tones_are_tones_but_no_ringback(what: str, sound: np.ndarray) -> None:
    found = tones_in(sound)
    assert found.spans, what
    assert not found.rings, what


@pytest.mark.parametrize(
    ("what", "sound"),
    [("silence", silence(5)), ("noise", noise(5, 0.05)), ("speech that is known", voice(5)), ("nothing", silence(0))],
)
def test_no_tones(what: str, sound: np.ndarray) -> None:
    assert tones_in(sound, speech=(Span(0.0, 5.0),) if "speech" in what else ()) == Tones(), what


def test_the_other_sides_echo_is_no_tone_here() -> None:
    ring = ringback(3)
    assert tones_in(ring * 0.03, other=ring) == Tones()


RINGING = Tones(rings=(Span(1.0, 12.0),), bursts=(Span(1.0, 2.0), Span(6.0, 7.0), Span(11.0, 12.0)))


@pytest.mark.parametrize(
    ("what", "tones", "first_person_s", "expected"),
    [
        ("nothing", Tones(), None, None),
        ("no ring-back", Tones(), 3.2, 3.2),
        ("picked up between two bursts", RINGING, 13.5, 13.5),
        ("picked up and silent at first", RINGING, 25.0, 16.0),
        ("never answered", RINGING, None, None),
        ("ring-back later in the call is a transfer", RINGING, 0.4, 0.4),
    ],
)
def test_answered_at(what: str, tones: Tones, first_person_s: float | None, expected: float | None) -> None:
    assert answered_at((Tones(), tones), first_person_s) == expected, what
