"""Generic items: phrases, sequences, timings and their combinations, on short dialogues with near misses."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.call import CallMeta
from models.scorecard import Finding, MatchKind, Verdict
from models.transcript import Role, Transcript
from scoring import Case, ServiceStandard, score_call
from scoring.cases import transcript_of
from tests.unit.small_standard import standard_with

HEAD = "title: 事项\n  dimension: empathy\n  points: 5"


def item(body: str, item_id: str = "it") -> ServiceStandard:
    """The small standard with one more item: `body` is its YAML without the head."""
    lines = "\n".join(f"  {line}" for line in body.strip().splitlines())
    head = HEAD.removesuffix("\n  points: 5") if "deduction:" in body else HEAD
    return standard_with(f"- id: {item_id}\n  {head}\n{lines}\n")


def judged(standard: ServiceStandard, transcript: Transcript, ring_s: float | None = None) -> Finding:
    """The finding on the last item."""
    finding = score_call(transcript, CallMeta("c", ring_s=ring_s), standard, "").findings[-1]
    for proof in finding.evidence:
        assert transcript.utterances[proof.utterance].text[proof.char_start : proof.char_end] == proof.quote
    assert finding.reasons
    return finding


def verdict(standard: ServiceStandard, *turns: str, ring_s: float | None = None) -> str:
    return judged(standard, transcript_of(Case("t", turns, {}), "zh"), ring_s).verdict.value


ANYTHING_ELSE = item("""
criterion: phrase
phrases: [还有其他需要]
look_alikes: [没有还有其他需要]
excused_by: [quotation]
position: {last_turns: 2}
""")


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("agent: 还有其他需要吗？", "customer: 没有了", "agent: 再见"), "met"),
        (("agent: 还有其他需要吗？", "customer: 有", "agent: 您讲", "customer: 网慢", "agent: 再见"), "missed"),
        (("agent: 您好", "customer: 还有其他需要", "agent: 再见"), "missed"),
        (("agent: 他们说还有其他需要", "customer: 嗯", "agent: 再见"), "missed"),
        (("agent: 没有还有其他需要", "customer: 嗯", "agent: 再见"), "missed"),
        (("agent: 还有其它需要吗？", "customer: 没有了", "agent: 再见"), "met"),  # found by sound
        (("agent: 您好", "unknown: 还有其他需要吗", "customer: 没了", "agent: 再见"), "not_evaluated"),
        (("customer: 喂",), "not_evaluated"),
        (("system: 还有其他需要请按一",), "not_evaluated"),
        (("agent: 😀", "customer: hello"), "not_evaluated"),  # no speech of the agent
        (("agent: hello", "customer: 喂"), "not_evaluated"),  # another language
    ],
)
def test_a_phrase_has_a_role_and_a_position(turns: tuple[str, ...], expected: str) -> None:
    assert verdict(ANYTHING_ELSE, *turns) == expected


def test_evidence_is_the_words_or_where_they_were_looked_for() -> None:
    said = judged(ANYTHING_ELSE, transcript_of(Case("t", ("agent 1-3: 请问还有其他需要吗？",), {}), "zh"))
    (proof,) = said.evidence
    assert (proof.quote, proof.kind, proof.match) == ("还有其他需要", "事项", MatchKind.EXACT)
    assert proof.start_s == pytest.approx(1.4, abs=0.1)
    missed = judged(ANYTHING_ELSE, transcript_of(Case("t", ("agent 1-3: 再见。",), {}), "zh"))
    assert [(e.quote, e.kind) for e in missed.evidence] == [("再见", "looked_here")]


COUNTED = {
    "{at_least: 2}": {0: "missed", 1: "missed", 2: "met", 3: "met"},
    "{at_most: 1}": {0: "met", 1: "met", 2: "missed"},
    "{at_least: 1, at_most: 2}": {0: "missed", 1: "met", 2: "met", 3: "missed"},
    "{at_most: 0}": {0: "met", 1: "missed"},
}


@pytest.mark.parametrize("count", COUNTED)
def test_a_phrase_is_counted(count: str) -> None:
    standard = item(f"criterion: phrase\nphrases: [谢谢您]\ncount: {count}")
    for times, expected in COUNTED[count].items():
        assert verdict(standard, "agent: 您好", *["agent: 谢谢您"] * times) == expected


def test_what_must_not_be_said_can_cost_a_deduction() -> None:
    standard = item("criterion: phrase\nphrases: [你去投诉啊]\ncount: {at_most: 0}\ndeduction: -4")
    good = judged(standard, transcript_of(Case("t", ("agent: 您可以投诉",), {}), "zh"))
    assert (good.verdict, good.points, good.max_points) == (Verdict.MET, 0, 0)
    bad = judged(standard, transcript_of(Case("t", ("agent: 那你去投诉啊",), {}), "zh"))
    assert (bad.verdict, bad.points, bad.max_points, bad.needs_review) == (Verdict.VIOLATED, -4, 0, False)
    by_sound = judged(standard, transcript_of(Case("t", ("agent: 那你去投素啊",), {}), "zh"))
    assert (by_sound.verdict, by_sound.needs_review) == (Verdict.VIOLATED, True)
    assert verdict(standard, "agent: 您好", "unknown: 你去投诉啊") == "not_evaluated"


def test_nobody_pays_for_the_silence_of_people_whom_nobody_knows() -> None:
    standard = item("criterion: phrase\nphrases: [谢谢您]\ndeduction: -4")
    assert verdict(standard, "agent: 您好", "customer: 嗯") == "violated"
    assert verdict(standard, "agent: 您好", "unknown: 好") == "not_evaluated"


COMFORT = item("""
criterion: phrase
phrases: [理解您的心情]
trigger: {role: customer, phrases: [我很生气], within_turns: 1}
""")


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("customer: 我很生气", "agent: 理解您的心情"), "met"),
        (("agent: 理解您的心情", "customer: 我很生气", "agent: 请讲"), "missed"),
        (("customer: 我很生气", "agent: 请讲", "customer: 网断了", "agent: 理解您的心情"), "missed"),
        (("customer: 我很生气", "agent: 嗯", "customer: 我很生气", "agent: 理解您的心情"), "met"),
        (("customer: 网断了", "agent: 理解您的心情"), "not_applicable"),
        (("agent: 我很生气", "customer: 啊", "agent: 理解您的心情"), "not_applicable"),
        (("unknown: 我很生气", "agent: 理解您的心情", "customer: 嗯", "agent: 好"), "not_evaluated"),
    ],
)
def test_a_trigger_makes_it_apply_and_only_what_follows_counts(turns: tuple[str, ...], expected: str) -> None:
    assert verdict(COMFORT, *turns) == expected


def test_seconds_need_times() -> None:
    early = item("criterion: phrase\nphrases: [云联通信]\nposition: {first_s: 10}")
    assert verdict(early, "agent 2-4: 云联通信", "customer 5-6: 喂") == "met"
    assert verdict(early, "agent 2-4: 您好", "agent 12-14: 云联通信") == "missed"
    assert verdict(early, "agent: 云联通信", "customer: 喂") == "not_evaluated"
    assert verdict(early, "agent: 您好", "customer: 喂") == "missed"  # said nowhere, whatever the time
    soon = item("criterion: phrase\nphrases: [理解您]\ntrigger: {phrases: [我很生气], within_s: 5}")
    assert verdict(soon, "customer 1-3: 我很生气", "agent 4-5: 理解您") == "met"
    assert verdict(soon, "customer 1-3: 我很生气", "agent 9-10: 理解您") == "missed"
    assert verdict(soon, "customer: 我很生气", "agent: 理解您") == "not_evaluated"


HOLD = item("""
criterion: sequence
partial_share: 0.4
steps:
  - {id: ask, title: 征得同意, phrases: [请稍等]}
  - {id: wait, title: 等待, wait_s: 10, within_turns: 0, anchor: true}
  - {id: thanks, title: 致谢, phrases: [让您久等], within_turns: 1}
""")


@pytest.mark.parametrize(
    ("turns", "expected", "points"),
    [
        (("agent 0-1: 请稍等", "agent 15-16: 让您久等了"), "met", 5),
        (("agent 0-1: 请稍等", "customer 1-2: 好", "agent 15-16: 让您久等了"), "met", 5),
        (("agent 0-1: 请稍等", "customer 1-2: 好", "agent 2-3: 我查", "agent 15-16: 让您久等了"), "partial", 2),
        (("agent 0-1: 请稍等", "agent 15-16: 查到了"), "partial", 2),
        (("agent 0-1: 我查", "agent 15-16: 查到了"), "missed", 0),
        (("agent 0-1: 请稍等", "agent 2-3: 让您久等了"), "not_applicable", 0),
        (
            ("agent 0-1: 请稍等", "agent 15-16: 让您久等了", "customer 17-18: 快点", "agent 18-19: 我看", "agent 40-41: 好了"),
            "missed",
            0,
        ),
        (("agent: 请稍等", "agent: 让您久等了"), "not_evaluated", 0),
        (("agent 0-1: 您好", "unknown 1-2: 请稍等", "agent 2-3: 嗯", "agent 15-16: 让您久等了", "customer 16-17: 好", "agent 17-18: 再见"), "not_evaluated", 0),
    ],
)  # fmt: skip
def test_every_anchor_needs_its_steps_around_it(turns: tuple[str, ...], expected: str, points: float) -> None:
    found = judged(HOLD, transcript_of(Case("t", turns, {}), "zh"))
    assert (found.verdict.value, found.points) == (expected, points)


def test_what_is_missing_is_named() -> None:
    found = judged(HOLD, transcript_of(Case("t", ("agent 0-1: 我查", "agent 15-16: 让您久等了"), {}), "zh"))
    assert "征得同意" in found.reasons[0]
    assert "致谢" not in found.reasons[0]
    assert [e.kind for e in found.evidence] == ["等待", "致谢"]


TALK = ("agent 0-5: 您好今天天气不错我们来看看您的账单吧好不好", "customer 5.2-7: 好的谢谢你帮我看一下")


@pytest.mark.parametrize(
    ("body", "turns", "expected"),
    [
        ("measure: speech_rate\nat_least: 200\nat_most: 320", TALK, "met"),
        ("measure: speech_rate\nat_most: 250", TALK, "missed"),
        ("measure: speech_rate\nrole: customer\nat_least: 320", TALK, "met"),
        ("measure: speech_rate\nat_most: 250", ("agent: 您好", "customer: 嗯"), "not_evaluated"),
        ("measure: talk_share\nat_most: 0.7", TALK, "missed"),
        ("measure: talk_share\nat_most: 0.8", TALK, "met"),
        ("measure: talk_share\nat_most: 0.8", ("agent: 您好", "customer: 嗯"), "not_evaluated"),
        ("measure: dead_air\nover_s: 5", ("agent 0-1: 您好", "customer 3-4: 喂"), "met"),
        ("measure: dead_air\nover_s: 5", ("agent 0-1: 您好", "customer 7-8: 喂"), "missed"),
        ("measure: dead_air\nover_s: 5", ("agent 0-1: 您好", "system 2-6: 音乐", "customer 7-8: 喂"), "met"),
        ("measure: dead_air\nover_s: 5\ncount: {at_most: 1}", ("agent 0-1: 您好", "customer 7-8: 喂"), "met"),
        ("measure: dead_air\nover_s: 5\nexcused_after: [请稍等]", ("agent 0-1: 请稍等", "customer 1-2: 好", "agent 9-10: 喂"), "met"),
        ("measure: dead_air\nover_s: 5\nexcused_after: [请稍等]", ("agent 0-1: 我查", "customer 1-2: 请稍等", "agent 9-10: 喂"), "missed"),
        ("measure: dead_air\nover_s: 5", ("agent: 您好", "customer: 喂"), "not_evaluated"),
        ("measure: dead_air\nover_s: 5\ntrigger: {phrases: [快一点]}", ("agent 0-1: 您好", "customer 7-8: 快一点", "agent 8-9: 好"), "met"),
        ("measure: dead_air\nover_s: 5\ntrigger: {phrases: [快一点]}", ("customer 7-8: 快一点", "agent 14-15: 好的"), "missed"),
        ("measure: interruption\nover_s: 1", ("customer 0-6: 我的网断了已经好几天了", "agent 3-5: 您先听我把话说完"), "missed"),
        ("measure: interruption\nover_s: 1", ("customer 0-6: 我的网断了已经好几天了", "agent 3-5: 嗯嗯好的"), "met"),
        ("measure: interruption\nover_s: 1\nrole: customer", ("customer 0-6: 我的网断了已经好几天了", "agent 3-5: 您先听我把话说完"), "met"),
        ("measure: wait\nover_s: 10", ("agent 0-1: 请稍等", "agent 15-16: 好了"), "missed"),
        ("measure: wait\nover_s: 10\ncount: {at_most: 1}", ("agent 0-1: 请稍等", "agent 15-16: 好了"), "met"),
        ("measure: wait\nover_s: 10", ("agent: 请稍等", "agent: 好了"), "not_evaluated"),
    ],
)  # fmt: skip
def test_what_is_measured(body: str, turns: tuple[str, ...], expected: str) -> None:
    assert verdict(item(f"criterion: timing\n{body}"), *turns) == expected


@pytest.mark.parametrize(
    ("ring_s", "expected"), [(6.0, "met"), (20.0, "met"), (20.1, "missed"), (None, "not_evaluated")]
)
def test_ringing(ring_s: float | None, expected: str) -> None:
    standard = item("criterion: timing\nmeasure: ring\nat_most: 20")
    assert verdict(standard, "agent: 您好", "unknown: 嗯", ring_s=ring_s) == expected


COMPLAINT = item("""
criterion: combined
partial_share: 0.5
trigger: {phrases: [我要投诉]}
all:
  - {kind: phrase, title: 受理, phrases: [给您登记]}
  - not: {kind: phrase, title: 推诿, phrases: [随便你投诉]}
  - any:
      - {kind: phrase, title: 时限, phrases: [<数>小时内]}
      - {kind: phrase, title: 单号, phrases: [工单号是]}
""")


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("customer: 我要投诉", "agent: 给您登记，24小时内答复"), "met"),
        (("customer: 我要投诉", "agent: 给您登记，工单号是三"), "met"),
        (("customer: 我要投诉", "agent: 给您登记"), "partial"),
        (("customer: 我要投诉", "agent: 给您登记，24小时内，随便你投诉"), "partial"),
        (("agent: 给您登记，24小时内", "customer: 我要投诉", "agent: 嗯"), "partial"),  # only the forbidden words fit
        (("customer: 我要办宽带", "agent: 随便你投诉"), "not_applicable"),
    ],
)
def test_checks_combine(turns: tuple[str, ...], expected: str) -> None:
    assert verdict(COMPLAINT, *turns) == expected


A, B = "{kind: phrase, title: 甲, phrases: [你好啊]}", "{kind: phrase, title: 乙, phrases: [再见啦]}"
TURNS = st.lists(
    st.tuples(st.sampled_from(["agent", "customer", "unknown"]), st.sampled_from(["你好啊", "再见啦", "请讲"])),
    min_size=1,
    max_size=6,
)
ANY_OF = item(f"criterion: combined\nany: [{A}, {B}]")
NOT_ALL_NOT = item(f"criterion: combined\nnot: {{all: [{{not: {A}}}, {{not: {B}}}]}}")
PLAIN = item("criterion: phrase\nphrases: [你好啊]")
TWICE_NOT = item(f"criterion: combined\nnot: {{not: {A}}}")


@given(TURNS)
def test_the_logic_keeps_its_laws(turns: list[tuple[str, str]]) -> None:
    said = [f"{role}: {text}" for role, text in turns]
    assert verdict(ANY_OF, *said) == verdict(NOT_ALL_NOT, *said)
    assert verdict(PLAIN, *said) == verdict(TWICE_NOT, *said)


@given(TURNS)
def test_learning_who_spoke_never_turns_a_verdict_round(turns: list[tuple[str, str]]) -> None:
    """What is said of a call with unknown speakers stays true whoever they turn out to be."""
    said = [f"{role}: {text}" for role, text in turns]
    before = verdict(PLAIN, *said)
    hidden = [i for i, (role, _) in enumerate(turns) if role == "unknown"]
    for roles in product(["agent", "customer"], repeat=len(hidden)):
        known = list(turns)
        for i, role in zip(hidden, roles, strict=True):
            known[i] = (role, turns[i][1])
        after = verdict(PLAIN, *(f"{role}: {text}" for role, text in known))
        assert before in (after, "not_evaluated") or after == "not_evaluated"


STEPS = ("甲子丑", "乙寅卯", "丙辰巳")
FREE = item("""
criterion: sequence
steps:
  - {id: a, title: 甲, phrases: [甲子丑]}
  - {id: b, title: 乙, phrases: [乙寅卯], within_turns: 1}
  - {id: c, title: 丙, phrases: [丙辰巳], within_turns: 2}
""")
ANCHORED = item("""
criterion: sequence
steps:
  - {id: a, title: 甲, phrases: [甲子丑]}
  - {id: b, title: 乙, phrases: [乙寅卯], within_turns: 1}
  - {id: c, title: 丙, phrases: [丙辰巳], within_turns: 2, anchor: true}
""")


@given(st.lists(st.sampled_from([*STEPS, "", "客气"]), min_size=1, max_size=12))
def test_sequences_agree_with_trying_every_choice(said: list[str]) -> None:
    """Every utterance of the agent is a turn of its own here: the customer hums in between."""
    turns = [line for text in said for line in (f"agent: {text or '请讲'}", "customer: 好")]
    places = {step: [i for i, text in enumerate(said) if text == step] for step in STEPS}
    chains = {
        c for a, b, c in product(*(places[step] for step in STEPS)) if a < b < c and b - a <= 1 and c - b <= 2
    }  # fmt: skip
    assert verdict(FREE, *turns) == ("met" if chains else "missed")
    if places[STEPS[2]]:
        assert verdict(ANCHORED, *turns) == ("met" if chains == set(places[STEPS[2]]) else "missed")
    else:
        assert verdict(ANCHORED, *turns) == "not_applicable"


def test_ten_thousand_utterances_are_no_trouble() -> None:
    everything = standard_with("""
- {id: a, title: 甲, dimension: empathy, points: 5, criterion: phrase, phrases: [请稍等], count: {at_least: 2}, trigger: {phrases: [喂], within_turns: 3}}
- id: b
  title: 乙
  dimension: empathy
  points: 5
  criterion: sequence
  steps:
    - {id: ask, title: 问, phrases: [请稍等]}
    - {id: wait, title: 等, wait_s: 3, within_turns: 1, anchor: true}
    - {id: thanks, title: 谢, phrases: [请稍等], within_turns: 1}
- {id: c, title: 丙, dimension: empathy, points: 5, criterion: timing, measure: dead_air, over_s: 3, excused_after: [请稍等]}
- {id: d, title: 丁, dimension: empathy, points: 5, criterion: timing, measure: speech_rate, at_most: 300}
""")
    turns = tuple(
        f"{('agent', 'customer')[i % 2]} {8 * i}-{8 * i + 1}: {('请稍等', '喂')[i % 2]}" for i in range(10_000)
    )
    card = score_call(transcript_of(Case("t", turns, {}), "zh"), CallMeta("c"), everything, "")
    assert {f.item_id: f.verdict.value for f in card.findings[4:]} == {
        "a": "met",
        "b": "missed",
        "c": "met",
        "d": "met",
    }


def test_mono_recordings_are_not_measured_for_interruptions() -> None:
    standard = item("criterion: timing\nmeasure: interruption\nover_s: 1")
    transcript = transcript_of(Case("t", ("customer 0-6: 我的网断了", "agent 3-5: 您先听我说完"), {}), "zh")
    mono = replace(transcript, role_basis="speakers:greeting")
    assert judged(standard, mono).verdict is Verdict.NOT_EVALUATED
    nobody = replace(transcript, speech=tuple(replace(s, role=Role.UNKNOWN) for s in transcript.speech))
    assert judged(standard, nobody).verdict is Verdict.NOT_EVALUATED
