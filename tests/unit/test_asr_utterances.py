"""Turns and utterances: who stops, who goes on, and text whose words are where they say."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.hearing import HeardWord
from asr.packing import pack
from asr.speech import Span
from asr.utterances import to_utterance, turns
from asr.words import SpokenWord, on_call_clock, sift
from models.transcript import Role


def said(text: str, start_s: float, channel: int = 0, step_s: float = 0.2) -> list[SpokenWord]:
    """One word per character from `start_s` on; punctuation becomes a tail, `|` a pause of 0.4 s, `~` one of 1.2 s."""
    found: list[SpokenWord] = []
    clock_s = start_s
    for c in text:
        if c in "|~":
            clock_s += 0.4 if c == "|" else 1.2
        elif c in "，。？！":
            last = found[-1]
            found[-1] = SpokenWord(channel, last.text, last.tail + c, False, last.start_s, last.end_s, 0.9)
        else:
            found.append(SpokenWord(channel, c, "", False, round(clock_s, 3), round(clock_s + step_s, 3), 0.9))
            clock_s += step_s
    return found


def texts(*channels: list[SpokenWord]) -> list[tuple[int, str]]:
    return [(turn.channel, turn.text) for turn in turns(dict(enumerate(channels)))]


@pytest.mark.parametrize(
    ("what", "agent", "customer", "expected"),
    [
        ("nobody", [], [], []),
        ("a turn of two sentences", said("您好。|请讲。", 0), [], [(0, "您好。请讲。")]),
        ("a long pause", said("您好。~还在吗？", 0), [], [(0, "您好。"), (0, "还在吗？")]),
        ("question and answer", said("您好。", 0), said("我要退费。", 1), [(0, "您好。"), (1, "我要退费。")]),
        ("the other speaks in a short pause", said("我查|一下", 0), said("嗯", 0.5, 1, 0.1), [(0, "我查"), (1, "嗯"), (0, "一下")]),
        ("the other speaks over me without a pause", said("我查一下", 0), said("嗯", 0.3, 1), [(0, "我查一下"), (1, "嗯")]),
        ("at the same moment", said("喂", 1), said("喂", 1, 1), [(0, "喂"), (1, "喂")]),
    ],
)  # fmt: skip
def test_turns_of_two_channels(
    what: str, agent: list[SpokenWord], customer: list[SpokenWord], expected: list[tuple[int, str]]
) -> None:
    assert texts(agent, customer) == expected, what


def test_one_speaker_alone_is_cut_where_one_of_two_is() -> None:
    words = said("您好，|请讲。我要~退费。", 0)
    assert texts(words) == texts(words, []) == [(0, "您好，请讲。我要"), (0, "退费。")]


def test_a_monologue_is_broken_at_a_sentence() -> None:
    sentence = "我给您说一下这个套餐是怎么回事情啊。"
    long = [text for _, text in texts(said(sentence * 8, 0), [])]
    assert len(long) > 1
    assert "".join(long) == sentence * 8
    assert all(text.endswith("。") for text in long)


WORDS = st.lists(
    st.tuples(
        st.sampled_from(["好", "您好", " Hello", " world", "5G", "，", "。", "?", "13", " ", "這"]), st.floats(0, 1)
    ),
    min_size=1,
    max_size=25,
)


@given(WORDS, st.sampled_from(["zh", "en"]))
def test_words_point_into_the_text(parts: list[tuple[str, float]], language: str) -> None:
    [window] = pack(0, (Span(0.0, 10.0),), 10.0)
    heard = [HeardWord(text, 0.3 * i, 0.3 * i + 0.3, p) for i, (text, p) in enumerate(parts)]
    words = on_call_clock(window, heard, language)
    for index, turn in enumerate(turns({0: list(words)})):
        said_in_turn = to_utterance(index, Role.AGENT, turn)
        assert said_in_turn.index == index
        assert said_in_turn.text == said_in_turn.text.strip()
        assert said_in_turn.confidence is not None
        assert 0 <= said_in_turn.confidence <= 1
        assert [said_in_turn.text[w.char_start : w.char_end] for w in said_in_turn.words] == [
            w.text for w in turn.words
        ]
        assert all(a.char_end <= b.char_start for a, b in pairwise(said_in_turn.words))
        covered = {i for w in said_in_turn.words for i in range(w.char_start, w.char_end)}
        rest = "".join(c for i, c in enumerate(said_in_turn.text) if i not in covered)
        assert not any(c.isalnum() for c in rest), "every spoken character has a time"
        assert said_in_turn.start_s == said_in_turn.words[0].start_s
        assert said_in_turn.end_s == said_in_turn.words[-1].end_s


@pytest.mark.parametrize(
    ("parts", "language", "text"),
    [
        (["您好", "，", "请讲", "。"], "zh", "您好，请讲。"),
        (["我", "用", " 5G", "套餐"], "zh", "我用 5G套餐"),
        (["您", " 好"], "zh", "您好"),
        ([" Hello", ",", " how", " are", " you", "?"], "en", "Hello, how are you?"),
        (["請", "問", "?"], "zh", "请问？"),
        (["《", "好", "》", "《", "的", "》", "。"], "zh", "好的。"),
        (["95", "%", "了"], "zh", "95%了"),
        ([" at", " 5", " p", ".m", ".", "?"], "en", "at 5 p.m.?"),
        ([" S", "-", "I", "-T", ",", " don", "'t"], "en", "S-I-T, don't"),
        (["...", " Okay", "."], "en", "Okay."),
        (["1", ",", "280", ".", "5", "元", "."], "zh", "1,280.5元。"),
        (["，", "好", "。", "。"], "zh", "好。。"),
        (["好", "。", "谢谢", "观看", "。"], "zh", "好。"),
    ],
)
def test_composition(parts: list[str], language: str, text: str) -> None:
    [window] = pack(0, (Span(0.0, 10.0),), 10.0)
    heard = [HeardWord(t, 0.2 * i, 0.2 * i + 0.2, 0.9) for i, t in enumerate(parts)]
    words, _ = sift(on_call_clock(window, heard, language))
    [turn] = turns({0: list(words), 1: []})
    assert turn.text == text
