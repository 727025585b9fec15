"""Words of the pages of appeals."""

from __future__ import annotations

from typing import Final

APPEALS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "appeals.one": ("申诉", "Appeal"),
    "appeals.new": ("提出申诉", "Appeal against"),
    "appeals.count": ("待裁定 {n} 件", "{n} to be ruled on"),
    "appeals.open": ("待裁定", "To be ruled on"),
    "appeals.is_open": ("? 待裁定", "? Open"),
    "appeals.ruled": ("已裁定", "Ruled on"),
    "appeals.none": ("没有待裁定的申诉", "No appeal waits for a ruling"),
    "appeals.none_mine": (
        "您没有待裁定的申诉。对评分有异议时，请打开该通话，在相应项目下点“申诉”。",
        "None of your appeals is open. To object to an item, open the call and choose Appeal at the item.",
    ),
    "appeals.item": ("项目", "Item"),
    "appeals.call": ("通话", "Call"),
    "appeals.agent": ("坐席", "Agent"),
    "appeals.about": ("申诉内容", "What it is about"),
    "appeals.against": ("原结论", "Verdict objected to"),
    "appeals.machine": ("机器结论", "Machine's verdict"),
    "appeals.total": ("总分", "Total"),
    "appeals.made": ("提出时间", "Made"),
    "appeals.reason": ("申诉理由", "Reason"),
    "appeals.until": ("申诉截止", "Object until"),
    "appeals.once": (
        "每个项目只能申诉一次；由班组长裁定，裁定为最终结论。",
        "An item can be appealed once; a supervisor rules, and the ruling is final.",
    ),
    "appeals.send": ("提交申诉", "Send"),
    "appeals.make": ("申诉", "Appeal"),
    "appeals.ruling": ("裁定", "Ruling"),
    "appeals.upheld": ("申诉成立", "Upheld"),
    "appeals.rejected": ("维持原结论", "Rejected"),
    "appeals.verdict": ("裁定结论", "Ruling"),
    "appeals.choose": ("请选择裁定结论", "Choose a ruling"),
    "appeals.ruling_reason": ("裁定理由", "Reason of the ruling"),
    "appeals.sentence_note": (
        "指出所指语句，裁定就能用来训练分类器；不指定时，沿用复核人员所指的语句（结论相同时）。",
        "With the sentence that is meant the ruling teaches the classifier; with none it is the reviewer's, where the "
        "verdict is the same.",
    ),
    "appeals.rule": ("作出裁定", "Rule"),
    "appeals.final": ("最终裁定", "final"),
    "appeals.final_note": (
        "裁定为最终结论：立即计入得分，不能更改，并成为回归用例和训练样本。",
        "A ruling is final: it counts for the score at once, cannot be changed, and becomes a regression case and a "
        "training label.",
    ),
    "appeals.refused.no_reason": ("请填写理由", "Give a reason"),
    "appeals.refused.too_long": ("理由最多 {most} 个字符", "A reason has at most {most} characters"),
    "appeals.refused.too_late": ("申诉期已过", "The days to object are over"),
    "appeals.refused.already": ("该项目已有申诉或裁定", "There is an appeal or a ruling already"),
    "appeals.refused.own_review": (
        "您复核过这个项目，须由其他人裁定",
        "You reviewed this item yourself; somebody else must rule",
    ),
    "appeals.refused.same_verdict": (
        "申诉成立时，结论须与原结论不同",
        "An upheld appeal needs another verdict than the one objected to",
    ),
}
