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
        "agents who surely meet it in less than four of five calls: {below} of {judged} with enough calls",
    ),
    "team.no_needs": (
        "没有坐席在哪一项上明显不到八成。",
        "No agent surely misses an item in one of five calls.",
    ),
    "team.improved": ("进步最大的坐席", "Most improved agents"),
    "team.nobody": (
        "可比较的 {n} 名坐席中，没有人的进步超出偶然波动。",
        "Agents who can be compared: {n}. Nobody improved by more than chance explains.",
    ),
    "team.compared": (
        "与本人上期相比；可比较的坐席 {n} 名，区间已按人数放宽，合起来以 95% 的把握成立。",
        "Against the own past. Agents who can be compared: {n}; the intervals hold at 95 % all together.",
    ),
    "weekly.title": ("质检周报", "Reports of the week"),
    "weekly.report": ("报告", "Report"),
    "weekly.groups": ("中心与班组", "Centre and teams"),
    "weekly.agents": ("坐席辅导单", "Coaching reports of agents"),
    "team.kpis": ("关键指标", "Key figures"),
    "team.figure": ("指标", "Figure"),
    "team.hours": ("通话时长（小时）", "Hours of calls"),
    "team.talk": ("平均通话时长", "Mean length of a call"),
    "team.seconds": ("{s} 秒", "{s} s"),
    "team.in_time": ("20 秒内接听（目标 85%）", "Answered within 20 s (goal 85 %)"),
    "team.solved": ("一次解决率（按记录）", "Solved at first contact, as recorded"),
    "team.not_again": ("7 日内未再来电", "No further call within 7 days"),
    "team.unsettled": (
        "另有 {n} 通未满 7 日，尚不能判断",
        "not yet 7 days old, so that nobody knows: {n} more",
    ),
    "team.complaints": ("投诉通话占比", "Calls with a complaint"),
    "team.promises_kept": ("到期承诺兑现率", "Promises kept of those due"),
    "team.csat": ("客户满意度（1 至 5）", "Satisfaction of customers (1 to 5)"),
    "team.csat_of": ("{mean} 分，{n} 通有评价", "{mean}, calls with an answer: {n}"),
    "team.satisfied": ("满意客户（4 分起）通话的得分", "Score of calls with satisfied customers (from 4)"),
    "team.unsatisfied": ("其他客户通话的得分", "Score of calls with the others"),
    "team.relation": ("得分与满意度的等级相关", "Rank correlation of score and satisfaction"),
    "team.relation_of": (
        "{value}（95% 区间 {low} 至 {high}，{n} 通）",
        "{value} (95 % interval {low} to {high}, {n} calls)",
    ),
    "team.relation_small": (
        "不足 30 通，样本较少，仅供参考",
        "of under 30 calls: a small sample, which may change its mind",
    ),
    "team.unknown": ("未知：没有这项记录", "not known: nobody recorded it"),
    "team.servqual": ("服务质量五维度（SERVQUAL）", "Dimensions of service quality (SERVQUAL)"),
    "team.dimension": ("维度", "Dimension"),
    "team.tangibles": ("有形性", "Tangibles"),
    "team.reliability": ("可靠性", "Reliability"),
    "team.responsiveness": ("响应性", "Responsiveness"),
    "team.assurance": ("保证性", "Assurance"),
    "team.empathy": ("移情性", "Empathy"),
    "team.standard_changes": ("标准变更前后", "Before and after a change of standard"),
    "team.version_change": (
        "{standard}：{old} → {new}，自 {since} 起",
        "{standard}: {old} → {new}, from {since} on",
    ),
    "team.no_effect": (
        "可比较的 {n} 项中，没有哪一项的变化超出偶然波动。",
        "Items that can be compared: {n}. None changed by more than chance explains.",
    ),
    "team.change_note": (
        "两个版本评的是不同日子的通话，变化也可能来自通话本身；要看同一批通话在新旧标准下的差别，请用回测。",
        "The two versions judged the calls of different days, so a change may come from the calls; for the same calls "
        "under both versions see the back-test.",
    ),
    "team.no_changes": ("两期内没有更换标准版本。", "No version of a standard changed in either period."),
    "team.note": (
        "上期是之前同样长的一段时间。两期的通话内容不同，变化不一定来自工作本身。"
        "项目的区间各按 95% 计算，未按项目数放宽，偶尔会有一项只是巧合；同一坐席的通话彼此相近，真实区间会更宽。"
        "少于 {n} 通不给百分比。",
        "Before: as many days before. The calls of the two differ, so a change need not come from the work. Each "
        "item's interval is at 95 % by itself, so now and then one is chance; calls of one agent are alike: the true "
        "intervals are wider. Below {n} calls there is no percentage.",
    ),
}
