"""Words of what customers think of calls, beside the scores."""

from __future__ import annotations

from typing import Final

SATISFACTION_WORDS: Final[dict[str, tuple[str, str]]] = {
    "satisfaction.heading": ("客户满意度与质检得分", "Satisfaction of customers and scores"),
    "satisfaction.none": (
        "这段时间的通话还没有客户评价。管理员可在“导入数据”中导入问卷。",
        "No customer has rated a call of these days. Admins bring survey answers under Imports.",
    ),
    "satisfaction.rated": ("有客户评价的通话", "Calls that customers rated"),
    "satisfaction.few": (
        "有评价且有得分的通话只有 {n} 通，至少 {least} 通才能计算",
        "only {n} calls have both; it takes {least}",
    ),
    "satisfaction.alike": (
        "这 {n} 通的评价或得分都相同，无从比较",
        "all answers, or all scores, of these {n} calls are alike",
    ),
    "satisfaction.note": (
        "客户多次评价的取最后一次，没有问卷的取录音元数据。相关系数为 Spearman 等级相关："
        "1 表示得分高的通话客户也更满意，0 表示无关。"
        "关联不等于原因，愿意评价的客户也不代表全部客户。",
        "Of several answers the last counts, without one the metadata's. The correlation is Spearman's, by ranks: 1 "
        "where customers are the more satisfied the higher the score, 0 without a link. A link is no cause, and those "
        "who answer are not all customers.",
    ),
    "satisfaction.maybe_none": (
        "区间包含 0：目前看不出得分与满意度有关。",
        "The interval holds 0: so far no link can be seen.",
    ),
}
