"""Silence, overlap, interruption and talk time from synthetic spans."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.transcript import Role, SpeechSpan, Transcript, Utterance, Word
from scoring.activity import Interruption, Stretch, dead_air, interruptions, overlaps, talk_time

A, C, S, U = Role.AGENT, Role.CUSTOMER, Role.SYSTEM, Role.UNKNOWN
Spans = tuple[tuple[Role, float, float], ...]


def heard(
    *spans: tuple[Role, float, float],
    tones: tuple[tuple[float, float], ...] = (),
    answered_at_s: float | None = 0.0,
    duration_s: float | None = 60.0,
    basis: str = "channel:greeting",
    said: tuple[tuple[Role, float, str], ...] = (),
    language: str = "zh",
) -> Transcript:
    """A call with these speech spans; `said` are (role, start, text) with words of 0.2 s, in Chinese the characters."""
    utterances = tuple(
        Utterance(
            i,
            role,
            start,
            start + 2,
            text,
            tuple(
                Word(*found.span(), start + 0.2 * n, start + 0.2 * (n + 1), 0.9)
                for n, found in enumerate(re.finditer("." if language == "zh" else r"\S+", text))
            ),
        )
        for i, (role, start, text) in enumerate(said)
    )
    return Transcript(
        recording_id="r",
        language=language,
        duration_s=duration_s,
        utterances=utterances,
        speech=tuple(SpeechSpan(*s) for s in sorted(spans, key=lambda s: s[1])),
        tones=tuple(SpeechSpan(S, *t) for t in tones),
        answered_at_s=answered_at_s,
        role_basis=basis,
    )


@pytest.mark.parametrize(
    ("what", "call", "expected"),
    [
        ("a pause of 3 s", heard((A, 0, 5), (C, 8, 60)), ((5, 8),)),
        ("a pause just shorter", heard((A, 0, 5), (C, 7.9, 60)), ()),
        ("both speak through", heard((A, 0, 60), (C, 20, 30)), ()),
        ("the longer span counts", heard((A, 0, 40), (C, 10, 12), (C, 44, 60)), ((40, 44),)),
        ("music fills it", heard((A, 0, 5), (C, 30, 60), tones=((6, 29),)), ()),
        ("music fills a part", heard((A, 0, 5), (C, 30, 60), tones=((10, 28),)), ((5, 10),)),
        ("an announcement is no silence", heard((A, 0, 5), (S, 6, 29), (C, 30, 60)), ()),
        ("ringing before the answer", heard((A, 20, 60), tones=((2, 17),), answered_at_s=17.0), ((17, 20),)),
        ("before the answer nothing counts", heard((A, 18, 60), answered_at_s=17.0), ()),
        ("no answer known: from the first speech", heard((A, 10, 60), answered_at_s=None), ()),
        ("left waiting to the end", heard((A, 0, 50)), ((50, 60),)),
        ("length unknown: to the last sound", heard((A, 0, 50), duration_s=None), ()),
        ("speech beyond the stated length", heard((A, 0, 50), (C, 70, 75)), ((50, 60),)),
        ("speakers unknown", heard((U, 0, 5), (U, 9, 60)), ((5, 9),)),
        ("one channel for both", heard((A, 0, 5), (C, 9, 60), basis="text"), ((5, 9),)),
        ("no speech spans at all", heard(), None),
    ],
)
def test_dead_air(what: str, call: Transcript, expected: tuple[tuple[float, float], ...] | None) -> None:
    found = dead_air(call)
    assert (None if found is None else tuple((s.start_s, s.end_s) for s in found)) == expected, what


def test_dead_air_of_another_length() -> None:
    call = heard((A, 0, 5), (C, 9, 20), (A, 30.5, 60))
    assert dead_air(call, 10) == (Stretch(20, 30.5),)
    assert [s.length_s for s in dead_air(call) or ()] == [4, 10.5]


@pytest.mark.parametrize(
    ("what", "call", "expected"),
    [
        ("cuts in", heard((A, 0, 10), (C, 9, 15), said=((C, 9, "我不是这个意思"),)), ((C, 9, 1),)),
        ("words not recognised, but long", heard((A, 0, 10), (C, 9, 15)), ((C, 9, 1),)),
        ("words not recognised and short", heard((A, 0, 10), (C, 5, 5.8)), ()),
        ("listens", heard((A, 0, 10), (C, 5, 6), said=((C, 5, "嗯，好的。"),)), ()),
        ("agrees, then goes on", heard((A, 0, 10), (C, 9, 15), said=((C, 9, "好的那我问你"),)), ((C, 9, 1),)),
        ("takes turns with a slight overlap", heard((A, 0, 10), (C, 9.8, 15), said=((C, 9.8, "那我问你"),)), ()),
        ("takes turns", heard((A, 0, 10), (C, 10.3, 15)), ()),
        ("both begin at once", heard((A, 1.0, 10), (C, 1.2, 9)), ()),
        ("agent and customer in turn", heard((A, 0, 10), (C, 9, 15), (A, 14, 20)), ((C, 9, 1), (A, 14, 1))),
        ("an announcement is not interrupted", heard((S, 0, 10), (C, 5, 15)), ()),
        ("in English: listens", heard((A, 0, 10), (C, 5, 6), said=((C, 5, "Mm, right."),), language="en"), ()),
        (
            "in English: cuts in",
            heard((A, 0, 10), (C, 5, 6), said=((C, 5, "Right, but"),), language="en"),
            ((C, 5, 1),),
        ),
        ("one channel for both", heard((A, 0, 10), (C, 9, 15), basis="text"), None),
        ("found by voice on one channel", heard((A, 0, 10), (C, 10, 15), basis="voices"), None),
        ("a speaker is unknown", heard((A, 0, 10), (U, 9, 15)), None),
        ("roles unknown", heard((A, 0, 10), (C, 9, 15), basis="none"), None),
        ("no speech spans at all", heard(), None),
        ("only the agent speaks", heard((A, 0, 10)), ()),
    ],
)
def test_interruptions(what: str, call: Transcript, expected: tuple[tuple[Role, float, float], ...] | None) -> None:
    found = interruptions(call)
    assert found == (None if expected is None else tuple(Interruption(*i) for i in expected)), what


def test_known_sides_that_the_words_contradict_are_still_two_sides() -> None:
    assert interruptions(heard((A, 0, 10), (C, 9, 15), basis="metadata:contradicted")) == (Interruption(C, 9, 1),)


def test_overlaps_count_listening_too() -> None:
    call = heard((A, 0, 10), (C, 5, 6), (C, 9.9, 12), said=((C, 5, "嗯嗯"),))
    assert overlaps(call) == (Stretch(5, 6),)
    assert overlaps(replace(call, role_basis="text")) is None


def test_talk_time() -> None:
    assert talk_time(heard((A, 0, 10), (S, 11, 20), (C, 5, 6.5), (A, 20, 22))) == {A: 12, C: 1.5}
    assert talk_time(heard((A, 0, 10))) == {A: 10, C: 0}
    assert talk_time(heard((A, 0, 10), (U, 11, 12))) is None


def test_text_from_elsewhere_shows_nothing() -> None:
    silent = heard()
    assert (dead_air(silent), overlaps(silent), interruptions(silent), talk_time(silent)) == (None,) * 4


SPANS = st.lists(
    st.tuples(st.sampled_from([A, C, S]), st.integers(0, 550), st.integers(1, 80)).map(
        lambda s: (s[0], s[1] / 10, min((s[1] + s[2]) / 10, 60.0))
    ),
    min_size=1,
    max_size=12,
)


@given(SPANS)
def test_silence_holds_no_speech_and_an_interruption_lies_in_an_overlap(spans: list[tuple[Role, float, float]]) -> None:
    call = heard(*spans)
    silent = dead_air(call) or ()
    for stretch in silent:
        assert stretch.length_s >= 3
        assert all(end <= stretch.start_s or stretch.end_s <= start for _, start, end in spans)
    assert list(silent) == sorted(silent, key=lambda s: s.start_s)
    shared = overlaps(call) or ()
    for cut in interruptions(call) or ():
        assert any(s.start_s <= cut.start_s and cut.start_s + cut.overlap_s <= s.end_s + 1e-9 for s in shared)
