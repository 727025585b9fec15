"""Who is the agent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asr.cues import agent_score, announces
from asr.roles import Casting, Known, after_swap, cast
from asr.speech import Span
from asr.utterances import Turn
from asr.words import SpokenWord
from models.call import Direction
from models.transcript import Role

AGENT, CUSTOMER, SYSTEM, UNKNOWN = Role.AGENT, Role.CUSTOMER, Role.SYSTEM, Role.UNKNOWN


def dialogue(*said: tuple[int, str], gap_s: float = 0.6) -> list[Turn]:
    """Turns of (channel, text), one after the other."""
    found: list[Turn] = []
    clock_s = 0.0
    for channel, text in said:
        end_s = clock_s + 0.2 * len(text)
        found.append(Turn(channel, (SpokenWord(channel, text[:-1], text[-1], False, clock_s, end_s, 0.9),)))
        clock_s = end_s + gap_s
    return found


def roles_of(
    turns: list[Turn],
    known: Known | None = None,
    rings: tuple[Span, ...] = (),
    direction: Direction | None = None,
    language: str = "zh",
    channels: tuple[int, ...] = (0, 1),
    distance: float | None = None,
) -> Casting:
    return cast(turns, channels, known, rings, direction, language, distance)


ORDINARY = dialogue(
    (0, "您好，云联通信客户服务，工号8026，请问有什么可以帮您？"),
    (1, "我家的宽带断了，你们什么时候能来修？"),
    (0, "非常抱歉，我马上帮您登记，请稍等。"),
    (1, "行吧。"),
    (0, "还有其他可以帮您的吗？祝您生活愉快，再见。"),
)
SWAPPED = [Turn(1 - turn.channel, turn.words) for turn in ORDINARY]


@pytest.mark.parametrize(("turns", "agent"), [(ORDINARY, 0), (SWAPPED, 1)])
def test_the_greeting_tells_the_channels_apart(turns: list[Turn], agent: int) -> None:
    casting = roles_of(turns)
    assert casting.basis == "channel:greeting"
    assert casting.confidence > 0.9
    assert casting.channels == {agent: AGENT, 1 - agent: CUSTOMER}
    assert casting.turns == (AGENT, CUSTOMER, AGENT, CUSTOMER, AGENT)


def test_setting_and_metadata_decide_before_words_do() -> None:
    known = Known((CUSTOMER, AGENT), "metadata")
    casting = roles_of(SWAPPED, known)
    assert (casting.basis, casting.channels) == ("metadata", {0: CUSTOMER, 1: AGENT})
    assert casting.confidence > 0.95


def test_metadata_that_the_words_contradict_is_kept_but_doubted() -> None:
    casting = roles_of(ORDINARY, Known((CUSTOMER, AGENT), "metadata"))
    assert casting.basis == "metadata:contradicted"
    assert casting.confidence < 0.7
    assert casting.channels == {0: CUSTOMER, 1: AGENT}


def test_without_a_clue_nobody_is_guessed() -> None:
    casting = roles_of(dialogue((0, "嗯。"), (1, "啊。"), (0, "哦。")))
    assert set(casting.turns) == {UNKNOWN}
    assert casting.basis == "none"


def test_who_is_called_picks_up() -> None:
    bare = dialogue((0, "喂。"), (1, "你说什么。"), (0, "没什么。"))
    assert roles_of(bare, direction=Direction.INBOUND).channels[0] is AGENT
    assert roles_of(bare, direction=Direction.OUTBOUND).channels[0] is CUSTOMER


def test_nobody_speaks() -> None:
    casting = roles_of([])
    assert (casting.turns, casting.basis, casting.confidence) == ((), "none", 0.0)


def test_announcements_are_the_systems_on_whichever_channel() -> None:
    casting = roles_of(
        [
            *dialogue(
                (0, "欢迎致电云联通信，话费查询请按一，人工服务请按零。"),
                (0, "正在为您转接，您的通话可能会被录音。"),
            ),
            *[
                Turn(t.channel, tuple(SpokenWord(t.channel, w.text, w.tail, False, w.start_s + 30, w.end_s + 30, 0.9) for w in t.words))
                for t in ORDINARY
            ],
        ]
    )  # fmt: skip
    assert casting.turns == (SYSTEM, SYSTEM, AGENT, CUSTOMER, AGENT, CUSTOMER, AGENT)


@pytest.mark.parametrize(
    ("distance", "confidence", "basis"), [(1.0, 0.92, "speakers:greeting"), (0.6, 0.8, "speakers:greeting"), (0.3, 0.65, "none")]
)  # fmt: skip
def test_speakers_on_one_channel_are_as_sure_as_they_are_far_apart(
    distance: float, confidence: float, basis: str
) -> None:
    casting = roles_of(ORDINARY, distance=distance)
    assert casting.confidence == pytest.approx(confidence, abs=0.01)
    assert casting.basis == basis
    assert casting.turns == ((AGENT, CUSTOMER, AGENT, CUSTOMER, AGENT) if basis != "none" else (UNKNOWN,) * 5)


@pytest.mark.parametrize(
    ("what", "third", "role"),
    [
        ("passed on to a colleague", "您好，技术专席，请问您的账号是多少？我帮您查一下。", AGENT),
        ("somebody beside the customer", "你们怎么又来了？我要投诉。", CUSTOMER),
        ("nobody knows", "今天下雨了。", UNKNOWN),
    ],
)
def test_a_third_speaker(what: str, third: str, role: Role) -> None:
    turns = [*ORDINARY, *[Turn(2, t.words) for t in dialogue((2, third))]]
    casting = roles_of(turns, channels=(0, 1, 2), distance=1.0)
    assert casting.channels == {0: AGENT, 1: CUSTOMER, 2: role}, what


def test_a_voice_that_mostly_announces_is_a_machine_in_all_it_says() -> None:
    machine = dialogue((2, "欢迎致电云联通信，话费查询请按一，人工服务请按零。"), (2, "本月有优惠。"))
    people = [
        Turn(t.channel, tuple(replace(w, start_s=w.start_s + 30, end_s=w.end_s + 30) for w in t.words))
        for t in ORDINARY
    ]
    casting = roles_of([*machine, *people], channels=(0, 1, 2), distance=1.0)
    assert casting.turns == (SYSTEM, SYSTEM, AGENT, CUSTOMER, AGENT, CUSTOMER, AGENT)


def test_one_voice_without_clues_is_unknown() -> None:
    casting = roles_of(dialogue(*[(0, "今天天气不错。")] * 12), channels=(0,))
    assert (set(casting.turns), casting.basis) == ({UNKNOWN}, "none")
    assert casting.confidence <= 0.5


def test_one_voice_that_says_what_both_parties_say_is_nobodys() -> None:
    casting = roles_of([Turn(0, turn.words) for turn in ORDINARY], channels=(0,))
    assert (set(casting.turns), casting.basis) == ({UNKNOWN}, "none")


@pytest.mark.parametrize(
    ("channel", "channels", "role", "basis", "most"),
    [
        (0, (0, 1), AGENT, "channel:greeting", 0.85),
        (1, (0, 1), CUSTOMER, "channel:wording", 0.85),
        (0, (0,), AGENT, "speakers:greeting", 0.74),
    ],
)
def test_a_side_that_never_speaks_leaves_the_other_to_its_words(
    channel: int, channels: tuple[int, ...], role: Role, basis: str, most: float
) -> None:
    casting = roles_of([turn for turn in ORDINARY if turn.channel == channel], channels=channels)
    assert (set(casting.turns), casting.basis) == ({role}, basis)
    assert casting.confidence <= most


@pytest.mark.parametrize(
    ("known", "basis"), [(None, "channel:swapped"), (Known((AGENT, CUSTOMER), "metadata"), "metadata:swapped")]
)
def test_a_swap_is_said_and_doubted(known: Known | None, basis: str) -> None:
    casting = after_swap(roles_of(ORDINARY, known))
    assert (casting.basis, casting.confidence) == (basis, 0.8)


def test_where_nothing_is_known_a_swap_changes_nothing() -> None:
    unknown = roles_of(dialogue((0, "嗯。"), (1, "啊。")))
    assert after_swap(unknown) == unknown


def test_english() -> None:
    casting = roles_of(
        dialogue(
            (1, "Thank you for calling, my name is Ann, how can I help you?"),
            (0, "Hi, I'd like to know why is my bill so high?"),
            (1, "I apologize for the trouble, let me check that for you."),
            (1, "Is there anything else? Have a great day."),
        ),
        language="en",
    )
    assert casting.channels == {0: CUSTOMER, 1: AGENT}


def test_a_person_who_talks_of_keys_and_transfers_is_no_machine() -> None:
    casting = roles_of(
        dialogue(
            (0, "您好，云联通信为您服务，请问有什么可以帮您？"),
            (1, "电视进不去，屏幕上说请按1。"),
            (0, "您请按1再按确定，我按键给您减点费用。"),
            (0, "正在为您转接专席，请稍等。"),
            (0, "请对本次服务进行评价。"),
        )
    )
    assert casting.turns == (AGENT, CUSTOMER, AGENT, AGENT, SYSTEM)


def test_whatever_is_said_between_announcement_and_ringback_is_recorded() -> None:
    turns = dialogue((0, "欢迎致电云联通信。"), (0, "本月有优惠。"), (0, "您好，工号8026为您服务。"))
    rings = (Span(turns[1].end_s + 0.2, turns[1].end_s + 0.4),)
    assert roles_of(turns, rings=rings).turns == (SYSTEM, SYSTEM, AGENT)
    assert roles_of(turns).turns == (SYSTEM, AGENT, AGENT)


@pytest.mark.parametrize(
    ("text", "language", "at_first", "later"),
    [
        ("欢迎致电云联通信，话费查询请按一，故障报修请按二。", "zh", True, False),
        ("正在为您转接，您的通话可能会被录音。", "zh", True, False),
        ("您拨打的用户正忙，请稍后再拨。", "zh", True, True),
        ("请对本次服务进行评价，满意请按一。", "zh", True, True),
        ("您好，欢迎您，请问有什么可以帮您？", "zh", False, False),
        ("我刚才按了一个键就断了。", "zh", False, False),
        ("我按键给您减点费用。", "zh", False, False),
        ("我可以申请调听当时的录音。", "zh", False, False),
        ("For billing, press one.", "en", True, False),
        ("This call may be recorded for quality.", "en", True, False),
        ("Did you press the reset button?", "en", False, False),
        ("您好欢迎制电海棠通信，业务自助请按议，人工客服请按旧。", "zh", True, False),
        ("您好，欢迎致电海棠通信，请问有什么可以帮您？", "zh", False, False),
        ("欢迎致电海棠通信，工号三零二为您服务。", "zh", False, False),
        ("您要投诉的话请按流程来。", "zh", False, False),
    ],
)
def test_announcements(text: str, language: str, at_first: bool, later: bool) -> None:
    assert announces(text, language, greeted=False) is at_first
    assert announces(text, language, greeted=True) is later


@pytest.mark.parametrize(
    ("text", "sounds_like"),
    [
        ("您好，工号8026，为您服务。", AGENT),
        ("麻烦您报一下身份证号码。", AGENT),
        ("祝您生活愉快，再见。", AGENT),
        ("你工号多少？我要投诉你。", CUSTOMER),
        ("你们怎么还没来修？", CUSTOMER),
        ("我想查一下话费。", CUSTOMER),
        ("今天下雨了。", None),
        ("", None),
    ],
)
def test_wording(text: str, sounds_like: Role | None) -> None:
    score = agent_score(text, "zh")
    assert (AGENT if score > 0 else CUSTOMER if score < 0 else None) is sounds_like
