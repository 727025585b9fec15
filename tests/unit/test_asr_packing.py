"""Windows: every bit of speech in exactly one of them, and every word back where it was said."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.hearing import HeardWord
from asr.options import RATE_HZ
from asr.packing import (
    FULL_WINDOW_S,
    LONGEST_CONTENT_S,
    MAX_PAUSE_S,
    MIN_WINDOW_S,
    PAD_S,
    Piece,
    Window,
    pack,
    render,
)
from asr.speech import FRAME_S, Span, cut_long
from asr.words import on_call_clock
from tests.unit.asr_signals import channel, silence, tone


@st.composite
def calls(draw: st.DrawFn) -> tuple[tuple[Span, ...], float]:
    """Speech spans of one channel and the duration of the call."""
    spans: list[Span] = []
    clock_s = draw(st.floats(0, 5))
    for _ in range(draw(st.integers(1, 25))):
        length_s = draw(st.floats(0.25, LONGEST_CONTENT_S - 2 * PAD_S))
        spans.append(Span(round(clock_s, 3), round(clock_s + length_s, 3)))
        clock_s = spans[-1].end_s + draw(st.floats(0.0, 8.0))
    return tuple(spans), round(spans[-1].end_s + draw(st.floats(0, 3)), 3)


@given(calls(), st.sampled_from([LONGEST_CONTENT_S, 20.0, 14.0]))
def test_all_speech_lies_in_exactly_one_window(call: tuple[tuple[Span, ...], float], limit_s: float) -> None:
    longer, duration_s = call
    spans = cut_long(longer, np.zeros(round(duration_s / FRAME_S) + 1, np.float32), limit_s - 2 * PAD_S)
    windows = pack(1, spans, duration_s, limit_s)
    assert tuple(piece.speech for window in windows for piece in window.pieces) == spans
    for window in windows:
        assert window.channel == 1
        assert MIN_WINDOW_S <= window.length_s <= FULL_WINDOW_S
        assert window.content_s <= min(limit_s + 1e-6, window.length_s)
        for piece in window.pieces:
            assert 0 <= piece.start_s <= piece.speech.start_s < piece.speech.end_s <= piece.end_s <= duration_s + 1e-9
        for before, after in pairwise(window.pieces):
            pause_s = after.offset_s - before.offset_end_s
            original_s = after.start_s - before.end_s
            assert -1e-9 <= pause_s <= MAX_PAUSE_S
            assert pause_s <= original_s + 1e-6
    taken = sorted((p.start_s, p.end_s) for w in windows for p in w.pieces)
    assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(taken)), "no sound is heard twice"


@given(calls())
def test_windows_are_few(call: tuple[tuple[Span, ...], float]) -> None:
    spans, duration_s = call
    windows = pack(0, spans, duration_s)
    for before, after in pairwise(windows):
        assert before.content_s + after.content_s + MAX_PAUSE_S > LONGEST_CONTENT_S / 2, (
            "two windows that fit well in one"
        )


def test_no_speech_no_windows() -> None:
    assert pack(0, (), 60.0) == ()


def test_windows_are_balanced() -> None:
    spans = [Span(5.0 * i, 5.0 * i + 4.0) for i in range(8)]  # 40 s of content: two windows, neither a rest
    lengths = [window.content_s for window in pack(0, spans, 60.0)]
    assert len(lengths) == 2
    assert max(lengths) - min(lengths) < 6


@given(calls(), st.data())
def test_speakers_who_share_a_channel_take_nothing_of_each_other(
    call: tuple[tuple[Span, ...], float], data: st.DataObject
) -> None:
    spans, duration_s = call
    whose = data.draw(st.lists(st.booleans(), min_size=len(spans), max_size=len(spans)))
    first = [span for span, is_first in zip(spans, whose, strict=True) if is_first]
    second = [span for span, is_first in zip(spans, whose, strict=True) if not is_first]
    for own, others in ((first, second), (second, first)):
        windows = pack(0, own, duration_s, others=others)
        assert [piece.speech for window in windows for piece in window.pieces] == own
        for piece in (piece for window in windows for piece in window.pieces):
            assert not any(piece.start_s < o.end_s - 1e-9 and o.start_s < piece.end_s - 1e-9 for o in others)


def test_between_two_speakers_without_a_pause_nothing_is_added() -> None:
    [[piece]] = [window.pieces for window in pack(0, [Span(1.0, 2.0)], 10.0, others=[Span(2.0, 3.0)])]
    assert (piece.start_s, piece.end_s) == (1.0 - PAD_S, 2.0)


def test_rendered_sound_is_the_speech_at_its_place_and_silence_elsewhere() -> None:
    sound = np.concatenate([tone(440, 10.0), silence(10.0), tone(440, 10.0)])
    spans = (Span(2.0, 4.0), Span(22.0, 23.0))
    [window] = pack(0, spans, 30.0)
    heard = render(window, channel(sound), window.length_s)

    assert heard.shape == (window.length_s * RATE_HZ,)
    assert heard.dtype == np.float32
    first, second = window.pieces
    for piece in (first, second):
        middle = round((piece.offset_s + piece.offset_end_s) / 2 * RATE_HZ)
        assert np.abs(heard[middle - 400 : middle + 400]).max() > 0.25
    pause = heard[round(first.offset_end_s * RATE_HZ) + 1 : round(second.offset_s * RATE_HZ) - 1]
    assert len(pause) > 0
    assert not pause.any()
    assert not heard[round(second.offset_end_s * RATE_HZ) + 1 :].any()


@st.composite
def heard_in(draw: st.DrawFn, window: Window) -> list[HeardWord]:
    """Words as Whisper may give them: in order, anywhere in the window, some of them punctuation."""
    times = sorted(draw(st.lists(st.floats(0, window.length_s), min_size=2, max_size=30)))
    texts = st.sampled_from(["好", "您好", "，", "。", " ok", "5", "?", " "])
    return [HeardWord(draw(texts), a, b, draw(st.floats(0, 1))) for a, b in pairwise(times)]


@given(st.data())
def test_words_come_back_inside_their_own_speech_and_in_order(data: st.DataObject) -> None:
    spans, duration_s = data.draw(calls())
    window = data.draw(st.sampled_from(pack(0, spans, duration_s)))
    own = [piece.speech for piece in window.pieces]
    words = on_call_clock(window, data.draw(heard_in(window)), "zh")
    for word in words:
        assert word.channel == window.channel
        assert any(s.start_s - 1e-3 <= word.start_s <= word.end_s <= s.end_s + 1e-3 for s in own), (word, own)
    assert all(a.start_s <= b.start_s and a.end_s <= b.end_s for a, b in pairwise(words))


@pytest.fixture
def window() -> Window:
    """Two stretches of speech, 10.0 to 12.0 s and 20.0 to 22.0 s, at 0.25 and 3.0 s of one window."""
    return Window(0, (Piece(Span(10.0, 12.0), 9.75, 12.25, 0.0), Piece(Span(20.0, 22.0), 19.75, 22.25, 3.0)), 7)


@pytest.mark.parametrize(
    ("what", "words", "expected"),
    [
        ("inside the first", [("喂", 0.5, 0.8)], [(10.25, 10.55)]),
        ("inside the second", [("喂", 4.0, 4.2)], [(20.75, 20.95)]),
        ("drawn out over the pause: spoken where it ends", [("好", 0.3, 0.6), ("行", 0.6, 3.6)], [(10.05, 10.35), (20.0, 20.35)]),
        ("before the first onset", [("喂", 0.0, 0.1)], [(10.0, 10.0)]),
        ("behind the last", [("喂", 5.0, 6.5)], [(21.75, 22.0)]),
        ("ends in the pause, sentence unfinished", [("好", 0.3, 0.6), ("的", 1.9, 2.8)], [(10.05, 10.35), (11.65, 12.0)]),
        ("ends in the pause, after a full stop", [("好", 0.3, 0.6), ("。", 0.6, 2.0), ("的", 2.0, 2.8)], [(10.05, 10.35), (20.0, 20.0)]),
        ("too long for a word", [("喂", 0.3, 1.6)], [(10.95, 11.35)]),
        ("the last word, let go of a little early", [("好", 0.3, 0.6), ("的", 1.5, 1.8)], [(10.05, 10.35), (11.25, 12.0)]),
        ("the last word, long before the end", [("好", 0.3, 0.6), ("的", 1.3, 1.6)], [(10.05, 10.35), (11.05, 11.35)]),
    ],
)  # fmt: skip
def test_word_times(
    window: Window, what: str, words: list[tuple[str, float, float]], expected: list[tuple[float, float]]
) -> None:
    found = on_call_clock(window, [HeardWord(t, a, b, 0.9) for t, a, b in words], "zh")
    assert [(w.start_s, w.end_s) for w in found] == [pytest.approx(times, abs=2e-3) for times in expected], what
