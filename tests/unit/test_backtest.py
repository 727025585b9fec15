"""Back-tests: what is counted, in whatever order and in however many parts, and what the page makes of it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.classifiers import classifiers_in_use
from callqa.reports.backtest import BacktestReport, backtest_to_json, build_backtest_report
from callqa.reports.backtest_tally import SAMPLE, Tally, chosen
from callqa.reports.figures import wilson
from callqa.reports.formats import signed
from callqa.reports.render import render_backtest
from models.call import UNASSIGNED_AGENT, CallMeta
from models.scorecard import Verdict
from scoring import Case, ServiceStandard, load_standard, score_call
from scoring.cases import transcript_of
from scoring.compare import Comparison
from scoring.grade import grade
from tests import factories
from tests.unit.report_html import read_html
from tests.unit.small_standard import SMALL, with_items

QUESTION = "- {id: anything_else, title: 挂机前询问, dimension: empathy, points: 5, criterion: phrase, phrases: [还有其他需要]}\n"
EXCUSED = """
- id: no_refusal
  title: 不推
  dimension: empathy
  deduction: -3
  criterion: combined
  not: {any: [{kind: phrase, title: 推, phrases: [不归我管], excused_by: [quotation]}, {kind: phrase, title: 难, phrases: [没办法]}]}
"""
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
OLD = load_standard(SMALL, "old")
CLASSIFIERS = classifiers_in_use(Path("no such folder"))
"""The one that comes with callqa."""
EDITS = {
    "a new generic item": with_items(QUESTION),
    "a generic item that context excuses": with_items(EXCUSED),
    "a generic item gone": SMALL,
    "points": SMALL.replace("points: 20", "points: 30"),
    "a phrase": SMALL.replace("phrases: [不归我管]", "phrases: [没办法]"),
    "severity": SMALL.replace("severity: hard", "severity: fatal"),
    "an apology less, which a commitment leans on": SMALL.replace("phrases: [断网]", "phrases: [掉线]"),
    "context": SMALL.replace("reach: 8", "reach: 0"),
    "fillers": SMALL.replace("fillers: [嗯, 呃]", "fillers: [嗯, 呃, 管]"),
    "promises": SMALL.replace("our_side: [我们, 我]", "our_side: [咱们]"),
    "bands": SMALL.replace("{name: 合格, at_least: 60}", "{name: 合格, at_least: 40}"),
    "order": re.sub(r"(?s)(  - id: greeting.*?)(  - id: apology.*?)(?=  - id: commitment)", r"\2\1", SMALL),
    "nothing": SMALL.replace("首个版本。", "改了说明。"),
}
SAID = ("您好，工号8026，很高兴为您服务", "他们说不归我管", "不归我管", "没办法", "非常抱歉", "我们24小时内回电",
        "我家断网了", "还有其他需要吗", "什么时候", "掉线了", "好")  # fmt: skip
CALLS = st.lists(
    st.tuples(st.sampled_from(["agent", "agent", "customer", "unknown"]), st.sampled_from(SAID)), min_size=1, max_size=8
)


@cache
def edited(edit: str) -> tuple[ServiceStandard, ServiceStandard, Comparison]:
    """The standards before and after an edit, and what compares them."""
    old = load_standard(with_items(QUESTION) if edit == "a generic item gone" else SMALL, "old")
    new = load_standard(EDITS[edit], "new")
    return old, new, Comparison(old, new, CLASSIFIERS)


@pytest.mark.parametrize("edit", EDITS)
@given(turns=CALLS)
def test_what_is_worked_out_once_is_what_both_standards_say(edit: str, turns: list[tuple[str, str]]) -> None:
    old, new, comparison = edited(edit)
    case = Case("t", tuple(f"{role}: {text}" for role, text in turns), {})
    transcript, meta = transcript_of(case, "zh"), CallMeta("c")
    for judged, standard in zip(comparison.judge(transcript, meta), (old, new), strict=True):
        findings = score_call(transcript, meta, standard, "", CLASSIFIERS["zh"]).findings
        assert judged.findings == findings
        assert judged.grade == grade(findings, standard)


Told = tuple[CallMeta, tuple[str, ...], dict[str, Verdict]]
"""A call: what is known of it, what was said, and what people said of it."""


def tally_of(calls: Sequence[Told], new: str) -> Tally:
    comparison, tally = Comparison(OLD, load_standard(new, "new"), CLASSIFIERS), Tally()
    for meta, turns, reviews in calls:
        before, after = comparison.judge(transcript_of(Case("t", turns, {}), "zh"), meta)
        tally.add(meta, before, after, reviews)
    return tally


def some_calls(n: int) -> list[Told]:
    rnd = random.Random(3)
    out: list[Told] = []
    for i in range(n):
        agent = UNASSIGNED_AGENT if i % 11 == 0 else f"A{i % 4}"
        meta = CallMeta(f"C{i:03d}", agent, f"名{i % 3}", None if i % 7 == 0 else f"{i % 2}班", started_at=NOW)
        turns = tuple(f"{rnd.choice(['agent', 'customer'])}: {rnd.choice(SAID)}" for _ in range(6))
        person = rnd.choice([Verdict.MET, Verdict.VIOLATED, Verdict.NOT_EVALUATED])
        out.append((meta, turns, {"prohibited": person} if i % 2 else {}))
    return out


NEW = with_items(QUESTION).replace("phrases: [不归我管]", "phrases: [没办法]")


def report_of(tally: Tally, new: str = NEW, language: str = "zh") -> BacktestReport:
    return build_backtest_report(
        tally, OLD, load_standard(new, "new"), since=date(2026, 10, 27), days=30, undated=2, language=language,
        time_zone="Asia/Shanghai", generated_at=NOW,
    )  # fmt: skip


def test_parts_in_any_order_add_up_to_the_whole() -> None:
    calls = some_calls(120)
    whole = report_of(tally_of(calls, NEW))
    for seed in range(3):
        shuffled = list(calls)
        random.Random(seed).shuffle(shuffled)
        total = Tally()
        for start in range(0, len(shuffled), 17):
            total.merge(tally_of(shuffled[start : start + 17], NEW))
        assert report_of(total) == whole
        assert render_backtest(report_of(total)) == render_backtest(whole)


def test_figures_are_those_of_the_calls() -> None:
    meta = factories.meta()
    calls: list[Told] = [
        (replace(meta, call_id="1"), ("agent: 不归我管", "customer: 好"), {"prohibited": Verdict.VIOLATED}),
        (replace(meta, call_id="2"), ("agent: 不归我管", "customer: 好"), {"prohibited": Verdict.MET}),
        (replace(meta, call_id="3"), ("agent: 没办法", "customer: 好"), {"prohibited": Verdict.VIOLATED}),
        (replace(meta, call_id="4"), ("agent: 好的", "customer: 好"), {"prohibited": Verdict.NOT_EVALUATED}),
        (replace(meta, call_id="5"), ("agent: 好的", "customer: 好"), {}),
    ]
    report = report_of(tally_of(calls, NEW))
    prohibited = next(item for item in report.items if item.item_id == "prohibited")
    assert [(str(f.before), str(f.after), f.calls) for f in prohibited.flips] == [
        ("violated", "met", 2),
        ("met", "violated", 1),
    ]
    assert prohibited.reviewed == 3
    assert prohibited.accuracy_before is not None
    assert prohibited.accuracy_after is not None
    assert (prohibited.accuracy_before.precision.hits, prohibited.accuracy_before.precision.n) == (1, 2)
    assert (prohibited.accuracy_before.recall.hits, prohibited.accuracy_before.recall.n) == (1, 2)
    assert (prohibited.accuracy_after.precision.hits, prohibited.accuracy_after.precision.n) == (1, 1)
    assert (prohibited.accuracy_after.agreement.hits, prohibited.accuracy_after.agreement.n) == (2, 3)
    added = next(item for item in report.items if item.item_id == "anything_else")
    assert added.before is None
    assert added.after is not None
    assert added.after.counts[list(Verdict).index(Verdict.MISSED)] == 5
    (team,) = report.teams
    (agent,) = report.agents
    assert (team.key, agent.key, agent.team, agent.calls) == ("T1", "A17", "T1", 5)
    assert agent.faults_before == 7  # five greetings and two refusals
    assert agent.mean_before is not None
    assert agent.mean_after is not None
    assert agent.change is not None
    assert agent.change == pytest.approx(agent.mean_after - agent.mean_before)
    assert agent.low is not None
    assert agent.high is not None
    assert agent.low <= agent.change <= agent.high


def test_few_calls_get_no_interval_and_unscored_ones_no_mean() -> None:
    few = report_of(tally_of([(factories.meta(), ("agent: 好的", "customer: 好"), {})], NEW)).overall
    assert (few.scored, few.low, few.high) == (1, None, None)
    silent = report_of(tally_of([(factories.meta(), ("customer: 好",), {})], NEW)).overall
    assert (silent.calls, silent.scored, silent.mean_before, silent.change) == (1, 0, None, None)


def test_twenty_flipped_calls_take_turns_by_kind_and_carry_their_quotes() -> None:
    meta = factories.meta()
    common: list[Told] = [(replace(meta, call_id=f"A{i}"), ("agent: 不归我管", "customer: 好"), {}) for i in range(60)]
    rare: list[Told] = [(replace(meta, call_id="B"), ("agent: 没办法", "customer: 好"), {})]
    changed = SMALL.replace("phrases: [不归我管]", "phrases: [没办法]")
    tally = tally_of(common + rare, changed)
    shown = report_of(tally, changed).flipped
    assert len(shown) == SAMPLE == len(chosen(tally))
    assert "B" in {call.call_id for call in shown}
    first = next(call for call in shown if call.call_id == "B")
    assert [e.quote for e in first.after.quotes] == ["没办法"]
    assert first.before.verdict is Verdict.MET
    other = next(call for call in shown if call.call_id != "B")
    assert [e.quote for e in other.before.quotes] == ["不归我管"]
    assert other.before.reason
    assert all(len(calls) <= SAMPLE for calls in tally.samples.values())


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: Wilson's score interval.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_the_published_ones(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@given(st.integers(0, 400), st.integers(0, 400))
def test_wilson_holds_its_share(hits: int, more: int) -> None:
    found = wilson(hits, hits + more)
    if found.share is None:
        assert (hits, more, found.low, found.high) == (0, 0, None, None)
    else:
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= found.share + 1e-12
        assert found.share - 1e-12 <= found.high <= 1


@pytest.mark.parametrize(("value", "text"), [(0.04, "0.0"), (-0.04, "0.0"), (1.25, "+1.2"), (-3.0, "−3.0")])
def test_changes_carry_their_sign(value: float, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_whole_and_asks_for_nothing_outside(language: str) -> None:
    nights: list[list[Told]] = [some_calls(60), [], [(factories.meta(), ("customer: 好",), {})]]
    for calls in nights:
        page = read_html(render_backtest(report_of(tally_of(calls, NEW), language=language)))
        assert page.one("html").attributes["lang"] == {"zh": "zh-CN", "en": "en"}[language]
        assert {e.tag for e in page.all()}.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
        ids = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
        assert len(ids) == len(set(ids))
        assert {e.attributes["href"].removeprefix("#") for e in page.all("a")} <= set(ids)
        for table in page.all("table"):
            columns = len(list(table.one("thead").all("th")))
            assert all(
                len([c for c in row.children if not isinstance(c, str)]) == columns
                for row in table.one("tbody").all("tr")
            )
    assert "挂机前询问" in page.text


def test_hostile_text_stays_text() -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e"
    meta = CallMeta(hostile, hostile, hostile, hostile, started_at=NOW)
    page = render_backtest(report_of(tally_of([(meta, ("agent: 不归我管", f"customer: {hostile}"), {})], NEW)))
    assert "<img" not in page
    assert "\u202e" not in page
    assert "&lt;img" in page


def test_json_says_all_that_the_page_says() -> None:
    report = report_of(tally_of(some_calls(60), NEW))
    document = json.loads(json.dumps(backtest_to_json(report), allow_nan=False))
    assert document["new"]["id"] == "small-zh"
    assert document["flips"] == report.flips == sum(item["flipped"] for item in document["items"])
    prohibited = next(item for item in document["items"] if item["item_id"] == "prohibited")
    assert set(prohibited["before"]) == {verdict.value for verdict in Verdict}
    assert sum(prohibited["before"].values()) == 60
    assert {"precision", "recall", "agreement"} == set(prohibited["accuracy_after"])
    assert [a["key"] for a in document["agents"]] == ["A0", "A1", "A2", "A3", "unassigned"]
    assert len(document["flipped"]) == SAMPLE
    assert document["flipped"][0]["before"].keys() == {"verdict", "reason", "quotes", "total"}
    assert document["since"] == "2026-10-27"
