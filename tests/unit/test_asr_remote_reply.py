"""Answers of transcription services, in every form that servers give them, as words with times."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.hearing import Heard
from asr.options import RATE_HZ
from asr.packing import pack
from asr.remote_reply import NEUTRAL_LOGPROB, heard_from
from asr.speech import Span
from asr.words import on_call_clock
from tests.unit.asr_signals import tone

# Six seconds: two of speech, two of pause, two of speech; then the silence that every window ends with.
SOUND = np.concatenate([tone(200, 2), np.zeros(2 * RATE_HZ), tone(200, 2), np.zeros(RATE_HZ)]).astype(np.float32)
CONTENT_S = 6.0


def heard(answer: object, language: str = "zh") -> Heard:
    return heard_from(answer, SOUND, CONTENT_S, language)


def words(*spans: tuple[str, float, float]) -> list[dict[str, object]]:
    return [{"word": text, "start": start_s, "end": end_s} for text, start_s, end_s in spans]


def times(result: Heard) -> list[tuple[str, float, float]]:
    return [(w.text, round(w.start_s, 2), round(w.end_s, 2)) for w in result.words]


def test_words_with_times_are_taken_as_they_are() -> None:
    result = heard({"text": "您好", "words": words(("您", 0.1, 0.4), ("好", 0.4, 0.8))})
    assert times(result) == [("您", 0.1, 0.4), ("好", 0.4, 0.8)]
    assert (result.tokens, result.avg_logprob) == (2, NEUTRAL_LOGPROB)


@pytest.mark.parametrize(
    ("language", "text", "spoken", "written"),
    [
        ("zh", "您好，请讲。", ["您好", "请讲"], ["您好，", "请讲。"]),
        ("zh", "“好”，嗯！", ["好", "嗯"], ["“好”，", "嗯！"]),
        ("zh", "您好，请讲。", ["您好，", "请讲。"], ["您好，", "请讲。"]),
        ("en", "Hello, my friend.", ["Hello", "my", "friend"], ["Hello,", " my", " friend."]),
        ("en", "Hello, my friend.", [" Hello,", " my", " friend."], ["Hello,", " my", " friend."]),
        ("en", "It is $5.", ["It", "is", "5"], ["It", " is $", "5."]),
        # Words that are not those of the text: the words are believed.
        ("zh", "您好，请讲。", ["您好", "请问"], ["您好", "请问"]),
        ("zh", "您好，请讲。", ["您好"], ["您好"]),
        ("en", "Hello there.", ["Hello", "where"], [" Hello", " where"]),
        ("en", "Hello there.", [" Hello", " where"], [" Hello", " where"]),
    ],
)
def test_punctuation_and_spaces_come_back_from_the_text(
    language: str, text: str, spoken: list[str], written: list[str]
) -> None:
    given_words = words(*[(word, i, i + 0.5) for i, word in enumerate(spoken)])
    result = heard({"text": text, "words": given_words}, language)
    assert [word.text for word in result.words] == written
    assert [word.start_s for word in result.words] == [float(i) for i in range(len(spoken))]


def test_words_inside_segments_and_their_probabilities() -> None:
    inner = [{"word": "您好", "start": 0.1, "end": 0.5, "probability": 0.8}]
    result = heard({"text": "您好。", "segments": [{"text": "您好。", "start": 0, "end": 2, "words": inner}]})
    assert times(result) == [("您好。", 0.1, 0.5)]
    assert result.words[0].probability == pytest.approx(0.8)


def test_segments_alone_are_spread_over_their_time() -> None:
    segments = [
        {"text": "您好。", "start": 0.0, "end": 1.5, "avg_logprob": -0.2, "no_speech_prob": 0.01},
        {"text": "请讲，我听", "start": 4.0, "end": 6.0, "avg_logprob": -0.6},
    ]
    result = heard({"text": "您好。请讲，我听", "segments": segments})
    assert times(result)[:3] == [("您", 0.0, 0.5), ("好", 0.5, 1.0), ("。", 1.0, 1.5)]
    assert times(result)[3] == ("请", 4.0, 4.4)
    assert result.avg_logprob == pytest.approx((-0.2 * 3 - 0.6 * 5) / 8)
    assert result.words[0].probability == pytest.approx(math.exp(-0.2))


def test_a_text_alone_is_spread_over_what_is_not_silent() -> None:
    result = heard({"text": "一二三四"})
    assert times(result) == [("一", 0.0, 1.0), ("二", 1.0, 2.0), ("三", 4.0, 5.0), ("四", 5.0, 6.0)]


def test_a_text_alone_ends_up_in_the_speech_of_its_call() -> None:
    [window] = pack(0, (Span(10.0, 12.0), Span(14.0, 16.0)), 20.0)
    sound = np.zeros(window.length_s * RATE_HZ, np.float32)
    for piece in window.pieces:
        at = round((piece.offset_s + piece.speech.start_s - piece.start_s) * RATE_HZ)
        sound[at : at + 2 * RATE_HZ] = tone(200, 2)
    result = heard_from({"text": "一二三四"}, sound, window.content_s, "zh")
    placed = on_call_clock(window, result.words, "zh")
    assert [(w.text, w.end_s > 12) for w in placed] == [("一", False), ("二", False), ("三", True), ("四", True)]
    assert all(w.end_s - w.start_s > 0.2 for w in placed)


@pytest.mark.parametrize(
    "segments",
    [
        [{"text": "一二三四"}],
        [{"text": "一二三四", "start": None, "end": None}],
        [{"text": "一二三四", "start": 3, "end": 1}],
    ],
)
def test_segments_without_times_that_count_are_a_text_alone(segments: list[dict[str, Any]]) -> None:
    assert heard({"text": "一二三四", "segments": segments}) == heard({"text": "一二三四"})


def test_english_is_spread_word_by_word() -> None:
    result = heard({"text": "Good morning, sir."}, "en")
    assert [w.text for w in result.words] == ["Good", " morning", ",", " sir", "."]
    assert result.tokens == 1 + 2 + 1 + 2


def test_nothing_heard() -> None:
    silent: list[dict[str, object]] = [{"text": ""}, {"text": " "}, {"text": "", "segments": [], "words": []}]
    for answer in silent:
        result = heard(answer)
        assert (result.words, result.tokens, result.text) == ((), 0, "")


def test_silence_with_a_text_still_gets_times() -> None:
    result = heard_from({"text": "谢谢"}, np.zeros(RATE_HZ, np.float32), 1.0, "zh")
    assert times(result) == [("谢", 0.0, 0.5), ("谢", 0.5, 1.0)]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([("一", -1.0, 0.5), ("二", 0.5, 1.0)], [("一", 0.0, 0.5), ("二", 0.5, 1.0)]),
        ([("一", 2.0, 3.0), ("二", 1.0, 1.5)], [("一", 2.0, 3.0), ("二", 2.0, 2.0)]),
        ([("一", 5.0, 99.0), ("二", 99.0, 100.0)], [("一", 5.0, 6.0), ("二", 6.0, 6.0)]),
        ([("一", 3.0, 2.0)], [("一", 3.0, 3.0)]),
        ([("一", float("nan"), float("inf"))], [("一", 0.0, 0.0)]),
    ],
)
def test_times_that_cannot_be_are_brought_into_the_window(
    spans: list[tuple[str, float, float]], expected: list[tuple[str, float, float]]
) -> None:
    assert times(heard({"text": "".join(s[0] for s in spans), "words": words(*spans)})) == expected


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([], "list"),
        ("您好", "str"),
        (None, "NoneType"),
        ({}, "neither text nor segments nor words"),
        ({"error": "model is loading"}, "neither text"),
        ({"text": 5}, "text is a JSON int"),
        ({"text": "a", "words": "a"}, "words are not a list"),
        ({"text": "a", "segments": [1]}, "segments are not a list of objects"),
        ({"text": "a", "words": [{"start": 1}]}, "word has no text"),
    ],
)
def test_an_answer_of_another_form_is_named(answer: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        heard(answer)


number = st.one_of(st.none(), st.floats(), st.integers(-10, 100), st.booleans(), st.just("1"))
item = st.fixed_dictionaries(
    {"text": st.text(max_size=8)},
    optional={"start": number, "end": number, "avg_logprob": number, "probability": number},
)
answers = st.fixed_dictionaries(
    {"text": st.text(max_size=30)},
    optional={"segments": st.lists(item, max_size=4), "words": st.lists(item, max_size=6)},
)


@settings(max_examples=300)
@given(answer=answers, language=st.sampled_from(["zh", "en"]))
def test_whatever_comes_back_words_are_in_order_and_inside(answer: dict[str, Any], language: str) -> None:
    result = heard(answer, language)
    assert all(word.text and 0 <= word.start_s <= word.end_s <= CONTENT_S for word in result.words)
    assert all(a.start_s <= b.start_s for a, b in pairwise(result.words))
    assert all(0 <= word.probability <= 1 for word in result.words)
    assert result.tokens >= 0
    assert result.avg_logprob <= 0
