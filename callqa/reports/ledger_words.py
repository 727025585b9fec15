"""What `callqa promises` says. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEDGER_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "ledger.id": ("承诺", "Promise"),
    "ledger.due": ("到期", "Due"),
    "ledger.status": ("状态", "Status"),
    "ledger.call": ("通话 / 坐席 / 客户", "Call / agent / customer"),
    "ledger.action": ("事项", "Action"),
    "ledger.quote": ("原话", "Words"),
    "ledger.overdue": ("已过期", "Overdue"),
    "ledger.claimed": ("客户称未兑现，待核实", "Not done, says the customer; to be checked"),
    "ledger.gone": ("最新评分中已无此承诺", "Not in the newest scorecard"),
    "ledger.no_time": ("无确定时限", "No definite time"),
    "ledger.quoted": ("“{text}”", "“{text}”"),
    "ledger.none": ("没有符合条件的承诺。", "No such promises."),
    "ledger.sums": (
        "共 {promises} 项承诺：已过期 {overdue}，待兑现 {open}，已兑现 {kept}，未兑现 {broken}，"
        "客户称未兑现 {claimed}，已取消 {cancelled}；到期的 {due} 项中已兑现 {kept} 项",
        "{promises} promises: {overdue} overdue, {open} open, {kept} kept, {broken} broken, {claimed} claimed broken, "
        "{cancelled} cancelled; of {due} that fell due {kept} were kept",
    ),
}
