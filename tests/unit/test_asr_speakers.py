"""Voices grouped into speakers, and speech cut between them. The voices are made up: directions with noise."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.speakers import MAX_SPEAKERS, separate, two_voices
from asr.speech import FRAME_S, Levels, Span
from asr.voices import STEP_S, WIDTH_S, Heard

DIMENSIONS = 192
PERSONS = np.linalg.qr(np.random.default_rng(1).standard_normal((DIMENSIONS, 6)))[0].T
"""Six voices that have nothing in common."""


def voices_of(dialogue: list[tuple[int, float, float]], spans: list[Span], seed: int = 0, noise: float = 0.4) -> Heard:
    """What is heard along the spans when (person, start, end) speak: as much of each voice as there is in 0.8 s."""
    random = np.random.default_rng(seed)
    centres: list[float] = []
    owners: list[int] = []
    vectors: list[np.ndarray] = []
    for owner, span in enumerate(spans):
        count = max(1, round((span.end_s - span.start_s) / STEP_S))
        for i in range(count):
            centre_s = span.start_s + (i + 0.5) * (span.end_s - span.start_s) / count
            total = noise * random.standard_normal(DIMENSIONS) / np.sqrt(DIMENSIONS)
            for person, start_s, end_s in dialogue:
                shared_s = min(end_s, centre_s + WIDTH_S / 2) - max(start_s, centre_s - WIDTH_S / 2)
                total = total + max(shared_s, 0.0) / WIDTH_S * PERSONS[person]
            centres.append(centre_s)
            owners.append(owner)
            vectors.append(total / np.linalg.norm(total))
    shape = (len(centres), DIMENSIONS)
    return Heard(np.array(centres), np.array(owners, np.intp), np.array(vectors, np.float32).reshape(shape))


def levels_of(dialogue: list[tuple[int, float, float]], until_s: float) -> Levels:
    """Loud where somebody speaks, with a dip of 0.1 s at each change."""
    at_s = (np.arange(int(until_s / FRAME_S) + 2) + 0.5) * FRAME_S
    loud = np.zeros(len(at_s), bool)
    for _, start_s, end_s in dialogue:
        loud |= (at_s > start_s + 0.05) & (at_s < end_s - 0.05)
    return np.where(loud, -20.0, -60.0).astype(np.float32)


@st.composite
def calls(draw: st.DrawFn) -> tuple[list[tuple[int, float, float]], list[Span]]:
    """Who speaks when, and spans in which nobody pauses for long although several may speak."""
    people = draw(st.integers(1, 3))
    dialogue: list[tuple[int, float, float]] = []
    spans: list[Span] = []
    clock_s = 0.5
    for _ in range(draw(st.integers(1, 8))):
        begin_s = clock_s
        for _ in range(draw(st.integers(1, 3))):
            length_s = draw(st.floats(0.3, 6.0))
            dialogue.append((draw(st.integers(0, people - 1)), clock_s, clock_s + length_s))
            clock_s += length_s
        spans.append(Span(round(begin_s, 3), round(clock_s, 3)))
        clock_s += draw(st.floats(0.3, 3.0))
    return dialogue, spans


@settings(deadline=None, max_examples=60)
@given(calls(), st.integers(0, 3))
def test_speakers_share_out_the_speech(call: tuple[list[tuple[int, float, float]], list[Span]], seed: int) -> None:
    dialogue, spans = call
    heard, levels = voices_of(dialogue, spans, seed), levels_of(dialogue, spans[-1].end_s)
    found = separate(spans, heard, levels)
    assert 1 <= len(found.speech) <= MAX_SPEAKERS
    assert 0 <= found.distance <= 1
    assert all(own for own in found.speech)
    pieces = sorted((s for own in found.speech for s in own), key=lambda s: s.start_s)
    assert all(piece.start_s < piece.end_s for piece in pieces)
    joined: list[Span] = []
    for piece in pieces:
        if joined and joined[-1].end_s == piece.start_s:
            joined[-1] = Span(joined[-1].start_s, piece.end_s)
        else:
            joined.append(piece)
    assert joined == spans, "every moment of speech is one speaker's, and nothing else is"
    for own in found.speech:
        assert all(a.end_s <= b.start_s for a, b in pairwise(own))
    assert [own[0] for own in found.speech] == sorted((own[0] for own in found.speech), key=lambda s: s.start_s)
    assert separate(spans, heard, levels) == found


def test_no_speech_no_speakers() -> None:
    nothing = voices_of([], [])
    assert separate([], nothing, np.zeros(0, np.float32)).speech == ()
    assert two_voices(nothing) is None


@pytest.mark.parametrize("seed", range(4))
def test_one_person_is_one_speaker(seed: int) -> None:
    dialogue = [(0, 2.0 * i, 2.0 * i + 1.5) for i in range(10)]
    spans = [Span(start_s, end_s) for _, start_s, end_s in dialogue]
    found = separate(spans, voices_of(dialogue, spans, seed), levels_of(dialogue, 20.0))
    assert found.speech == (tuple(spans),)
    assert found.distance == 0.0
    assert two_voices(voices_of(dialogue, spans, seed)) is None


def test_a_change_of_speaker_inside_a_span_is_cut_in_the_dip() -> None:
    dialogue = [(0, 0.0, 4.0), (1, 4.0, 7.0), (0, 7.0, 9.0), (1, 10.0, 14.0)]
    spans = [Span(0.0, 9.0), Span(10.0, 14.0)]
    found = separate(spans, voices_of(dialogue, spans), levels_of(dialogue, 14.0))
    assert found.distance == 1.0
    first, second = found.speech
    edges = [(s.start_s, s.end_s) for s in (*first, *second)]
    expected = [(0.0, 4.0), (7.0, 9.0), (4.0, 7.0), (10.0, 14.0)]
    assert np.abs(np.array(edges) - np.array(expected)).max() < 0.1


def test_both_at_once_is_no_third_person() -> None:
    dialogue = [(0, 0.0, 6.0), (1, 4.0, 10.0), (0, 11.0, 15.0), (1, 16.0, 20.0)]
    spans = [Span(0.0, 10.0), Span(11.0, 15.0), Span(16.0, 20.0)]
    assert len(separate(spans, voices_of(dialogue, spans), levels_of(dialogue, 20.0)).speech) == 2


def test_three_people_are_three_speakers() -> None:
    dialogue = [(i % 3, 3.0 * i, 3.0 * i + 2.5) for i in range(9)]
    spans = [Span(start_s, end_s) for _, start_s, end_s in dialogue]
    found = separate(spans, voices_of(dialogue, spans), levels_of(dialogue, 27.0))
    assert [own[0] for own in found.speech] == spans[:3]
    assert found.speech[1] == (spans[1], spans[4], spans[7])


def test_the_nearer_two_voices_are_the_less_distance_there_is() -> None:
    dialogue = [(i % 2, 3.0 * i, 3.0 * i + 2.5) for i in range(8)]
    spans = [Span(start_s, end_s) for _, start_s, end_s in dialogue]
    heard = voices_of(dialogue, spans, noise=0.05)
    common = PERSONS[5] * 1.75
    alike = heard.vectors + common
    alike /= np.linalg.norm(alike, axis=1, keepdims=True)
    found = separate(spans, Heard(heard.centres_s, heard.owners, alike.astype(np.float32)), levels_of(dialogue, 24.0))
    assert len(found.speech) == 2
    assert 0 < found.distance < 0.9


def test_a_word_between_is_not_given_away_for_a_blink() -> None:
    dialogue = [(0, 0.0, 5.0), (1, 5.0, 8.0), (0, 8.0, 12.0)]
    spans = [Span(0.0, 12.0)]
    heard = voices_of(dialogue, spans)
    heard.vectors[20] = PERSONS[1]  # 0.1 s of the other voice in the middle of a turn
    found = separate(spans, heard, levels_of(dialogue, 12.0))
    assert [len(own) for own in found.speech] == [2, 1]
