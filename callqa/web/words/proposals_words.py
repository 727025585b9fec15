"""Words of the page of proposed phrases."""

from __future__ import annotations

from typing import Final

PROPOSALS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "proposals.title": ("复核中的短语建议", "Phrases proposed from reviews"),
    "proposals.what": (
        "复核人员常指出而机器没有扣分的短语，以及常被撤销的误判。采纳后写入草稿，试算并发布后才生效。",
        "Phrases that reviewers often point to and the machine does not charge, and charges that they take back. What "
        "is accepted goes into a draft; it counts once that is tried and published.",
    ),
    "proposals.look": ("查看建议", "Look at them"),
    "proposals.for": ("现行标准：{name}", "In use: {name}"),
    "proposals.again": ("重新查找", "Look again"),
    "proposals.again_what": ("要给通话重新评分，可能需要一分钟", "calls are scored anew, which may take a minute"),
    "proposals.none": ("没有待决定的建议", "There is nothing to decide"),
    "proposals.not_zh": ("只为中文标准提建议", "Phrases are proposed for Chinese standards only"),
    "proposals.more": ("等 {n} 通", "and {n} more"),
    "proposals.examples": ("例句", "Said in calls"),
    "proposals.accept": ("采纳，写入草稿", "Accept as draft"),
    "proposals.decline": ("不采纳", "Decline"),
    "proposals.why": ("理由（选填）", "Why (optional)"),
    "proposals.draft": ("打开草稿", "Open the draft"),
    "proposals.decisions": ("已作的决定", "Decisions"),
    "proposals.decision": ("决定", "Decision"),
    "proposals.by": ("决定人", "Who"),
    "proposals.at": ("时间", "When"),
    "proposals.reason": ("理由", "Why"),
    "proposals.accepted": ("已采纳", "accepted"),
    "proposals.declined": ("不采纳", "declined"),
    "proposals.undecided": ("没有作出决定：{why}", "Nothing was decided: {why}"),
    "proposals.stale": (
        "这条建议已有决定，或同时有人在作决定，请重新查看",
        "it was decided about before, or somebody decides at this moment; look again",
    ),
    "proposals.unfit": ("这不是可以采纳的建议，或理由过长", "it is no such proposal, or the reason is too long"),
}
