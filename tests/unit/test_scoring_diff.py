"""What changed between two standards: every difference is found, named, and said in both languages."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from callqa.reports.field_words import FIELD_WORDS
from callqa.reports.standard_diff import change_to_json, describe
from callqa.reports.words import Words
from models.wire import canonical
from scoring import load_standard
from scoring.diff import ChangeKind, diff
from scoring.schema import Document
from scoring.schema_base import Part
from tests.unit.small_standard import SMALL, with_items

QUESTION = "- {id: anything_else, title: 挂机前询问, dimension: empathy, points: 5, criterion: phrase, phrases: [还有其他需要]}\n"


def document(text: str) -> Document:
    return load_standard(text, "x").document


def said(old: str, new: str, language: str = "zh") -> list[str]:
    """Every line about the change, with its heading in front."""
    before, after = document(old), document(new)
    groups = describe(before, after, diff(before, after), language)
    return [f"{group.heading} | {line}" for group in groups for line in group.lines]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ('version: "1"', 'version: "2"', ["文件头 | 版本：1 → 2"]),
        ("review_by:", "effective_to: 2027-06-30\nreview_by:", ["文件头 | 失效日期：（无） → 2027-06-30"]),
        ("severity: hard", "severity: fatal", ["检查项 服务禁语（prohibited） | 禁语类 not_my_job · 严重程度：严重 → 红线"]),
        ("soft: -5", "soft: -6", ["检查项 服务禁语（prohibited） | 轻微扣分：-5 → -6"]),
        ("phrases: [不归我管]", "phrases: [不归我管, 找别人去]", ["检查项 服务禁语（prohibited） | 禁语类 not_my_job · 说法：新增 1 条 “找别人去”"]),
        ("phrases: [抱歉, 对不起]", "phrases: [抱歉, 致歉]", ["检查项 致歉（apology） | 说法：新增 1 条 “致歉”；删除 1 条 “对不起”"]),
        ("phrases: [抱歉, 对不起]", "phrases: [对不起, 抱歉]", ["检查项 致歉（apology） | 说法：只是顺序变了"]),
        ("points: 20", "points: 25", ["公共部分 | 满分合计：45 → 50", "检查项 服务承诺（commitment） | 分值：20 → 25"]),
        ("agent_turns: 2,", "agent_turns: 3,", ["检查项 开头语（greeting） | 位置 · 坐席前几次发言：2 → 3"]),
        ("reach: 8", "reach: 9", ["公共部分 | 语境规则 quotation · 作用距离：8 → 9"]),
        ("recognition_below: 0.45", "recognition_below: 0.5", ["公共部分 | 复核条件 · 识别把握低于：0.45 → 0.5"]),
        ("fillers: [嗯, 呃]", "fillers: [嗯, 呃]\nwords: {我方: [我们]}", ["公共部分 | 词组 我方：新增 1 条 “我们”"]),
        ("{name: 合格, at_least: 60}", "{name: 合格, at_least: 65}", ["公共部分 | 等级 合格 · 下限：60 → 65"]),
    ],
)  # fmt: skip
def test_each_change_is_one_sentence(old: str, new: str, lines: list[str]) -> None:
    assert SMALL.count(old) == 1
    assert said(SMALL, SMALL.replace(old, new)) == lines


def test_items_come_and_go_with_what_they_are() -> None:
    more = with_items(QUESTION)
    assert said(SMALL, more) == [
        "公共部分 | 满分合计：45 → 50",
        "检查项 挂机前询问（anything_else） | 新增检查项（类型 用语、分值 5、说法 “还有其他需要”）",
    ]
    assert said(more, SMALL)[1].endswith("删除检查项（类型 用语、分值 5、说法 “还有其他需要”）")
    timed = with_items(
        QUESTION.replace("criterion: phrase, phrases: [还有其他需要]", "criterion: timing, measure: ring, at_most: 20")
    )
    changes = diff(document(more), document(timed))
    assert [(change.kind, change.item) for change in changes] == [
        (ChangeKind.REMOVED, "anything_else"),
        (ChangeKind.ADDED, "anything_else"),
    ]


def test_english_is_a_switch() -> None:
    assert said(SMALL, with_items(QUESTION), "en") == [
        "What all items share | Points in all: 45 → 50",
        "Item 挂机前询问 (anything_else) | New: item (criterion phrase, points 5, phrases “还有其他需要”)",
    ]


def test_nothing_changed_is_nothing_said() -> None:
    assert diff(document(SMALL), document("# note\n" + SMALL)) == ()


def test_json_holds_all_of_a_long_list() -> None:
    many = [f"找{i}号去" for i in range(40)]
    longer = SMALL.replace("phrases: [不归我管]", f"phrases: [不归我管, {', '.join(many)}]")
    (change,) = diff(document(SMALL), document(longer))
    printed = change_to_json(change, Words("zh"))
    assert printed["added"] == many
    assert printed["item"] == "prohibited"
    assert "新增 40 条" in printed["text"]
    assert many[-1] not in printed["text"]
    canonical(printed)  # plain JSON


def leaves(part: Part) -> set[str]:
    """Names of every field that a document uses, as written."""
    out: set[str] = set()
    for attribute, info in type(part).model_fields.items():
        out.add(info.alias or attribute)
        value = getattr(part, attribute)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Part):
                out |= leaves(inner)
    return out


def fields_of(model: type[Part], seen: set[type[Part]]) -> set[str]:
    if model in seen:
        return set()
    seen.add(model)
    out = set()
    for attribute, info in model.model_fields.items():
        out.add(info.alias or attribute)
        for inner in parts_in(info.annotation):
            out |= fields_of(inner, seen)
    return out


def parts_in(annotation: Any) -> list[type[Part]]:
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, Part) else []
    return [part for inner in get_args(annotation) for part in parts_in(inner)]


def test_every_field_of_the_form_has_words_and_no_other() -> None:
    fields = fields_of(Document, set())
    assert leaves(document(SMALL)) <= fields
    assert {name.removeprefix("standard_field.") for name in FIELD_WORDS} == fields
