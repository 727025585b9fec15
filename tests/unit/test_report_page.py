"""The page as written: whole, safe against hostile text, and saying what there is to say."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise

import pytest

from callqa.reports import context
from callqa.reports.build import build_run_report
from callqa.reports.render import OPEN_CARDS, PRINTED_CALLS, render_run_report
from models.errors import ReasonCode
from models.run import RunStatus, RunView
from scoring.rates import Rate, Rates
from tests.unit import report_calls
from tests.unit import report_night as night
from tests.unit.report_html import Element, read_html
from tests.unit.report_pages import page

CJK = re.compile("[\u4e00-\u9fff]")


@cache
def night_page(language: str = "zh") -> Element:
    return read_html(page(night.night(), language))


def card_of(call_id: str) -> Element:
    return next(card for card in night_page().all("details", "call") if card.one("h3").text == call_id)


@pytest.mark.parametrize(
    "view",
    [
        night.night(),
        night.view_of([], RunStatus.COMPLETED),
        night.view_of([], RunStatus.RUNNING),
        night.view_of([], RunStatus.FAILED),
        night.view_of(night.quarantined_files()),
        night.view_of([night.waiting()]),
        night.view_of([night.unscored_call()]),
    ],
    ids=["night", "empty", "running", "failed", "all quarantined", "only waiting", "only unscored"],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_run_makes_a_whole_page(view: RunView, language: str) -> None:
    document = read_html(page(view, language))

    assert document.one("html").attributes["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    levels = [int(e.tag[1]) for e in document.all() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_asks_for_nothing_outside_itself() -> None:
    document = night_page()

    assert {e.tag for e in document.all()}.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
    for element in document.all():
        assert not any(name.startswith("on") or name in {"src", "style", "srcset"} for name in element.attributes)
        assert element.attributes.get("href", "#").startswith("#")
    style = document.one("style").text
    assert "url(" not in style
    assert "@import" not in style
    policy = next(e for e in document.all("meta") if e.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none'; style-src 'sha256-")


def test_every_link_leads_to_a_place_on_the_page() -> None:
    ids = [e.attributes["id"] for e in night_page().all() if "id" in e.attributes]

    assert len(ids) == len(set(ids))
    assert {e.attributes["href"].removeprefix("#") for e in night_page().all("a")} <= set(ids)


def test_tables_name_their_columns_and_rows() -> None:
    for table in night_page().all("table"):
        headers = list(table.one("thead").all("th"))
        assert all(header.attributes["scope"] == "col" for header in headers)
        for row in table.one("tbody").all("tr"):
            cells = [cell for cell in row.children if isinstance(cell, Element)]
            assert len(cells) == len(headers)
            assert cells[0].attributes["scope"] == "row"


def test_hostile_file_names_are_shown_whole_and_harmless() -> None:
    shown = [item.text for names in night_page().by_id("files").all("ul", "names") for item in names.all("li")]

    for name in (
        "quote'\"`$(touch x);&.wav",
        "line⟨U+000A⟩break.wav",
        "emoji😀.WAV",
        "<script>alert('x')</script>.wav",
        "⟨U+0020⟩lead and trail .wav⟨U+0020⟩",
        "percent%20%2e%2e%2f.wav",
        "right⟨U+202E⟩to left.wav",
        night.LONG_NAME,
    ):
        assert name in shown


@pytest.mark.parametrize("field", ["call_id", "agent_id", "agent_name", "team", "quote", "reason", "title", "band"])
def test_hostile_text_stays_text_wherever_it_comes_from(field: str) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e\"'&amp;\x00"
    agent = ["A1", "林晓舟", "一班"]
    if field in ("agent_id", "agent_name", "team"):
        agent[("agent_id", "agent_name", "team").index(field)] = hostile
    words = hostile if field == "quote" else "您好"
    item = report_calls.Item(
        "greeting",
        hostile if field == "title" else "开头语",
        report_calls.M,
        10,
        10,
        hostile if field == "reason" else "理由",
        ((0, words, "salutation"),),
    )
    call = report_calls.call(
        hostile if field == "call_id" else "C1",
        (("agent", words),),
        (item,),
        90.0,
        band=hostile if field == "band" else "优秀",
        agent=(agent[0], agent[1], agent[2]),
        promises=(report_calls.Said(0, words, "callback"),),
    )

    html = page(night.view_of([call]))
    document = read_html(html)

    assert not list(document.all("img"))
    assert "\u202e" not in html
    assert "\x00" not in html
    assert "<img src=x onerror=alert(1)>⟨U+202E⟩\"'&amp;⟨U+0000⟩" in document.text


@pytest.mark.parametrize("reason", ReasonCode)
def test_each_quarantine_reason_says_what_to_do(reason: ReasonCode) -> None:
    document = read_html(page(night.view_of([night.quarantined("x.wav", reason, "the details")])))

    group = document.one("div", "group")
    assert CJK.search(group.one("h3").text)
    assert "怎么办：" in group.text
    assert "详情：the details" in group.text


def test_evidence_is_marked_at_its_words_and_numbered_like_the_quotes() -> None:
    card = card_of("TEL-20261120-0009")

    marked = [mark.text for mark in card.one("ol", "turns").all("mark")]
    assert marked == [
        "您好",
        "云联通信",
        "请问有什么可以帮您",
        "不好意思",
        "这个不归我们管",
        "您打营业厅问问吧",
        "会尽快给您答复",
    ]
    proofs = [proof for proofs in card.all("ul", "proof") for proof in proofs.all("li")]
    numbers = {proof.one("q").text: proof.one("sup").text for proof in proofs}
    in_conversation = [sup.text for sup in card.one("ol", "turns").all("sup")]
    assert [numbers[words] for words in marked] == in_conversation == list("1234567")


def test_conversation_is_told_turn_by_turn_with_roles_and_times() -> None:
    turns = [turn.text for turn in card_of("mono 0012").one("ol", "turns").all("li")]

    assert turns == [
        "00:00.0未定喂你好，请讲。",
        "00:03.0客户我那个套餐想改成三十九块的。",
        "00:06.2坐席可以，我保证今天给您改好1，绝对没有问题。",
        "00:10.6未定好。",
    ]


def test_how_words_were_found_is_said_when_not_as_written() -> None:
    kinds = {kind.text for kind in night_page().all("span", "kind")}

    assert "推诿 · 按读音匹配" in kinds
    assert "过度承诺 · 由分类模型判断" in kinds
    assert "辱骂讽刺" in kinds


def test_fatal_call_says_so_and_keeps_the_score_before() -> None:
    summary = next(card_of("TEL-20261120-0007").all("summary"))

    assert summary.one("span", "total").text == "0.0"
    assert [c.text for c in summary.all("span", "concern")] == ["一票否决", "违规"]
    assert (
        card_of("TEL-20261120-0007").one("p", "sums").text
        == "适用项目得 0 / 45 分，折合 0.0 分；扣 15 分；否决前 12.0 分"
    )


def test_call_that_was_not_scored_shows_no_number() -> None:
    card = card_of("TEL-20261120-0013")

    assert card.one("span", "total").text == "未计分"
    assert not list(card.all("p", "sums"))


def test_recording_in_which_nobody_speaks_is_told_in_one_line() -> None:
    items = tuple(
        report_calls.Item(item_id, item_id, report_calls.NE, 0, 10, "没有人说话，未评。", needs_review=True)
        for item_id in ("greeting", "apology", "closing")
    )
    document = read_html(page(night.view_of([report_calls.call("C1", (), items, None)])))

    assert [line.text for line in document.one("ol", "look").one("ul").all("li")] == ["没有听到人说话。"]
    assert "没有听到人说话。" in document.by_id("c1").text


def test_uncertain_roles_missing_dates_and_missing_agents_are_said() -> None:
    card = card_of("mono 0012")

    assert "说话人是推断的（单声道，按声音区分说话人，由用语推断，把握 58%），请核对。" in card.text
    assert "信息缺漏：通话开始时间缺失、坐席缺失" in card.text
    assert "未标明坐席 · 时间未知" in next(card.all("summary")).text


def test_few_calls_are_called_few() -> None:
    rows = {row.one("th").text: row for row in night_page().by_id("agents").one("tbody").all("tr")}

    assert "样本不足, n = 3" in rows["A23 周明远"].text
    assert "%" not in rows["A23 周明远"].text
    assert "72.3–100.0, n = 5" in rows["A17 林晓舟"].text
    small = read_html(page(night.view_of([night.good_call(), night.fatal_call()])))
    assert "n = 2，样本不足，不给区间" in small.by_id("key").text


def test_overdue_promises_are_told_apart_in_words() -> None:
    view = night.view_of([night.good_call()])
    report = build_run_report(view, generated_at=report_calls.at(12, 0, 21))

    rows = list(read_html(render_run_report(report)).by_id("promises").one("tbody").all("tr"))

    assert ["已过期" in row.text for row in rows] == [True, False]
    assert [row.one("th").text for row in rows] == ["2026-11-21 09:31", "2026-11-21 17:00"]


def test_only_the_gravest_calls_stand_open_and_only_so_many_are_printed() -> None:
    document = read_html(page(night.busy_night(200)))

    cards = list(document.all("details", "call"))
    is_open = ["open" in card.attributes for card in cards]
    printed = ["printed" in card.attributes["class"] for card in cards]
    assert len(cards) == 200
    assert is_open == [True] * OPEN_CARDS + [False] * (200 - OPEN_CARDS)
    assert printed == [True] * PRINTED_CALLS + [False] * (200 - PRINTED_CALLS)
    assert f"前 {PRINTED_CALLS} 通展开" in document.by_id("first").text


def test_left_out_conversations_are_announced_with_the_way_to_them() -> None:
    report = build_run_report(night.view_of([night.good_call()]), generated_at=night.GENERATED_AT)
    (card,) = report.other_calls
    report = replace(report, left_out_calls=1, other_calls=(replace(card, turns=None, left_out=True),))

    text = read_html(render_run_report(report)).text

    assert "有 1 通的对话全文没有收入" in text
    assert "callqa transcribe" in text
    assert "对话全文未收入本页。" in text


def test_english_page_has_no_chinese_of_its_own() -> None:
    item = report_calls.Item(
        "greeting", "Greeting", report_calls.M, 10, 10, "Opened well.", ((0, "good morning", "salutation"),)
    )
    said = report_calls.Said(0, "I will call you back", "callback", report_calls.at(12, 0))
    call = report_calls.call(
        "C1",
        (("agent", "good morning, I will call you back"),),
        (item,),
        95.0,
        band="Good",
        agent=("A1", "Robin Example", "Team 1"),
        promises=(said,),
        flags=("started_at_missing",),
    )
    view = night.view_of([call, night.quarantined("x.wav", ReasonCode.EMPTY_FILE, "silence"), night.waiting()])

    assert not CJK.search(read_html(page(view, "en")).one("body").text)


def test_nothing_is_gathered_that_the_page_does_not_show() -> None:
    folder = resources.files("callqa.reports").joinpath("templates")
    templates = "\n".join(f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".html"))
    read = set(re.findall(r"\.([a-z_0-9]+)", templates))
    parts = [part for part in vars(context).values() if is_dataclass(part) and part.__module__ == context.__name__]

    gathered = {field.name for part in parts for field in fields(part)}

    assert gathered - read == set()
    assert len(parts) > 10


def test_same_report_gives_the_same_page() -> None:
    assert page(night.night()) == page(night.night())


def test_objection_is_explained_and_the_scorer_is_named() -> None:
    foot = night_page().by_id("foot").text

    assert "坐席（客服人员）可对任何一项提出异议" in foot
    assert "由 callqa 0.1.0 评分（规则 rules-test）。报告生成于 2026-11-21 08:30（Asia/Shanghai）。" in foot


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "zh",
            (
                "真实差错率",
                "约 2.1% ± 0.4",
                "1.7% 至 2.5%",
                "900/1800（50%）",
                "复核不足 80%",
                "还需 12 通",
                "18/18（100%）",
                "扣除",
                "3 通在抽样之后",
                "4 通不在抽样范围",
            ),
        ),
        (
            "en",
            (
                "True rate of faults",
                "2.1 % ± 0.4",
                "1.7 % to 2.5 %",
                "900/1800 (50 %)",
                "under 80 % of the draw",
                "12 more are needed",
                "18/18 (100 %)",
                "taken out, as",
                "3 calls came after the draw",
                "4 calls were never to be drawn",
            ),
        ),
    ],
)
def test_true_rates_are_shown_with_their_interval_or_with_what_is_missing(
    language: str, texts: tuple[str, ...]
) -> None:
    view = night.night()
    ids = [f.item_id for call in view.calls if call.scorecard for f in call.scorecard.findings]
    known, unknown, *_ = dict.fromkeys(ids)
    half = Rate(900, 0, 0.021, 0.017, 0.025, is_freed=True, unreviewed=900)
    rates = Rates({known: half, unknown: Rate(18, 12)}, late=3, undrawn=4)
    report = build_run_report(view, language, generated_at=night.GENERATED_AT, rates=rates)
    text = read_html(render_run_report(report)).text

    for one in texts:
        assert one in text
    assert texts[0] not in read_html(page(view, language)).text
