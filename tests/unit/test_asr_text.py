"""Clean text: simplified, punctuated, without what nobody said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.text import MAX_PROMPT_TERMS, bare, echoes, is_punctuation, phantom, prompt_for, tidy

LEAD = "以下是普通话客服电话录音。"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("這個電話費怎麼算?", "这个电话费怎么算？"),
        ("您好,請問有什麼可以幫您.", "您好，请问有什么可以帮您。"),
        ("一共1,280.50元,10:30發貨.", "一共1,280.50元，10:30发货。"),
        ("网址是abc.com吗?", "网址是abc.com吗？"),
        ("好!行;可以:是", "好！行；可以：是"),
        ("已经是简体，不变。", "已经是简体，不变。"),
        ("瞭解一下，在瞭望台", "了解一下，在瞭望台"),
        ("他看著我等著，很著急，這是顯著的、著名的著作", "他看着我等着，很着急，这是显著的、著名的著作"),
        ("妳說甚麼？甚至祇有牠", "你说什么？甚至只有它"),
        ("乾淨的餅乾，乾坤", "干净的饼干，乾坤"),
        ("臺灣颱風，後臺回覆，皇后", "台湾台风，后台回复，皇后"),
        ("裡面隻有一隻，覈實纔能辦", "里面只有一只，核实才能办"),
        ("", ""),
    ],
)
def test_tidy_chinese(raw: str, clean: str) -> None:
    assert tidy(raw, "zh") == clean


def test_english_is_left_alone() -> None:
    assert tidy("Hello, how can I help?", "en") == "Hello, how can I help?"


@given(st.text(alphabet=st.sampled_from("乾著麼這個後裡髮發台,.?! 1a龍龜瞭解望名顯甚妳祇神"), max_size=40))
def test_tidy_keeps_positions(text: str) -> None:
    assert len(tidy(text, "zh")) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "字幕由Amara.org社群提供",
        "请不吝点赞订阅转发打赏支持明镜与点点栏目",
        "谢谢观看",
        "感谢大家的收看",
        "优优独播剧场",
        "Thanks for watching!",
        "Subtitles by the community",
    ],
)
def test_phantoms(text: str) -> None:
    assert phantom(text)


@pytest.mark.parametrize(
    "text",
    [
        "谢谢您的来电",
        "感谢您的耐心等待",
        "电视字幕怎么关掉",
        "您点赞的那个活动已经结束了",
        "我要订阅手机报",
        "Thank you for calling",
        "I was watching TV when it went off",
    ],
)
def test_what_people_do_say_is_no_phantom(text: str) -> None:
    assert not phantom(text)


@pytest.mark.parametrize(
    ("text", "prompt", "echoed"),
    [
        ("录音。", LEAD, True),
        ("以下是普通话客服电话录音。", LEAD, True),
        ("以下是普通话客服电话录音。好的。", LEAD, True),
        ("宽带光猫工单装维", LEAD + "宽带,光猫,工单,装维。", True),
        ("宽带。", LEAD + "宽带,光猫,工单,装维。", False),
        ("您的通话会被录音。", LEAD, False),
        ("好的。", LEAD, False),
        ("", LEAD, False),
        ("录音。", "", False),
    ],
)
def test_prompt_echo(text: str, prompt: str, echoed: bool) -> None:
    assert echoes(text, prompt) is echoed


def test_prompt_is_short_and_has_each_term_once() -> None:
    assert prompt_for("zh") == LEAD
    assert prompt_for("zh", ["宽带", "光猫", "宽带", ""]) == LEAD + "宽带,光猫。"
    many = prompt_for("zh", [f"词{i}" for i in range(50)])
    assert many.count(",") == MAX_PROMPT_TERMS - 1
    assert prompt_for("en", ["router"]).endswith(" router.")


@pytest.mark.parametrize(("text", "yes"), [("，。", True), (" ?", True), ("", True), ("好，", False), ("5", False)])
def test_is_punctuation(text: str, yes: bool) -> None:
    assert is_punctuation(text) is yes


def test_bare() -> None:
    assert bare(" Hello，世界！ ") == "hello世界"
