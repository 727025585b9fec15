"""Place, order and time: what the six criteria make of the same words elsewhere in the call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.scorecard import Finding
from models.transcript import Role, SpeechSpan, Transcript, Utterance
from scoring import load_standard, score_call
from tests import factories
from tests.unit.scoring_calls import dialogue, finding, score, shipped_text, standard

GREETING = "您好，云联通信，工号八零二六，请问有什么可以帮您？"
COMPLAINT = "你们说好昨天来修的，根本没人来。"


def timed(*turns: tuple[str, float, float, str], answered_at_s: float | None = 0.0) -> Transcript:
    said = tuple(Utterance(i, Role(role), start, end, text) for i, (role, start, end, text) in enumerate(turns))
    return Transcript("", "zh", None, said, answered_at_s=answered_at_s)


def judge(transcript: Transcript, item: str) -> Finding:
    return finding(score_call(transcript, factories.meta(), standard(), "test"), item)


# --- greeting


def test_an_opening_in_a_later_turn_is_late() -> None:
    found = finding(score(("agent", "稍等一下。"), ("customer", "喂？"), ("agent", GREETING)), "greeting")
    assert (found.verdict, found.points) == ("partial", 5)
    assert "过晚" in found.reasons[0]


def test_an_opening_after_fifteen_seconds_is_late() -> None:
    found = judge(timed(("customer", 1, 3, "喂？"), ("agent", 20, 24, GREETING)), "greeting")
    assert (found.verdict, found.points) == ("partial", 5)


@pytest.mark.parametrize("answered_at_s", [0.5, None])
def test_the_voice_menu_does_not_count_as_waiting(answered_at_s: float | None) -> None:
    turns = (("system", 0.5, 30.0, "欢迎致电云联通信，人工服务请按零。"), ("agent", 34.0, 38.0, GREETING))
    assert judge(timed(*turns, answered_at_s=answered_at_s), "greeting").verdict == "met"


def test_ringing_does_not_count_as_waiting() -> None:
    call = replace(timed(("agent", 31.0, 35.0, GREETING)), tones=(SpeechSpan(Role.SYSTEM, 0.0, 30.0),))
    assert judge(call, "greeting").verdict == "met"


def test_a_menu_on_the_agents_channel_is_no_opening() -> None:
    turns = (("agent", "您好，欢迎致电云联通信，话费查询请按1，人工服务请按0。"), ("agent", "喂，说。"))
    assert finding(score(*turns), "greeting").verdict == "missed"


def test_one_opening_cut_in_two_utterances_is_one_opening() -> None:
    found = finding(
        score(("agent", "您好"), ("agent", "云联通信，请问有什么可以帮您"), ("customer", "我查话费")), "greeting"
    )
    assert (found.verdict, found.points) == ("met", 10)


def test_an_opening_after_other_words_and_a_pause_is_late() -> None:
    turns = (("agent", 1, 3, "等一下啊，系统在转圈。"), ("agent", 7, 11, GREETING))
    assert judge(timed(*turns), "greeting").verdict == "partial"


def test_the_agent_may_answer_second_on_an_outbound_call() -> None:
    turns = (("customer", "喂，哪位？"), ("agent", "您好，我是云联通信的回访专员，想跟您核实一下情况。"))
    assert finding(score(*turns), "greeting").verdict == "met"


def test_parts_earn_parts_and_missing_ones_are_named() -> None:
    found = finding(score(("agent", "您好，请讲。"), ("customer", "我查话费")), "greeting")
    assert (found.verdict, found.points) == ("met", 7)
    assert "公司名称/工号" in found.reasons[1]


def test_a_line_check_or_the_return_from_a_hold_is_no_late_opening() -> None:
    turns = (("agent", "喂，说。"), ("customer", "我查话费"), ("agent", "您好，感谢您的耐心等待，您的话费是三十元。"))
    assert finding(score(*turns), "greeting").verdict == "missed"


# --- apology


def test_blame_in_the_next_utterance_takes_the_apology_back() -> None:
    turns = (("agent", GREETING), ("customer", COMPLAINT), ("agent", "对不起啊。"), ("agent", "但是您自己也没接电话。"))
    assert finding(score(*turns), "apology").verdict == "partial"


def test_a_sincere_apology_elsewhere_outweighs_an_insincere_one() -> None:
    turns = (
        ("customer", COMPLAINT),
        ("agent", "对不起行了吧。"),
        ("customer", "什么态度"),
        ("agent", "非常抱歉，给您带来不便了。"),
    )
    assert finding(score(*turns), "apology").verdict == "met"


def test_a_complaint_after_the_agents_last_word_asks_for_nothing() -> None:
    assert finding(score(("agent", GREETING), ("customer", COMPLAINT)), "apology").verdict == "not_applicable"


def test_the_agents_own_mistake_asks_for_an_apology() -> None:
    turns = (("customer", "这个月话费是多少？"), ("agent", "是我们多扣了您三十块。"))
    assert finding(score(*turns), "apology").verdict == "missed"


def test_a_long_hold_asks_for_an_apology() -> None:
    turns = (("customer", 0, 2, "我查话费。"), ("agent", 3, 5, "请稍等。"), ("agent", 150, 153, "您的话费是三十元。"))
    found = judge(timed(*turns), "apology")
    assert found.verdict == "missed"
    assert "145" in found.reasons[0]
    better = (*turns[:2], ("agent", 150, 153, "让您久等了，非常抱歉。"))
    assert judge(timed(*better), "apology").verdict == "met"


def test_a_weak_sign_is_said_to_be_weak() -> None:
    found = finding(score(("customer", "宽带断了。"), ("agent", "账号多少？")), "apology")
    assert (found.verdict, found.needs_review) == ("missed", True)


@pytest.mark.parametrize(
    "turns",
    [
        (("customer", "我手机怎么打不出去了？"), ("agent", "您欠费四十六块二，停机了。")),
        (("customer", "机顶盒进不去。"), ("agent", "换到第二个口。"), ("customer", "可以了。"), ("agent", "好的。")),
    ],
)
def test_what_was_no_fault_of_ours_asks_for_no_apology(turns: tuple[tuple[str, str], ...]) -> None:
    found = finding(score(*turns), "apology")
    assert found.verdict == "not_applicable"
    assert "不需要致歉" in found.reasons[0]


def test_our_own_fault_is_not_lifted_when_it_works_again() -> None:
    turns = (("customer", "网断了。"), ("agent", "是我们系统出了故障。"), ("customer", "可以了。"), ("agent", "好的。"))
    assert finding(score(*turns), "apology").verdict == "missed"


def test_a_plain_report_counts_only_as_the_reason_for_calling() -> None:
    report = "流量包买了以后不生效。"
    assert finding(score(("customer", report), ("agent", "好的。")), "apology").verdict == "missed"
    later = (("customer", "我想查一下话费余额。"), ("agent", "三十元。"), ("customer", report), ("agent", "好的。"))
    assert finding(score(*later), "apology").verdict == "not_applicable"


@pytest.mark.parametrize(
    ("turns", "verdict"),
    [
        # The words settle who speaks.
        (("我家宽带断了三天了，你们也不管", "非常抱歉给您带来不便"), "met"),
        (("我家宽带断了三天了，你们也不管", "对不起行了吧"), "partial"),
        (("我家宽带断了三天了，你们也不管", "您报一下账号"), "missed"),
        # They do not: either could have said sorry.
        (("我家宽带断了三天了，你们也不管", "不好意思"), "not_evaluated"),
        # Nothing was said by anybody that would ask for an apology.
        (("我想查一下话费", "您的话费是三十元"), "not_applicable"),
        # A fault was named, but perhaps by the agent.
        (("宽带断了", "账号多少"), "not_evaluated"),
    ],
)
def test_unknown_speakers_are_told_apart_by_what_they_say(turns: tuple[str, str], verdict: str) -> None:
    said = [("agent", "您好，云联通信。"), *(("unknown", text) for text in turns)]
    found = finding(score(*said), "apology")
    assert (found.verdict, found.needs_review) == (verdict, True)


# --- commitment


@pytest.mark.parametrize(
    ("turns", "verdict", "points"),
    [
        ((("customer", "宽带坏了。"), ("agent", "24小时内给您修好。")), "met", 20),
        ((("customer", "宽带坏了。"), ("agent", "会有人联系您的。")), "partial", 8),
        ((("customer", "宽带坏了。"), ("agent", "我保证三天修好。")), "partial", 8),
        ((("customer", "什么时候能修好？"), ("agent", "不好说。")), "missed", 0),
        ((("customer", "帮我取消彩铃。"), ("agent", "已经帮您取消了。")), "not_applicable", 0),
        ((("customer", "我想查话费。"), ("agent", "三十元。")), "not_applicable", 0),
        ((("customer", COMPLAINT), ("agent", "知道了。")), "missed", 0),
        (
            (("customer", "机顶盒连不上。"), ("agent", "您重启一下。"), ("customer", "诶，可以了。")),
            "not_applicable",
            0,
        ),
    ],
)
def test_commitment_by_what_was_left_open(turns: tuple[tuple[str, str], ...], verdict: str, points: float) -> None:
    found = finding(score(*turns), "commitment")
    assert (found.verdict, found.points) == (verdict, points)


def test_a_sentence_cut_in_two_is_one_promise() -> None:
    card = score(("agent", "明天下午五点前"), ("agent", "给您回过去。"))
    assert [(p.quote, p.specificity.value, p.action) for p in card.promises] == [
        ("明天下午五点前", "concrete", "callback")
    ]


def test_a_vague_word_beside_a_concrete_time_is_not_counted_again() -> None:
    card = score(("agent", "我们会尽快反映，并在24小时之内答复您。"))
    assert [p.specificity.value for p in card.promises] == ["concrete"]


def test_each_action_takes_the_time_next_to_it() -> None:
    card = score(("agent", "今天先给您登记上去，明天上午九点到十二点之间张师傅会到您家。"))
    assert [p.deadline for p in card.promises if p.action == "visit"] == ["明天上午九点到十二点之间"]


# --- prohibited


def test_severities_cost_what_the_standard_says() -> None:
    soft = finding(score(("agent", "那我也没办法。")), "prohibited")
    hard = finding(score(("agent", "这个不归我管。")), "prohibited")
    assert (soft.points, hard.points) == (-5, -10)
    assert soft.max_points == hard.max_points == 0


def test_one_offence_per_utterance_and_kind() -> None:
    assert finding(score(("agent", "不归我管，不归我管，跟我没关系。")), "prohibited").points == -10


def test_the_same_offence_twice_costs_twice() -> None:
    assert (
        finding(score(("agent", "不归我管。"), ("customer", "啊？"), ("agent", "跟我没关系。")), "prohibited").points
        == -20
    )


def test_by_sound_it_counts_but_asks_a_person() -> None:
    found = finding(score(("agent", "线路的问题不龟我管")), "prohibited")
    assert (found.verdict, found.needs_review, found.evidence[0].match.value) == ("violated", True, "homophone")
    assert found.evidence[0].quote == "不龟我管"


def test_words_in_quotation_marks_are_quoted() -> None:
    assert finding(score(("agent", "营业厅那边“不归我管”这种答复是不对的。")), "prohibited").verdict == "met"


# --- closing


@pytest.mark.parametrize(
    ("turns", "verdict"),
    [
        ((("agent", "感谢您的来电，再见。"),), "met"),
        ((("agent", "请问还有什么可以帮您？"), ("customer", "没有了"), ("agent", "好的，再见。")), "met"),
        ((("agent", "嗯，再见。"),), "partial"),
        ((("agent", "还有事吗？没事我挂了。"),), "missed"),
        ((("agent", "您先别挂机，我帮您转接。"),), "missed"),
        ((("agent", "好的。"), ("customer", "行，挂了。")), "not_applicable"),
    ],
)
def test_closing(turns: tuple[tuple[str, str], ...], verdict: str) -> None:
    assert finding(score(*turns), "closing").verdict == verdict


# --- hold


@pytest.mark.parametrize(
    ("before", "after", "verdict", "points"),
    [
        ("请您稍等，我帮您查一下。", "感谢您的耐心等待。", "met", 5),
        ("请您稍等，我帮您查一下。", "您的话费是三十元。", "partial", 3),
        ("嗯。", "您的话费是三十元。", "missed", 0),
    ],
)
def test_hold(before: str, after: str, verdict: str, points: float) -> None:
    found = judge(timed(("customer", 0, 2, "查话费"), ("agent", 3, 5, before), ("agent", 20, 23, after)), "hold")
    assert (found.verdict, found.points) == (verdict, points)


def test_short_pauses_are_no_hold_and_text_without_times_is_not_judged() -> None:
    quick = timed(("customer", 0, 2, "查话费"), ("agent", 3, 5, "嗯。"), ("agent", 8, 10, "三十元。"))
    assert judge(quick, "hold").verdict == "not_applicable"
    assert finding(score(("agent", "请稍等。")), "hold").verdict == "not_evaluated"


def test_a_customer_trying_something_out_is_not_kept_waiting() -> None:
    turns = (("agent", 0, 2, "您重启一下。"), ("customer", 3, 4, "好，我拔了。"), ("customer", 20, 22, "好了。"))
    assert judge(timed(*turns), "hold").verdict == "not_applicable"


@pytest.mark.parametrize(("by_sound", "verdict"), [(True, "violated"), (False, "met")])
def test_a_family_of_wide_frames_is_not_searched_by_sound(by_sound: bool, verdict: str) -> None:
    text = shipped_text("telecom-hotline-zh")
    family = "      - id: it_is_the_rule\n        kind: deflection\n        severity: soft\n"
    assert family in text
    changed = text if by_sound else text.replace(family, f"{family}        by_sound: false\n")
    call = dialogue(("agent", "这是公司的龟定。"))
    card = score_call(call, factories.meta(), load_standard(changed, "changed"), "test")
    assert finding(card, "prohibited").verdict == verdict
