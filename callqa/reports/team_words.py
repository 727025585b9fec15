"""What the report of a team says beside the words of the coaching report. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEAM_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "team.title": ("班组质检报告", "Team report"),
    "team.centre": ("全中心管理报告", "Management report of the whole centre"),
    "team.before": ("上期", "Before"),
    "team.calls_before": ("上期通话", "Calls before"),
    "team.change": ("变化", "Change"),
    "team.shift": ("{points} 分（95% 区间 {low} 至 {high}）", "{points} points (95 % interval {low} to {high})"),
    "team.gap": (
        "{points} 个百分点（95% 区间 {low} 至 {high}）",
        "{points} percentage points (95 % interval {low} to {high})",
    ),
    "team.few": ("样本不足，无法比较", "too few to compare"),
    "team.changed": ("变化最大的项目", "Items that changed most"),
    "team.nothing_changed": (
        "没有哪一项的变化超出偶然波动。",
        "No item changed by more than chance explains.",
    ),
    "team.needs": ("培训需求", "Training needs"),
    "team.needs_below": (
        "有足够通话的 {judged} 名坐席中，{below} 名明显不到八成",
        "{below} of the {judged} agents with enough calls surely meet it in less than four of five calls",
    ),
    "team.no_needs": (
        "没有坐席在哪一项上明显不到八成。",
        "No agent surely misses an item in one of five calls.",
    ),
    "team.improved": ("进步最大的坐席", "Most improved agents"),
    "team.nobody": (
        "可比较的 {n} 名坐席中，没有人的进步超出偶然波动。",
        "Of {n} agents who can be compared, nobody improved by more than chance explains.",
    ),
    "team.compared": (
        "与本人上期相比；可比较的坐席 {n} 名，区间已按人数放宽，合起来以 95% 的把握成立。",
        "Against the own past; {n} agents can be compared, and their intervals hold at 95 % all together.",
    ),
    "team.note": (
        "上期是之前同样长的一段时间。两期的通话内容不同，变化不一定来自工作本身。"
        "项目的区间各按 95% 计算，未按项目数放宽，偶尔会有一项只是巧合；同一坐席的通话彼此相近，真实区间会更宽。"
        "少于 {n} 通不给百分比。",
        "Before: as many days before. The calls of the two differ, so a change need not come from the work. Each "
        "item's interval is at 95 % by itself, so now and then one is chance; calls of one agent are alike: the true "
        "intervals are wider. Below {n} calls there is no percentage.",
    ),
}
