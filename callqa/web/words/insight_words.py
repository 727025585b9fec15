"""Words of the pages of figures: overview, teams, agents, quality of the machine."""

from __future__ import annotations

from typing import Final

INSIGHT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "insight.days": ("时间范围", "Days"),
    "insight.last_days": ("最近 {days} 天", "Last {days} days"),
    "insight.show": ("查看", "Show"),
    "insight.mean": ("平均得分", "Mean score"),
    "insight.interval": ("95% 置信区间 {low}–{high}，n = {n}", "95 % interval {low}–{high}, n = {n}"),
    "insight.few": ("n = {n}，样本不足，不给区间", "n = {n}, too few for an interval"),
    "insight.no_score": ("无可计分通话", "no call with a score"),
    "insight.fatal": ("一票否决", "Fatal"),
    "insight.review": ("待人工复核", "To review"),
    "insight.calls": ("通话", "Calls"),
    "insight.team": ("班组", "Team"),
    "insight.no_team": ("未分班组", "No team"),
    "insight.agent": ("坐席", "Agent"),
    "insight.item": ("项目", "Item"),
    "insight.items": ("各项符合率", "Items met"),
    "insight.pass_rate": ("符合率", "Met"),
    "insight.pass_note": (
        "符合率 = 符合 ÷ 可评定的通话，其后为 95% 置信区间和通数；少于 {n} 通只给通数。",
        "Met = met / calls that could be judged, then its 95 % interval and the counts; below {n} calls only counts.",
    ),
    "insight.trend": ("每日平均得分", "Mean score by day"),
    "insight.trend_note": (
        "竖线为 95% 置信区间；空心点当天少于 {n} 通，不给区间。",
        "Upright lines are 95 % intervals; hollow points are days with fewer than {n} calls, without one.",
    ),
    "insight.scale": ("得分 {first}–100", "Score {first}–100"),
    "insight.scale_told": ("平均 {mean} 分", "mean {mean}"),
    "insight.interval_note": (
        "平均得分之后为 95% 置信区间；少于 {n} 通不给区间。按班组名排列，不作排名。",
        "Mean scores with their 95 % intervals; below {n} calls there is none. In the order of names, not of scores.",
    ),
    "insight.day_told": ("{day}：{mean} 分，{n} 通", "{day}: {mean}, {n} calls"),
    "insight.day_told_interval": (
        "{day}：{mean} 分（{low}–{high}），{n} 通",
        "{day}: {mean} ({low}–{high}), {n} calls",
    ),
    "insight.no_calls": ("这段时间没有已评的通话", "No call was scored in these days"),
    "overview.night": ("最近一次质检：{day}（{began} 开始）", "Last run: {day} (began {began})"),
    "overview.last_night": ("昨夜概况", "The last night"),
    "overview.none": (
        "还没有质检过通话。质检任务运行后，这里显示昨夜概况。",
        "No call has been inspected yet. After the first run the last night is shown here.",
    ),
    "overview.calls": ("已评通话", "Calls scored"),
    "overview.of_recordings": ("共 {n} 条录音", "of {n} recordings"),
    "overview.hours": ("已评音频", "Sound scored"),
    "overview.hours_unit": ("小时", "hours"),
    "overview.quarantined": ("已隔离", "Quarantined"),
    "overview.waiting": ("另有 {n} 条未完成", "{n} more are waiting"),
    "overview.due_today": ("今日到期承诺", "Promises due today"),
    "overview.due_open": ("{n} 项未兑现，{kept} 项已兑现", "{n} open, {kept} kept"),
    "overview.heat": ("班组 × 项目符合率", "Items met by team"),
    "overview.heat_note": (
        "每格为符合率和可评定通数；少于 {n} 通只给“符合/通数”，不着色。",
        "Each cell: the share met, and of how many; below {n} calls counts only, without colour.",
    ),
    "overview.health": ("运行情况", "Runs"),
    "overview.began": ("开始", "Began"),
    "overview.ended": ("结束", "Ended"),
    "overview.state": ("状态", "Status"),
    "overview.progress": ("进度", "Progress"),
    "overview.progress_told": (
        "已评 {scored}，已隔离 {quarantined}，未完成 {waiting}",
        "{scored} scored, {quarantined} quarantined, {waiting} waiting",
    ),
    "overview.left": ("未完成", "Waiting"),
    "team.ranking": ("排名（给出可能的名次范围）", "Ranking, with the ranks that are possible"),
    "team.rank": ("名次", "Rank"),
    "team.ranking_note": (
        "名次是范围：在 95% 把握下，真实名次落在其中（共 {n} 人）。范围重叠的坐席之间分不出先后。",
        "Ranks are ranges: at 95 % the true rank among these {n} lies within. Where ranges overlap, nobody is first.",
    ),
    "team.nobody_ranked": ("没有人达到 {n} 通，不排名", "Nobody has {n} calls, so nobody is ranked"),
    "team.too_few": ("少于 {n} 通，不排名", "Fewer than {n} calls, not ranked"),
    "team.calls": ("{n} 通", "{n} calls"),
    "agent.own": ("本人", "Own"),
    "agent.team_mean": ("班组平均", "Team mean"),
    "agent.kept": ("承诺兑现率", "Promises kept"),
    "agent.kept_interval": ("95% 置信区间 {low}–{high}，{hits}/{n} 项", "95 % interval {low}–{high}, {hits} of {n}"),
    "agent.kept_of": (
        "到期项太少；共 {promises} 项，逾期 {overdue}",
        "too few fell due; {promises} made, {overdue} overdue",
    ),
    "agent.against": ("与班组相比", "Against the team"),
    "agent.above": ("高于班组", "above"),
    "agent.below": ("低于班组", "below"),
    "agent.alike": ("看不出差别", "no difference seen"),
    "agent.cannot_tell": ("样本不足", "too few"),
    "agent.against_note": (
        "只有班组平均落在本人区间之外，才说高于或低于。",
        "Above or below is said only where the team's share lies outside the agent's interval.",
    ),
    "agent.small_team": (
        "本班组在这段时间有得分的坐席不足 {n} 人，不显示班组数字，以免推算出同事的得分。",
        "In these days fewer than {n} agents of the team have a score: its figures are not shown, "
        "so that nobody's can be reckoned from them.",
    ),
    "agent.group_note": (
        "班组数字只含有 {n} 名及以上坐席的项目；每天都有 {n} 名及以上时才按天显示。",
        "The team's figures by item are shown where {n} agents or more have some, by day where every day has so many.",
    ),
    "agent.praised": ("值得表扬的通话", "Calls to praise"),
    "agent.praised_note": (
        "得分最高、且机器对每项都有把握的通话。",
        "The highest scores of whose verdicts the machine was sure.",
    ),
    "agent.nothing_praised": ("暂无：还没有机器完全有把握的通话", "None yet: the machine was not sure of any call"),
    "agent.worst": ("得分最低的通话", "Lowest scores"),
    "agent.appeals": ("查看申诉", "See the appeals"),
    "quality.items": ("机器与人工，逐项", "Machine against people, by item"),
    "quality.reviewed": ("人工已评", "Reviewed"),
    "quality.precision": ("查准率", "Precision"),
    "quality.recall": ("查全率", "Recall"),
    "quality.agreement": ("结论一致", "Same verdict"),
    "quality.sure": ("机器有把握", "Machine is sure"),
    "quality.when_sure": ("有把握时与人工一致", "Right when sure"),
    "quality.all_items": ("全部项目", "All items"),
    "quality.by_month": ("每月查准率与查全率", "Precision and recall by month"),
    "quality.month": ("月份", "Month"),
    "quality.no_reviews": (
        "这段时间没有人工复核，无法与人工比较。在复核队列中确认或更正后，这里给出数字。",
        "Nobody reviewed a call in these days, so there is nothing to compare with. Confirm or correct calls first.",
    ),
    "quality.note": (
        "查准率：机器扣分的，人工也认为该扣的比例；查全率：人工认为该扣的，机器扣到的比例。"
        "括注为 95% 置信区间和次数，少于 {n} 次只给次数。“有把握”取最近 {calls} 通。"
        "被复核的通话不是随机抽取的，查全率可能偏高。",
        "Precision: of the faults that the machine charged, those that people see as well. Recall: of those that "
        "people see, those that the machine charged. With 95 % intervals and counts; below {n} counts only. What the "
        "machine is sure of is counted over the newest {calls} calls. Reviewed calls are not drawn by chance, so "
        "recall may look better than it is.",
    ),
    "quality.no_rates": (
        "这段时间抽中的通话还没有人复核，无法估计真实差错率。请到复核队列的“抽检”中复核。",
        "Nobody has reviewed a drawn call of these days, so that there is no rate. Review those of the queue's random "
        "sample.",
    ),
    "quality.rates_of": (
        "{since} 至 {until} 的通话，按每通自己的日期；各次运行的抽样合在一起。",
        "Calls from {since} to {until}, by each call's own day; the draws of all runs together.",
    ),
    "fairness.title": ("公平性", "Fairness"),
    "fairness.picture": ("识别把握与被标记率，逐坐席", "Flagged calls against recognition, by agent"),
    "fairness.axes": (
        "横轴：该坐席语音的平均识别把握；纵轴：被要求人工复核的通话比例。竖线为 95% 置信区间。",
        "Across: mean confidence of the recogniser in what the agent said. Up: share of calls that ask for a person. "
        "Upright lines are 95 % intervals.",
    ),
    "fairness.with_flags": ("识别把握与被标记率的等级相关", "Rank correlation with flagged calls"),
    "fairness.with_score": ("识别把握与平均得分的等级相关", "Rank correlation with the mean score"),
    "fairness.cannot_tell": ("只有 {n} 人可比，无法判断", "only {n} agents to compare; nothing can be said"),
    "fairness.linked": ("有关联：请核对听得差的坐席", "linked: look at those who are heard badly"),
    "fairness.not_linked": ("看不出关联", "no link seen"),
    "fairness.agents": ("坐席", "Agents"),
    "fairness.confidence": ("识别把握", "Recognition"),
    "fairness.flagged": ("被标记的通话", "Flagged calls"),
    "fairness.none": (
        "没有坐席达到 {n} 通可计分且有识别把握的通话",
        "No agent has {n} scored calls of known recognition",
    ),
    "fairness.note": (
        "通话最多的坐席中，每人取最近 {calls} 通计算识别把握；少于 {n} 通等原因未列入 {left_out} 人。"
        "关联不等于原因：听得差的坐席，通话内容也可能不同。",
        "Of the agents with most calls, recognition is taken from the newest {calls} calls of each; {left_out} are "
        "left out, for fewer than {n} calls or otherwise. A link is no cause: their calls may differ as well.",
    ),
}
