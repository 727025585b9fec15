"""What the page of a back-test says, and the command. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BACKTEST_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "backtest.title": ("服务标准回测", "Back-test of a service standard"),
    "backtest.compared": ("对比", "Compared"),
    "backtest.period": ("通话范围", "Calls"),
    "backtest.since": ("{since} 起，{days} 天", "since {since}, {days} day(s)"),
    "backtest.calls": ("通话", "Calls"),
    "backtest.undated": ("没有日期而未计入", "Left out, without a date"),
    "backtest.failed": ("无法评分", "Could not be scored"),
    "backtest.none": (
        "这段时间没有已转写的通话。请用 --days 放宽天数。",
        "There is no transcribed call in this time; ask for more days (--days).",
    ),
    "backtest.effect": ("总体影响", "Effect on all calls"),
    "backtest.mean": ("平均分", "Mean score"),
    "backtest.before": ("现行标准", "In use"),
    "backtest.after": ("新标准", "New"),
    "backtest.change": ("变化", "Change"),
    "backtest.interval": ("95% 区间 {low} 至 {high}", "95 % interval {low} to {high}"),
    "backtest.flips": ("结论改变", "Verdicts that change"),
    "backtest.up": ("升分通话", "Calls that gain"),
    "backtest.down": ("降分通话", "Calls that lose"),
    "backtest.faults": ("扣分结论", "Faults charged"),
    "backtest.fatal": ("一票否决", "Fatal"),
    "backtest.changes": ("改了什么", "What changed"),
    "backtest.no_changes": ("两个版本内容相同。", "Both standards say the same."),
    "backtest.items": ("各检查项", "Item by item"),
    "backtest.item": ("检查项", "Item"),
    "backtest.verdicts": ("结论通数", "Verdicts"),
    "backtest.which": ("如何改变", "How they change"),
    "backtest.new_item": ("新增", "new"),
    "backtest.gone_item": ("已删除", "removed"),
    "backtest.accuracy": ("与人工复核对照", "Against people's reviews"),
    "backtest.accuracy_note": (
        "只计有人工复核的通话。查准率：机器扣分的，人工也认为该扣的比例；查全率：人工认为该扣的，机器也扣了的比例；"
        "一致率：结论完全相同的比例。括号内为命中数/总数，区间为威尔逊 95% 区间。",
        "Calls with a review of the item only. Precision: of the faults charged by the machine, those that people see "
        "too. Recall: of the faults that people see, those charged by the machine. Agreement: the very same verdict. "
        "In brackets hits / cases, with Wilson's 95 % interval.",
    ),
    "backtest.no_reviews": ("这些通话还没有人工复核。", "None of these calls has been reviewed by a person yet."),
    "backtest.reviewed": ("复核数", "Reviews"),
    "backtest.precision": ("查准率", "Precision"),
    "backtest.recall": ("查全率", "Recall"),
    "backtest.agreement": ("一致率", "Agreement"),
    "backtest.teams": ("按班组", "By team"),
    "backtest.agents": ("按坐席", "By agent"),
    "backtest.groups_note": (
        "按编号排列，不是排名。少于 {n} 通不给区间。",
        "In order of id; this is no ranking. No interval below {n} calls.",
    ),
    "backtest.team": ("班组", "Team"),
    "backtest.agent": ("坐席", "Agent"),
    "backtest.sample": ("结论改变的通话（{n} 通）", "Calls whose verdicts change ({n})"),
    "backtest.sample_note": (
        "按改变的种类轮流抽取，同一次回测总是抽到相同的通话。",
        "Drawn in turns from each kind of change; the same back-test always draws the same calls.",
    ),
    "backtest.review_says": ("人工复核：{verdict}", "Review: {verdict}"),
    "backtest.made": ("生成于 {moment}（{zone}）", "Made {moment} ({zone})"),
    "backtest.hint": (
        "回测只说明规则改动对已转写通话的影响，不是发布的理由；发布前请听几通改变了结论的通话。",
        "A back-test shows what a change does to calls already transcribed. It is no reason to publish by itself: "
        "listen to some of the calls above first.",
    ),
}
