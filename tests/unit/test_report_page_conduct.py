"""One call on the page of a run: how it was conducted, its complaint, its corrected words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.scorecard import ComplaintStage, Evidence, MatchKind, ReviewCode
from models.transcript import Correction, Role, SpeechSpan, Transcript
from tests.unit import report_night as night
from tests.unit.report_html import Element, read_html
from tests.unit.report_pages import page

A, C = Role.AGENT, Role.CUSTOMER


def conducted(transcript: Transcript, language: str = "zh") -> Element:
    """The card of a call with this transcript."""
    call = night.good_call()
    view = night.view_of([replace(call, transcript=transcript)])
    return read_html(page(view, language)).one("details", "call")


def spoken(*spans: tuple[Role, float, float], basis: str = "channel:greeting") -> Transcript:
    """The good call's conversation with these stretches of speech in a minute."""
    transcript = night.good_call().transcript
    assert transcript is not None
    speech = tuple(SpeechSpan(*span) for span in spans)
    return replace(transcript, speech=speech, tones=(), duration_s=60.0, answered_at_s=0.0, role_basis=basis)


@pytest.mark.parametrize(
    ("transcript", "zh", "en"),
    [
        (
            spoken((A, 0, 20), (C, 18.5, 30), (A, 38.2, 60)),
            "静默 1 段（最长 8.2 秒） · 抢话：坐席 0 次、客户 1 次（最长重叠 1.5 秒） · 说话时长：坐席 78%、客户 22%",
            "dead air: 1 (longest 8.2 s) · interruptions: agent 0, customer 1 (longest overlap 1.5 s) · "
            "speech: agent 78%, customer 22%",
        ),
        (
            spoken((A, 0, 30), (C, 30, 60)),
            "没有 3 秒以上的静默 · 没有抢话 · 说话时长：坐席 50%、客户 50%",
            "no dead air of 3 s or more · no interruptions · speech: agent 50%, customer 50%",
        ),
        (
            spoken((A, 0, 30), (C, 35, 60), basis="text"),
            "静默 1 段（最长 5.0 秒） · 抢话与说话时长未评估（双方不在不同声道，或说话人不明）",
            "dead air: 1 (longest 5.0 s) · interruptions and speech per party not evaluated (not on separate channels, "
            "or speakers unknown)",
        ),
    ],
    ids=["all", "nothing", "one channel"],
)
def test_conduct_stands_in_one_line(transcript: Transcript, zh: str, en: str) -> None:
    assert conducted(transcript).one("p", "activity").text == zh
    assert conducted(transcript, "en").one("p", "activity").text == en


def test_conduct_that_is_not_known_is_not_spoken_of() -> None:
    assert list(conducted(spoken()).all("p", "activity")) == []


def test_holds_speed_ringing_and_who_hung_up_stand_in_a_second_line() -> None:
    call = night.good_call()
    meta = replace(call.stored.meta, ring_s=7.5, hung_up_by=Role.CUSTOMER)
    known = replace(call, stored=replace(call.stored, meta=meta), transcript=spoken((A, 0, 20), (C, 35.5, 60)))
    for language, words in (
        ("zh", ["振铃 7.5 秒", "等待 1 次（最长 15.5 秒，共 15.5 秒）", "坐席语速每分钟", "客户挂机"]),
        (
            "en",
            ["rang 7.5 s", "holds: 1 (longest 15.5 s, 15.5 s in all)", "characters a minute", "the customer hung up"],
        ),
    ):
        line = read_html(page(night.view_of([known]), language)).one("p", "conduct").text
        assert all(word in line for word in words), line


def test_the_stages_of_a_complaint_stand_in_a_row_found_or_not() -> None:
    call = night.good_call()
    assert call.scorecard is not None
    text = call.transcript.utterances[0].text if call.transcript else ""
    proof = Evidence(0, 0, 2, 1.0, 1.5, text[:2], "accepted", MatchKind.EXACT)
    stages = (ComplaintStage("accepted", "受理", proof), ComplaintStage("verified", "核实", None))
    heard = replace(call, scorecard=replace(call.scorecard, complaint=stages))
    card = read_html(page(night.view_of([heard]))).one("details", "call")
    steps = list(card.one("ol", "stages").all("li"))
    assert [step.attributes["class"] for step in steps] == ["found", "absent"]
    assert "受理" in steps[0].text
    assert text[:2] in steps[0].text
    assert "核实" in steps[1].text
    assert "通话中没有听到" in steps[1].text
    assert list(conducted(spoken()).all("ol", "stages")) == []


def test_why_a_person_is_asked_stands_beside_the_item() -> None:
    call = night.good_call()
    assert call.scorecard is not None
    first, *others = call.scorecard.findings
    codes = (ReviewCode.LOW_RECOGNITION, ReviewCode.ROLES_FLIP)
    unsure = replace(first, needs_review=True, review_codes=codes)
    asked = replace(call, scorecard=replace(call.scorecard, findings=(unsure, *others)))
    assert "识别把握低、互换角色则结论不同" in read_html(page(night.view_of([asked]))).one("details", "call").text


def test_corrected_words_are_marked_and_listed() -> None:
    transcript = night.good_call().transcript
    assert transcript is not None
    text = "这张工单的工单号"
    said = replace(
        transcript.utterances[0],
        text=text,
        words=(),
        corrections=(Correction(2, 4, "<公单>"), Correction(5, 7, "宫单")),
    )
    card = conducted(replace(transcript, utterances=(said, *transcript.utterances[1:])))

    assert [(e.text, e.attributes["title"]) for e in card.all("span", "corrected")] == [
        ("工单", "识别为“<公单>”"),
        ("工单", "识别为“宫单”"),
    ]
    assert "点线处是按词表更正的词：工单（识别为<公单>）、工单（识别为宫单）" in card.text
    assert "点线处" not in conducted(transcript).text
