"""Which text of a window is believed."""

from __future__ import annotations

import pytest

from asr.hearing import Heard, HeardWord
from asr.judge import better, judge
from asr.packing import Window, pack
from asr.speech import Span
from asr.text import prompt_for
from asr.words import SpokenWord, on_call_clock, sift

PROMPT = prompt_for("zh", ["宽带", "光猫"])
[WINDOW] = pack(0, (Span(0.0, 4.0), Span(10.0, 14.0)), 20.0)


def heard(text: str, logprob: float = -0.2, tokens: int | None = None, window: Window = WINDOW) -> Heard:
    """A text spread evenly over the window."""
    step_s = window.content_s / max(len(text), 1)
    words = tuple(HeardWord(c, i * step_s, (i + 1) * step_s, 0.9) for i, c in enumerate(text))
    return Heard(words, len(text) if tokens is None else tokens, logprob)


def said(window: Window, h: Heard) -> tuple[SpokenWord, ...]:
    """Its words without the sentences that are known to be invented."""
    return sift(on_call_clock(window, h.words, "zh"))[0]


def faults(h: Heard) -> tuple[str, ...]:
    return judge(h, WINDOW, said(WINDOW, h), PROMPT).faults


@pytest.mark.parametrize(
    ("what", "result", "expected", "believable"),
    [
        ("ordinary", heard("您好请问有什么可以帮您我的宽带断了"), (), True),
        ("agreeing a lot", heard("对对对对对好的好的好的我知道了谢谢"), (), True),
        ("a number", heard("13800000000就是这个号码没有别的了"), (), True),
        ("loop of a word", heard("我上周去了宽带宽带宽带宽带宽带宽带"), ("loop",), False),
        ("loop of a character", heard("抢钱吗鸟鸟鸟鸟鸟鸟鸟鸟鸟鸟"), ("loop",), False),
        ("traditional phantom", heard("請不吝點贊訂閱轉發打賞支持明鏡"), ("phantom", "skipped"), False),
        ("prompt", heard("以下是普通话客服电话录音。"), ("prompt_echo",), False),
        ("far too fast", heard("您好请问有什么可以帮您的吗", tokens=300), ("too_many_tokens",), False),
        ("gibberish", heard("您好请问有什么可以帮您的吗", logprob=-2.5), ("hopeless", "doubtful"), False),
        ("mumbled but short", heard("您好请问有什么可以帮您的吗", logprob=-1.2), ("doubtful",), True),
        ("silent about detected speech", heard(""), ("skipped",), True),
    ],
)
def test_faults(what: str, result: Heard, expected: tuple[str, ...], believable: bool) -> None:
    words = said(WINDOW, result)
    judged = judge(result, WINDOW, words, PROMPT)
    assert judged.faults == expected, what
    assert judged.believable is believable, what


def test_a_speaker_passed_over_is_noticed() -> None:
    only_first = Heard(tuple(HeardWord("好", 0.5 * i, 0.5 * i + 0.4, 0.9) for i in range(6)), 6, -0.2)
    assert faults(only_first) == ("skipped",)


def test_a_breath_without_words_is_no_fault() -> None:
    [window] = pack(0, (Span(0.0, 4.0), Span(10.0, 10.4)), 20.0)
    only_first = Heard(tuple(HeardWord("好", 0.5 * i, 0.5 * i + 0.4, 0.9) for i in range(6)), 6, -0.2)
    assert judge(only_first, window, said(window, only_first), PROMPT).faults == ()


@pytest.mark.parametrize(
    ("first", "second", "prefer_second"),
    [
        (heard("宽带宽带宽带宽带宽带宽带"), heard("我的宽带断了好几天", logprob=-0.9), True),
        (heard("我的宽带断了好几天", logprob=-1.1), heard("宽带宽带宽带宽带宽带宽带", logprob=-0.1), False),
        (heard("我的宽带断了好几天", logprob=-1.1), heard("我的宽带断了好几天啊", logprob=-0.4), True),
        (heard("我的宽带断了好几天", logprob=-1.1), heard("我的款待断了好几天", logprob=-1.3), False),
    ],
)
def test_better(first: Heard, second: Heard, prefer_second: bool) -> None:
    judged = [judge(h, WINDOW, said(WINDOW, h), PROMPT) for h in (first, second)]
    assert better(first, judged[0], second, judged[1]) is prefer_second
