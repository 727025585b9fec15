"""Words of the pages of calibration."""

from __future__ import annotations

from typing import Final

CALIBRATION_WORDS: Final[dict[str, tuple[str, str]]] = {
    "calib.what": (
        "多名质检员各自盲评同一批通话，检验评分尺度是否一致",
        "Several reviewers judge the same calls blind: do they judge alike?",
    ),
    "calib.title": ("名称", "Title"),
    "calib.made": ("发起时间", "Begun"),
    "calib.calls": ("通话", "Calls"),
    "calib.reviewers": ("评审人", "Reviewers"),
    "calib.mine": ("我的进度", "Mine"),
    "calib.state": ("状态", "State"),
    "calib.open": ("? 评审中", "? Open"),
    "calib.closed": ("✓ 已结束", "✓ Closed"),
    "calib.none": ("还没有您参与的校准", "No calibration for you yet"),
    "calib.new": ("发起校准", "Begin a calibration"),
    "calib.draw": ("从近 30 天的通话中随机抽取（通）", "Calls drawn by chance from the last 30 days"),
    "calib.named": ("另加指定通话（通话编号，每行一个，可留空）", "And these calls (ids, one a line; may be empty)"),
    "calib.choose": ("评审人（至少两名）", "Reviewers (two at least)"),
    "calib.make": ("发起", "Begin"),
    "calib.number": ("第 {n} 通，共 {all} 通", "Call {n} of {all}"),
    "calib.before": ("上一通", "Before"),
    "calib.behind": ("下一通", "Next"),
    "calib.judge": ("逐项评定", "Your verdicts"),
    "calib.blind": (
        "盲评：结束之前，机器结论和他人的评定都不显示。",
        "Blind: until the set is closed, neither the machine's verdicts nor those of others are shown.",
    ),
    "calib.pick": ("请选择", "Choose"),
    "calib.keep": ("保存并继续", "Save and go on"),
    "calib.size": ("{calls} 通，{reviewers} 名评审人", "{calls} calls, {reviewers} reviewers"),
    "calib.go": ("评审第 {n} 通", "Judge call {n}"),
    "calib.done": ("您已评完全部通话。", "You have judged all calls."),
    "calib.again": ("修改", "Change"),
    "calib.progress": ("进度", "Progress"),
    "calib.hidden": ("结束后才显示一致性结果。", "Agreement is shown when the set is closed."),
    "calib.close": ("结束并公布结果", "Close and show the outcome"),
    "calib.agreement": ("评审一致性", "Agreement"),
    "calib.percent": ("一致率", "Per cent"),
    "calib.grade": ("水平", "Level"),
    "calib.overall": ("全部项目", "All items"),
    "calib.good": ("良好", "Good"),
    "calib.usable": ("可用", "Usable"),
    "calib.poor": ("不足", "Too low"),
    "calib.all_alike": ("完全一致", "All alike"),
    "calib.note": (
        "各系数下方为 95% 置信区间（按通话自助抽样）。Cohen κ 为两两平均；“—”表示全部结论相同或通话太少，系数无定义。"
        "α 不低于 0.8 为良好，0.6 至 0.8 为可用。",
        "Below each figure: its 95 % interval (bootstrap over calls). Cohen's kappa is the mean over pairs; — : "
        "undefined, as all verdicts are the same or calls too few. Alpha from 0.8 is good, from 0.6 usable.",
    ),
    "calib.differ": ("分歧之处", "Where they differ"),
    "calib.nowhere": ("没有分歧", "Nowhere"),
    "calib.machine": ("机器", "Machine"),
    "calib.refused.no_title": ("请填写名称", "Give it a title"),
    "calib.refused.no_calls": ("没有可用的通话：请指定通话，或增加抽取数量", "No call: name some, or draw some"),
    "calib.refused.unknown_call": ("没有通话 {what}，或者尚未评分", "No call {what}, or it has no score yet"),
    "calib.refused.too_many": ("最多 {most} 通通话", "At most {most} calls"),
    "calib.refused.few_reviewers": ("请选择至少两名评审人", "Choose two reviewers at least"),
    "calib.refused.not_theirs": (
        "{what} 无权查看其中的部分通话，请换人或换通话",
        "{what} may not see some of the calls; choose others",
    ),
    "calib.refused.incomplete": ("请评定全部项目", "Judge every item"),
    "calib.refused.closed": ("校准已结束，不再接受评定", "The set is closed; no more verdicts are taken"),
}
