"""Scorecards as a whole: the same in, the same out; evidence that can be checked; honest when unsure."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scorecard import Scorecard, Verdict
from models.transcript import Correction, Role, SpeechSpan, Transcript
from models.wire import scorecard_to_json
from scoring import score_call
from scoring.reasons import TEMPLATES
from tests import factories
from tests.unit.scoring_calls import dialogue, finding, score, standard, table

CALL = (
    ("agent", "您好，云联通信，工号八零二六，请问有什么可以帮您？"),
    ("customer", "你们师傅说好昨天来的，等了一天也没人来。"),
    ("agent", "实在对不起，让您白等了，明天上午十点前师傅上门。"),
    ("customer", "好吧。"),
    ("agent", "感谢您的来电，再见。"),
)
SENTENCES = [
    row["text"]
    for name in ("zh_prohibited", "zh_promises")
    for rows in table(name).values()
    for row in rows
    if isinstance(row, dict)
]
SENTENCES += [row["text"] for row in table("zh_greetings")] + table("zh_prohibited")["innocent"]
TURNS = st.lists(st.tuples(st.sampled_from([r.value for r in Role]), st.sampled_from(SENTENCES)), max_size=8)
NOISE = st.lists(st.tuples(st.sampled_from([r.value for r in Role]), st.text(max_size=40)), max_size=6)


def judge(transcript: Transcript, started_at: datetime | None = factories.STARTED_AT) -> Scorecard:
    return score_call(transcript, factories.meta(started_at=started_at), standard(), "0.1.0")


def assert_sound(card: Scorecard, transcript: Transcript) -> None:
    """What holds for every scorecard."""
    by_index = {u.index: u for u in transcript.utterances}
    for item in card.findings:
        assert 0 <= item.confidence <= 1
        assert item.reasons
        assert item.points <= item.max_points
        assert item.verdict != "not_evaluated" or item.points == 0
        assert not (item.verdict == "violated" and not item.evidence)
        for evidence in item.evidence:
            utterance = by_index[evidence.utterance]
            assert evidence.quote
            assert utterance.text[evidence.char_start : evidence.char_end] == evidence.quote
            if evidence.start_s is not None and evidence.end_s is not None and utterance.end_s is not None:
                assert (utterance.start_s or 0) - 1e-6 <= evidence.start_s <= evidence.end_s <= utterance.end_s + 1e-6
    for promise in card.promises:
        utterance = by_index[promise.utterance]
        assert utterance.role is Role.AGENT
        assert utterance.text[promise.char_start : promise.char_end] == promise.quote
        assert promise.due_at is None or promise.due_at.tzinfo is not None
    assert card.total is None or 0 <= card.total <= 100
    assert card.total is not None or card.needs_review


@settings(max_examples=60, deadline=None)
@given(TURNS)
def test_every_quote_is_where_it_says(turns: list[tuple[str, str]]) -> None:
    transcript = factories.transcript(*turns)
    assert_sound(judge(transcript), transcript)


@settings(max_examples=60, deadline=None)
@given(NOISE)
def test_any_text_gets_a_sound_scorecard(turns: list[tuple[str, str]]) -> None:
    transcript = factories.transcript(*turns)
    assert_sound(judge(transcript), transcript)


@settings(max_examples=30, deadline=None)
@given(TURNS)
def test_customers_are_never_charged_to_the_agent(turns: list[tuple[str, str]]) -> None:
    customers = [("customer", text) for _, text in turns]
    card = judge(dialogue(("agent", "您好，云联通信，请讲。"), *customers))
    assert finding(card, "prohibited").verdict == "met"
    assert card.promises == ()
    assert not card.fatal


def test_a_good_call() -> None:
    card = judge(factories.transcript(*CALL))
    assert [(f.item_id, f.verdict.value) for f in card.findings] == [
        ("greeting", "met"),
        ("apology", "met"),
        ("commitment", "met"),
        ("prohibited", "met"),
        ("closing", "met"),
        ("hold", "not_applicable"),
    ]
    assert (card.total, card.band, card.fatal, card.needs_review) == (100.0, "优秀", False, False)
    assert card.receipt.callqa_version == "0.1.0"
    assert card.receipt.standard == standard().ref
    assert card.receipt.engine == factories.ENGINE


def test_the_receipt_pins_the_transcript() -> None:
    one = judge(factories.transcript(*CALL)).receipt
    other = judge(factories.transcript(*CALL[:-1])).receipt
    assert one.transcript_sha256 != other.transcript_sha256
    assert judge(dialogue(*CALL)).receipt.audio_sha256 is None


@pytest.mark.slow
def test_another_process_gives_the_same_bytes() -> None:
    program = (
        "import json\nfrom models.wire import scorecard_to_json\n"
        "from tests.unit.test_scoring_engine import CALL, judge\nfrom tests import factories\n"
        "print(json.dumps(scorecard_to_json(judge(factories.transcript(*CALL)))))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, text=True, env={"PYTHONHASHSEED": seed}
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert runs == {json.dumps(scorecard_to_json(judge(factories.transcript(*CALL))))}


def test_evidence_times_are_those_of_the_words() -> None:
    (hit,) = finding(judge(factories.transcript(("agent", "您看，这个不归我管。"))), "prohibited").evidence
    assert (hit.quote, hit.char_start) == ("不归我管", 5)
    assert (hit.start_s, hit.end_s) == (1.0, 1.8)


def test_without_words_the_times_are_the_utterances_or_none() -> None:
    timed = factories.transcript(("agent", "这个不归我管。"))
    bare = replace(timed, utterances=(replace(timed.utterances[0], words=()),))
    (hit,) = finding(judge(bare), "prohibited").evidence
    assert (hit.start_s, hit.end_s) == (timed.utterances[0].start_s, timed.utterances[0].end_s)
    (hit,) = finding(judge(dialogue(("agent", "这个不归我管。"))), "prohibited").evidence
    assert (hit.start_s, hit.end_s) == (None, None)


@pytest.mark.parametrize(
    "turns", [(), (("customer", "喂，你好。"),), (("system", "人工服务请按零。"),), (("unknown", "您好。"),)]
)
def test_without_an_agent_nothing_is_judged(turns: tuple[tuple[str, str], ...]) -> None:
    card = judge(factories.transcript(*turns))
    assert {f.verdict for f in card.findings} == {Verdict.NOT_EVALUATED}
    assert (card.total, card.total_before_fatal, card.band) == (None, None, "无法评分")
    assert card.needs_review
    assert all(f.needs_review for f in card.findings)


def test_unsure_roles_ask_a_person() -> None:
    card = judge(replace(factories.transcript(*CALL), role_confidence=0.6))
    assert card.needs_review
    assert all(f.needs_review for f in card.findings)
    assert any("60%" in reason for reason in finding(card, "greeting").reasons)


def test_badly_heard_evidence_asks_a_person() -> None:
    sure = factories.transcript(("agent", "您好，云联通信。"), ("agent", "这个不归我管。"))
    worse = replace(
        sure, utterances=(sure.utterances[0], factories.utterance(1, Role.AGENT, "这个不归我管。", 4.0, confidence=0.3))
    )
    good, bad = finding(judge(sure), "prohibited"), finding(judge(worse), "prohibited")
    assert (good.needs_review, bad.needs_review) == (False, True)
    assert bad.confidence < good.confidence


def test_with_many_unknown_speakers_absence_proves_nothing() -> None:
    card = judge(dialogue(("agent", "您好，云联通信，请讲。"), ("unknown", "喂。"), ("unknown", "这个怎么办？")))
    assert finding(card, "greeting").verdict == "met"
    assert finding(card, "prohibited").verdict == "not_evaluated"
    assert card.needs_review


def test_no_start_no_due_date() -> None:
    card = judge(factories.transcript(*CALL), started_at=None)
    assert [p.due_at for p in card.promises] == [None]
    assert finding(card, "commitment").verdict == "met"


def test_deadlines_count_from_the_second_they_are_said() -> None:
    late = factories.utterance(0, Role.AGENT, "半小时内给您回电。", start_s=600.0)
    card = judge(replace(factories.transcript(), utterances=(late,)), datetime(2026, 11, 20, 1, 0, tzinfo=UTC))
    assert [p.due_at.isoformat() if p.due_at else None for p in card.promises] == ["2026-11-20T09:40:00+08:00"]
    assert [(p.action, p.deadline) for p in card.promises] == [("callback", "半小时内")]


def test_a_fatal_word_sets_the_total_to_zero_and_keeps_the_rest() -> None:
    card = score(*CALL[:-1], ("agent", "神经病。"))
    assert (card.total, card.fatal, card.band) == (0.0, True, "不合格")
    assert card.total_before_fatal is not None
    assert card.total_before_fatal > 0


@pytest.mark.parametrize(
    ("turn", "verdict", "reason"),
    [("你个杀逼脑子进税了吧", "met", "读音"), ("携转必须本人到营业厅。", "violated", "人工")],
)
def test_no_fatal_verdict_by_sound_or_where_a_person_decides(turn: str, verdict: str, reason: str) -> None:
    card = score(*CALL, ("agent", turn))
    found = finding(card, "prohibited")
    assert (found.verdict, card.fatal, found.needs_review) == (verdict, False, True)
    assert any(reason in r for r in found.reasons)


@pytest.mark.parametrize(
    ("turn", "word", "verdict"),
    [("神经病。", (0, 3, "神经并"), "met"), ("这个不归我管。", (2, 6, "步归我管"), "violated")],
)
def test_a_corrected_word_never_convicts_without_a_person(turn: str, word: tuple[int, int, str], verdict: str) -> None:
    said = factories.transcript(*CALL, ("agent", turn))
    last = replace(said.utterances[-1], corrections=(Correction(*word),))
    card = judge(replace(said, utterances=(*said.utterances[:-1], last)))
    found = finding(card, "prohibited")
    assert (found.verdict, card.fatal, found.needs_review) == (verdict, False, True)
    assert any(word[2] in reason and "更正" in reason for reason in found.reasons)
    assert [e.match for e in found.evidence] == ["homophone"]


def test_evidence_beside_a_correction_stands_as_written() -> None:
    said = factories.transcript(*CALL, ("agent", "工单这个不归我管。"))
    last = replace(said.utterances[-1], corrections=(Correction(0, 2, "公单"),))
    found = finding(judge(replace(said, utterances=(*said.utterances[:-1], last))), "prohibited")
    assert [e.match for e in found.evidence] == ["exact"]
    assert not found.needs_review


def test_digits_count_the_same_in_either_writing() -> None:
    one, other = (score(("agent", f"您好，工号{n}，请问有什么可以帮您？")) for n in ("八零二六", "8026"))
    assert [f.points for f in one.findings] == [f.points for f in other.findings]


def test_unsure_roles_never_convict_fatally() -> None:
    transcript = replace(factories.transcript(*CALL, ("agent", "神经病。")), role_confidence=0.5)
    card = judge(transcript)
    assert (card.fatal, finding(card, "prohibited").needs_review) == (False, True)


def test_a_prohibited_word_of_an_unknown_speaker_is_pointed_out() -> None:
    card = judge(dialogue(*CALL, ("unknown", "这个不归我管。")))
    found = finding(card, "prohibited")
    assert (found.verdict, found.points, found.needs_review) == ("met", 0, True)
    assert any("不归我管" in reason for reason in found.reasons)


def test_music_and_ringing_are_no_speech() -> None:
    ringing = replace(factories.transcript(*CALL), tones=(SpeechSpan(Role.SYSTEM, 0.0, 0.2),))
    assert finding(judge(ringing), "greeting").verdict == "met"


def test_ten_thousand_utterances_end() -> None:
    card = judge(dialogue(*[("agent" if i % 2 else "customer", "好的，我知道了。") for i in range(10_000)]))
    assert card.total is not None


def test_both_languages_say_the_same_things() -> None:
    assert set(TEMPLATES["zh"]) == set(TEMPLATES["en"])
