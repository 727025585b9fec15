"""Utterances as cues and as subtitle files, read back by a parser of their own."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callqa.reports.cues import MAX_CHARACTERS, MAX_CUE_S, cues, untimed, utterance_cues
from callqa.reports.subtitles import subrip, webvtt
from callqa.reports.words import Words
from models.transcript import Masked, Role, SecretKind, Transcript, Utterance, Word
from tests import factories

ZH, EN = Words("zh"), Words("en")
LONG = "您好，这里是云联通信。您反映的宽带断网问题我已经记录下来了，师傅会在二十四小时之内上门处理，请您保持电话畅通，谢谢您的理解与支持。"


def spoken(text: str, start_s: float = 0.0, role: Role = Role.AGENT) -> Utterance:
    return factories.utterance(0, role, text, start_s)


def told(*utterances: Utterance) -> Transcript:
    numbered = tuple(replace(u, index=i) for i, u in enumerate(utterances))
    return replace(factories.transcript(), utterances=numbered)


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    assert len(hours) >= 2
    assert re.fullmatch(r"\d\d[.,]\d{3}", rest)
    return int(hours) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))


def parse(text: str, mark: str) -> list[tuple[float, float, str]]:
    """(start, end, payload) of each cue of WebVTT or SubRip, whose clocks have this decimal mark."""
    blocks = text.removeprefix("WEBVTT\n").strip("\n").split("\n\n") if text.strip() not in ("", "WEBVTT") else []
    found = []
    for number, block in enumerate(blocks, start=1):
        name, times, payload = block.strip("\n").split("\n")
        start, end = times.split(" --> ")
        assert name == str(number)
        assert start[-4] == end[-4] == mark
        found.append((seconds(start), seconds(end), payload))
    return found


def test_a_short_utterance_is_one_cue() -> None:
    [cue] = utterance_cues(spoken("您好，请讲。", 0.42))
    assert (cue.role, cue.start_ms, cue.end_ms, cue.text) == (Role.AGENT, 420, 1620, "您好，请讲。")


def test_a_long_utterance_is_cut_where_it_reads_best_at_the_times_of_its_words() -> None:
    found = utterance_cues(spoken(LONG))
    assert [cue.text for cue in found] == [
        "您好，这里是云联通信。您反映的宽带断网问题我已经记录下来了，",
        "师傅会在二十四小时之内上门处理，请您保持电话畅通，谢谢您的理解与支持。",
    ]
    assert [cue.start_ms for cue in found] == [200 * LONG.index(cue.text) for cue in found]


def test_english_is_cut_between_words() -> None:
    text = "Thank you for calling and for your patience, an engineer will come to see you tomorrow morning"
    places = [(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    words = tuple(Word(a, b, i * 0.4, i * 0.4 + 0.3, 0.9) for i, (a, b) in enumerate(places))
    found = utterance_cues(Utterance(0, Role.AGENT, 0.0, 7.0, text, words))
    assert [cue.text for cue in found] == [
        "Thank you for calling and for your ",
        "patience, an engineer will come to see ",
        "you tomorrow morning",
    ]


def test_text_without_word_times_is_spread_over_its_time() -> None:
    found = utterance_cues(Utterance(0, Role.CUSTOMER, 10.0, 10.0 + len(LONG) * 0.2, LONG))
    assert [cue.text for cue in found] == [cue.text for cue in utterance_cues(spoken(LONG))]
    assert found[1].start_ms == pytest.approx(10_000 + 200 * LONG.index(found[1].text), abs=2)


def test_a_masked_number_is_never_cut() -> None:
    text = "号" * 38 + "138****5678"
    mask = Masked(38, 49, SecretKind.PHONE, 7.6, 9.8)
    found = utterance_cues(replace(spoken(text), masked=(mask,)))
    assert sum("138****5678" in cue.text for cue in found) == 1


def test_utterances_without_times_are_counted() -> None:
    silent = [
        Utterance(0, Role.AGENT, None, None, "您好"),
        Utterance(1, Role.AGENT, 1.0, None, "您好"),
        Utterance(2, Role.AGENT, None, None, " "),
    ]
    transcript = told(*silent, spoken("再见"))
    assert untimed(transcript) == 2
    assert [cue.text for cue in cues(transcript)] == ["再见"]


def test_parties_who_speak_at_once_keep_their_own_cues() -> None:
    transcript = told(spoken(LONG, 0.0), spoken("对对对", 2.0, Role.CUSTOMER))
    found = cues(transcript)
    assert [cue.role for cue in found][:2] == [Role.AGENT, Role.CUSTOMER]
    assert [cue.start_ms for cue in found] == sorted(cue.start_ms for cue in found)


@pytest.mark.parametrize(
    ("start_s", "vtt", "srt"),
    [
        (0.0, "00:00:00.000 --> 00:00:00.400", "00:00:00,000 --> 00:00:00,400"),
        (59.9996, "00:01:00.000 --> 00:01:00.400", "00:01:00,000 --> 00:01:00,400"),
        (3599.9, "00:59:59.900 --> 01:00:00.300", "00:59:59,900 --> 01:00:00,300"),
        (360_000.0, "100:00:00.000 --> 100:00:00.400", "100:00:00,000 --> 100:00:00,400"),
        (-3.0, "00:00:00.000 --> 00:00:00.001", "00:00:00,000 --> 00:00:00,001"),
    ],
)
def test_clocks(start_s: float, vtt: str, srt: str) -> None:
    transcript = told(spoken("您好", start_s))
    assert webvtt(transcript, ZH) == f"WEBVTT\n\n1\n{vtt}\n<v 坐席>您好\n"
    assert subrip(transcript, ZH) == f"1\n{srt}\n坐席：您好\n"


def test_nobody_spoke() -> None:
    assert webvtt(told(), ZH) == "WEBVTT\n"
    assert subrip(told(), ZH) == ""


@pytest.mark.parametrize(
    ("role", "zh", "en"),
    [
        (Role.AGENT, "坐席", "Agent"),
        (Role.CUSTOMER, "客户", "Customer"),
        (Role.SYSTEM, "系统", "System"),
        (Role.UNKNOWN, "未定", "Unknown"),
    ],
)
def test_speakers_in_both_languages(role: Role, zh: str, en: str) -> None:
    transcript = told(spoken("您好", role=role))
    assert f"<v {zh}>您好" in webvtt(transcript, ZH)
    assert f"<v {en}>您好" in webvtt(transcript, EN)
    assert f"\n{zh}：您好" in subrip(transcript, ZH)
    assert f"\n{en}: 您好" in subrip(transcript, EN)


@pytest.mark.parametrize(
    ("text", "vtt", "srt"),
    [
        ("a --> b", "a --&gt; b", "a → b"),
        ("<v 客户>R&D</v>", "&lt;v 客户&gt;R&amp;D&lt;/v&gt;", "<v 客户>R&D</v>"),
        ("一\n\n二\r\n三", "一 二 三", "一 二 三"),
        ("客\u202e服\x00", "客⟨U+202E⟩服⟨U+0000⟩", "客⟨U+202E⟩服⟨U+0000⟩"),
    ],
)
def test_text_that_looks_like_the_format_stays_text(text: str, vtt: str, srt: str) -> None:
    transcript = told(spoken(text))
    [(_, _, payload)] = parse(webvtt(transcript, ZH), ".")
    assert payload == f"<v 坐席>{vtt}"
    [(_, _, payload)] = parse(subrip(transcript, ZH), ",")
    assert payload == f"坐席：{srt}"


moments = st.floats(-10, 400_000, allow_nan=False)
texts = st.text(
    st.one_of(st.sampled_from("您好，。？ ,.<>&-a1"), st.characters(codec="utf-8")), min_size=1, max_size=120
)


@st.composite
def utterances(draw: st.DrawFn) -> Utterance:
    """Any text with any times: of no words, of some, out of order, and outside their utterance."""
    text = draw(texts)
    start_s, end_s = draw(moments), draw(moments)
    places = draw(st.lists(st.integers(0, len(text)), max_size=30))
    words = tuple(Word(a, min(a + 1, len(text)), draw(moments), draw(moments), 0.5) for a in places)
    masks = tuple(
        Masked(a, min(a + 5, len(text)), SecretKind.CODE, None, None)
        for a in draw(st.lists(st.integers(0, len(text)), max_size=2))
    )
    return Utterance(0, draw(st.sampled_from(Role)), start_s, end_s, text, words, None, (), masks)


@settings(max_examples=200)
@given(utterance=utterances())
def test_cues_hold_the_whole_text_in_order_and_without_overlap(utterance: Utterance) -> None:
    found = utterance_cues(utterance)
    assert "".join(cue.text for cue in found) == (utterance.text if utterance.text.strip() else "")
    assert all(0 <= cue.start_ms < cue.end_ms for cue in found)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(found))


@settings(max_examples=100)
@given(
    text=st.text("您好，。？请讲", min_size=1, max_size=200),
    step_s=st.floats(0.01, 1.0),
    start_s=st.floats(0, 400_000),
)
def test_cues_can_be_read(text: str, step_s: float, start_s: float) -> None:
    words = tuple(Word(i, i + 1, start_s + i * step_s, start_s + (i + 1) * step_s, 0.5) for i in range(len(text)))
    for cue in utterance_cues(Utterance(0, Role.AGENT, start_s, start_s + len(text) * step_s, text, words)):
        assert len(cue.text) <= MAX_CHARACTERS
        assert cue.end_ms - cue.start_ms <= MAX_CUE_S * 1000 + 1


@settings(max_examples=100)
@given(said=st.lists(utterances(), max_size=4))
def test_what_is_written_comes_back(said: list[Utterance]) -> None:
    transcript = told(*said)
    expected = cues(transcript)
    for written, mark in ((webvtt(transcript, ZH), "."), (subrip(transcript, ZH), ",")):
        read = parse(written, mark)
        assert [(round(a * 1000), round(b * 1000)) for a, b, _ in read] == [(c.start_ms, c.end_ms) for c in expected]
        assert [a for a, _, _ in read] == sorted(a for a, _, _ in read)
    for (_, _, payload), cue in zip(parse(webvtt(transcript, ZH), "."), expected, strict=True):
        assert "-->" not in payload
        if cue.text.isprintable():
            assert html.unescape(payload.split(">", 1)[1]) == cue.text
