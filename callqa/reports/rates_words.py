"""Words of the true rates of faults. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RATES_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "rates.heading": (
        "真实差错率（按随机抽样复核估计）",
        "True rate of faults, estimated from the reviewed random sample",
    ),
    "rates.share": ("估计值", "Estimate"),
    "rates.interval": ("95% 区间", "95 % interval"),
    "rates.reviewed": ("已复核抽样数", "Reviewed"),
    "rates.about": ("约 {share}% ± {half}", "about {share} % ± {half}"),
    "rates.between": ("{low}% 至 {high}%", "{low} % to {high} %"),
    "rates.missing": ("复核太少，还需 {n} 通才能估计", "too few reviews: {n} more are needed for an estimate"),
    "rates.answered": ("{n}/{of}（{share}%）", "{n}/{of} ({share} %)"),
    "rates.with_interval": ("差错率{estimate}（95% 区间 {interval}）", "faults {estimate} (95 % interval {interval})"),
    "rates.line": ("{title}：{known}，已复核抽样 {answered}", "{title}: {known}, reviewed {answered}"),
    "rates.doubtful": (
        "抽中的通话复核不足 80%，估计可能有偏差",
        "under 80 % of the draw is reviewed: this may be biased",
    ),
    "rates.undrawn": (
        "另有 {n} 通不在抽样范围内（当日未抽样或坐席不明），未计入。",
        "{n} calls were never to be drawn (a day without a draw, or no known agent), and are left out.",
    ),
    "rates.late": (
        "这些日期另有 {n} 通在抽样之后才到，没有被抽中的机会。",
        "On these days {n} calls came after the draw and never had a chance to be drawn.",
    ),
    "rates.note": (
        "差错 = 未做到或违规。机器评定了每一通，人工只复核抽中的通话；按抽中的概率加权推算全部通话，"
        "因此既包括机器漏掉的，也不包括机器误判的。",
        "A fault is missed or violated. The machine judged every call, people the drawn ones; weighted by the "
        "chance of each draw they speak for all calls, with what the machine overlooked and without what it charged in "
        "vain.",
    ),
    "rates.freed": (
        "复核员自身的差错已按校准结果扣除：某项双人评定满 {fewest} 次的按该项，否则按各项合计。",
        "What reviewers get wrong themselves is taken out, as the calibration sets tell it: of the item where they "
        "hold {fewest} double verdicts, else of all items together.",
    ),
    "rates.not_freed": (
        "尚无已结束的校准，未扣除复核员自身的差错。",
        "What reviewers get wrong themselves is not taken out: no calibration set is closed yet.",
    ),
}
