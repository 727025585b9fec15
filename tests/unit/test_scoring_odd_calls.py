"""Transcripts that nobody would call a conversation: an honest answer, never a wrong verdict, never a hang."""

from __future__ import annotations

from pathlib import Path

import pytest

from callqa.classifiers import classifier_in_use
from models.call import CallMeta
from models.scorecard import ReviewCode, Scorecard, Verdict
from models.transcript import Role, Transcript, Utterance
from scoring import score_call
from tests.unit.scoring_calls import standard

_ROLES = {"a": Role.AGENT, "c": Role.CUSTOMER, "u": Role.UNKNOWN, "s": Role.SYSTEM}
OPENING = "a 您好，云联通信，请问有什么可以帮您？"


def score(*said: str, times: bool = True, language: str = "zh") -> Scorecard:
    """The card of a call with these utterances, three seconds each, or without any times."""
    utterances = tuple(
        Utterance(i, _ROLES[line[0]], 3.0 * i if times else None, 3.0 * i + 2 if times else None, line[2:])
        for i, line in enumerate(said)
    )
    call = Transcript("", language, 3.0 * len(said), utterances, answered_at_s=0.0)
    return score_call(call, CallMeta("C"), standard(), "test", classifier_in_use(Path("none"), "zh"))


def verdicts(card: Scorecard) -> dict[str, Verdict]:
    """By criterion, of the four that callqa exists for."""
    four = ("greeting", "apology", "commitment", "prohibited")
    return {f.criterion: f.verdict for f in card.findings if f.criterion in four}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ((), ReviewCode.NO_AGENT),
        (("c 网断了三天了", "c 你有病吧"), ReviewCode.NO_AGENT),
        (("s 您好，请按一", "c 喂"), ReviewCode.NO_AGENT),
        (("a ", "c    ", "a \u200b\ufeff"), ReviewCode.NO_AGENT),
        (("a ，。？！", "c ……"), ReviewCode.NO_AGENT),
        (("a 😀😀👍🏽", "c 👨‍👩‍👧‍👦"), ReviewCode.NO_AGENT),
        (("a 喂",), ReviewCode.TOO_LITTLE_SAID),
        (("a 喂喂喂", "c 听得到吗"), ReviewCode.TOO_LITTLE_SAID),
        (("a " + "对" * 20_000, "c 网断了三天了"), ReviewCode.TOO_LITTLE_SAID),
        (("a " + "1" * 5_000, "c " + "2" * 5_000), ReviewCode.TOO_LITTLE_SAID),
        (("a Hello, how can I help you?", "c my internet is down", "a sorry, bear with me"), ReviewCode.OTHER_LANGUAGE),
        (("a お電話ありがとうございます", "c すみません", "a 申し訳ございません"), ReviewCode.OTHER_LANGUAGE),
        (("a مرحبا كيف يمكنني مساعدتك", "c شكرا"), ReviewCode.OTHER_LANGUAGE),
        (("a Алло, чем могу помочь?", "c 网断了"), ReviewCode.OTHER_LANGUAGE),
    ],
)
def test_what_cannot_be_judged_gets_no_verdict_no_total_and_a_person(said: tuple[str, ...], code: ReviewCode) -> None:
    card = score(*said)
    assert set(verdicts(card).values()) == {Verdict.NOT_EVALUATED}
    assert card.total is None
    assert card.needs_review
    assert not card.fatal
    assert not card.promises
    assert {code} == {c for finding in card.findings for c in finding.review_codes}


@pytest.mark.parametrize(
    "said",
    [
        ("a 您好😀云联通信👍，请问有什么可以帮您🙏", "c 😡网断了😡", "a 抱歉🙏给您添麻烦了，明天下午五点前师傅上门🛠️"),
        ("a 您好\x00云联通信\x07，请问有什么可以帮您", "c 网断了", "a 抱歉给您添麻烦了，明天下午五点前师傅上门"),
        (OPENING, "c WiFi 连不上 router 红灯", "a 抱歉给您添麻烦了，APP 上的 VIP 单我来催，明天下午五点前师傅上门"),
        ("a 您好，雲聯通信，請問有什麼可以幫您？", "c 網斷了", "a 抱歉給您添麻煩了，明天下午五點前師傅上門"),
    ],
)
@pytest.mark.parametrize("times", [True, False])
def test_odd_signs_and_missing_times_change_no_verdict(said: tuple[str, ...], times: bool) -> None:
    card = score(*said, times=times)
    assert set(verdicts(card).values()) == {Verdict.MET}
    texts = [line[2:] for line in said]
    assert all(texts[e.utterance][e.char_start : e.char_end] == e.quote for f in card.findings for e in f.evidence)
    assert times or all(e.start_s is None for f in card.findings for e in f.evidence)


def test_whom_nobody_knows_is_neither_praised_nor_charged() -> None:
    card = score("u 您好请讲", "u 网断了三天了", "u 你有病吧", "u 抱歉明天上门")
    assert set(verdicts(card).values()) == {Verdict.NOT_EVALUATED}


def test_endless_utterances_and_very_many_of_them_end() -> None:
    long = score("a " + "您好，请问有什么可以帮您" * 3_000, "c " + "我要投诉" * 5_000)
    assert verdicts(long)["greeting"] is Verdict.MET
    many = score(OPENING, *(f"{'ca'[i % 2]} 第{i}句话您看这个套餐我帮您看一下{i}" for i in range(10_000)))
    assert verdicts(many)["greeting"] is Verdict.MET
    assert verdicts(many)["prohibited"] is Verdict.MET
