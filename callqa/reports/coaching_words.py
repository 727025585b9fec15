"""What the coaching report says. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COACHING_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "coaching.title": ("坐席辅导报告", "Coaching report"),
    "coaching.period": ("时间", "Days"),
    "coaching.days": ("{since} 至 {until}", "{since} to {until}"),
    "coaching.calls": ("已评通话", "Calls scored"),
    "coaching.made": ("生成时间", "Made"),
    "coaching.small": (
        "这段时间可计分的通话只有 {n} 通，样本太小，下面的数字不足以评价工作，请以录音为准。",
        "Calls with a score in these days: {n}, too few to judge the work by figures. Go by the recordings.",
    ),
    "coaching.strengths": ("长处", "Strengths"),
    "coaching.habits": ("要改的习惯", "Habits to change"),
    "coaching.nothing_good": (
        "没有哪一项明显高于以往或班组，也没有稳定达到八成的项目。",
        "Nothing stands out: no item is clearly above the own past or the team, or surely met in four of five calls.",
    ),
    "coaching.nothing_bad": (
        "没有哪一项明显低于以往或班组，也没有明显不到八成的项目。",
        "Nothing stands out: no item is clearly below the own past or the team, or surely missed in one of five calls.",
    ),
    "coaching.good_own_past": ("比本人以往明显提高", "clearly better than the own past"),
    "coaching.good_team": ("明显高于班组其他人", "clearly better than the rest of the team"),
    "coaching.good_level": ("稳定做到八成以上", "surely met in four of five calls"),
    "coaching.bad_own_past": ("比本人以往明显下降", "clearly worse than the own past"),
    "coaching.bad_team": ("明显低于班组其他人", "clearly worse than the rest of the team"),
    "coaching.bad_level": ("至少每五通有一通没有做到", "missed in one of five calls at the least"),
    "coaching.now": ("本期", "Now"),
    "coaching.before": ("本人上期", "Own past"),
    "coaching.team": ("班组其他人", "Rest of the team"),
    "coaching.lost": ("每通失分", "Points lost per call"),
    "coaching.share": (
        "{percent}（{hits}/{n}，95% 区间 {low}–{high}）",
        "{percent} ({hits}/{n}, 95 % interval {low}–{high})",
    ),
    "coaching.share_few": ("{hits}/{n}，样本不足", "{hits}/{n}, too few"),
    "coaching.no_data": ("无", "none"),
    "coaching.quotes": ("本人的通话", "Own calls"),
    "coaching.no_words": ("没有可引用的原话", "no words to quote"),
    "coaching.example": (
        "做得好的同事这样说（本人同意展示，不写姓名）",
        "How a colleague does it well (shown with their consent, without the name)",
    ),
    "coaching.practice": ("建议练习", "Practise"),
    "coaching.actions": ("商定的行动", "Agreed actions"),
    "coaching.no_actions": ("没有商定的行动。", "Nothing was agreed."),
    "coaching.whole_work": ("整体工作", "The work as a whole"),
    "coaching.agreed": ("商定于 {day}", "Agreed on {day}"),
    "coaching.due": ("期限 {day}", "Until {day}"),
    "coaching.is_overdue": ("已过期限", "past its day"),
    "coaching.outcome_done": ("已做到", "done"),
    "coaching.outcome_dropped": ("不再需要", "no longer wanted"),
    "coaching.answer": ("坐席回应", "The agent says"),
    "coaching.before_talk": ("谈话前 {n} 天", "{n} days before the talk"),
    "coaching.since_talk": ("谈话后至本期末", "Since the talk"),
    "coaching.change": ("变化", "Change"),
    "coaching.change_of": (
        "{points} 个百分点（95% 区间 {low} 至 {high}）",
        "{points} points (95 % interval {low} to {high})",
    ),
    "coaching.change_few": ("数据太少，不作比较", "too little data to compare"),
    "coaching.actions_note": (
        "谈话当天的通话不计。区间含零时，变化可能只是偶然。",
        "Calls of the day of the talk count on neither side. Where the interval holds zero, the change may be chance.",
    ),
    "coaching.score": ("得分走势", "Score by week"),
    "coaching.mean": ("平均得分", "Mean score"),
    "coaching.week": ("周", "Week"),
    "coaching.interval": ("95% 区间", "95 % interval"),
    "coaching.n": ("通数", "Calls"),
    "coaching.range": ("{low}–{high}", "{low}–{high}"),
    "coaching.score_of": ("{mean}（{low}–{high}，n = {n}）", "{mean} ({low}–{high}, n = {n})"),
    "coaching.score_few": ("{mean}（n = {n}，样本不足）", "{mean} (n = {n}, too few)"),
    "coaching.this_period": ("粗体为本期。", "Bold: the days of this report."),
    "coaching.promises": ("承诺", "Promises"),
    "coaching.promised": ("作出", "Made"),
    "coaching.kept": ("已兑现", "Kept"),
    "coaching.broken": ("未兑现", "Not kept"),
    "coaching.overdue": ("已过期", "Overdue"),
    "coaching.open": ("未到期", "Not due yet"),
    "coaching.claimed": ("客户称未兑现，待核实", "Not done, says the customer; to be checked"),
    "coaching.items": ("各项对比", "All items"),
    "coaching.item": ("项目", "Item"),
    "coaching.note": (
        "先与本人上期（之前同样长的一段时间）比，再与班组其他人比；差别的 95% 区间不含零才算明显。"
        "比较的项目多，偶尔会有一项只是巧合，请以录音为准。少于 {n} 通不给百分比。",
        "The own past (as many days before) comes first, the rest of the team second; a difference is clear when its "
        "95 % interval leaves out zero. Of many items one may stand out by chance: go by the recordings. "
        "Below {n} calls there is no percentage.",
    ),
}
