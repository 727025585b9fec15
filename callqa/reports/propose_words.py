"""What `callqa standard propose` says, in Simplified Chinese and English."""

from __future__ import annotations

from typing import Final

PROPOSE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "propose.addition": ("新增禁语", "to charge"),
    "propose.exception": ("误判例外", "look-alike"),
    "propose.what": ("建议", "Proposal"),
    "propose.phrase": ("短语", "Phrase"),
    "propose.kind": ("类别", "Kind"),
    "propose.calls": ("更正的通话", "Corrected calls"),
    "propose.elsewhere": ("其他通话", "Other calls"),
    "propose.precision": ("查准率", "Precision"),
    "propose.recall": ("查全率", "Recall"),
    "propose.flipped": ("结论会变的通话", "Calls that would flip"),
    "propose.examples": ("例句", "Examples"),
    "propose.accepted": (
        "已写入草稿。请在控制台 /standards/-/{draft} 查看、试算并发布",
        "It is in a draft. Look at it, try and publish it in the console at /standards/-/{draft}",
    ),
    "propose.declined": ("已记下，不再建议", "Noted; it is not proposed again"),
    "propose.none": ("没有可建议的短语", "There is nothing to propose"),
}
