"""What is said of deriving scorecards again from their receipts. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RECEIPT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "receipt.equal": (
        "{call}：重新评分，逐字节相同（{digest}）",
        "{call}: derived again, equal byte for byte ({digest})",
    ),
    "receipt.differs": ("{call}：重新评分，有 {n} 处不同：", "{call}: derived again, {n} values differ:"),
    "receipt.lacking": (
        "{call}：缺少凭据所指的内容，未能重新评分：",
        "{call}: not derived again, for what is missing:",
    ),
    "receipt.other_rules": (
        "{call}：凭据所指的评分规则或公司工作日历不在此处，按现有的重新评分，结果相同：",
        "{call}: derived again under other rules or company days than those of the receipt, with the same result:",
    ),
    "receipt.difference": ("{place}：原为 {written}，现为 {derived}", "{place}: was {written}, is {derived}"),
    "receipt.nothing": ("（无）", "(nothing)"),
    "receipt.more": ("另有 {n} 处", "and {n} more"),
    "receipt.gap": ("找不到{part} {wanted}", "no {part} {wanted}"),
    "receipt.gap_other": ("找不到{part} {wanted}，此处是 {found}", "no {part} {wanted}; here is {found}"),
    "receipt.transcript": ("对话文本", "transcript"),
    "receipt.standard": ("服务标准", "standard"),
    "receipt.classifier": ("分类模型", "classifier"),
    "receipt.company_days": ("公司工作日历", "company calendar"),
    "receipt.rules": ("评分规则", "rules"),
    "receipt.failed": (
        "{all} 张评分卡中有 {n} 张未能逐字节重新得出",
        "{n} of {all} scorecards could not be derived again byte for byte",
    ),
}
