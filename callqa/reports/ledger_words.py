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
    "ledger.none": ("没有符合条件的承诺。", "No such promises."),
    "ledger.settled": (
        "已更新 {settled} 行，无变化 {unchanged} 行，工单仍在处理 {still_open} 行，未采用 {bad} 行",
        "{settled} rows told something new, {unchanged} what was known, {still_open} are of open tickets, "
        "{bad} were not used",
    ),
    "ledger.settled_row": ("第 {line} 行：{call} {quote} → {status}", "line {line}: {call} {quote} → {status}"),
    "ledger.bad_row": ("第 {line} 行未采用：{why}", "line {line} was not used: {why}"),
    "ledger.problem.bad_status": (
        "状态“{detail}”无法识别，请改写为 已完成、关闭未处理、已取消 或 处理中",
        "status “{detail}” is not known; write done, undone, cancelled or open",
    ),
    "ledger.problem.bad_time": (
        "时间“{detail}”无法识别，请写成 2026-11-20 09:31",
        "“{detail}” is no time; write it like 2026-11-20 09:31",
    ),
    "ledger.problem.unknown_action": (
        "事项“{detail}”无法识别，请按 callqa promises 所列的事项填写，或留空",
        "action “{detail}” is not known; write one that callqa promises lists, or leave it out",
    ),
    "ledger.problem.nothing_to_go_by": (
        "没有通话编号，也没有客户号码加受理时间，找不到对应的承诺（{detail}）",
        "neither a call id nor a customer with the time the ticket was opened, so no promise can be found ({detail})",
    ),
    "ledger.problem.no_promise": ("没有对应的承诺（{detail}）", "no promise fits ({detail})"),
    "ledger.problem.ambiguous": (
        "可能对应不止一项承诺：{detail}；请补填通话编号或事项",
        "more than one promise fits: {detail}; add the call id or the action",
    ),
    "ledger.problem.no_done_time": (
        "“{detail}”但没有完成时间，无法判断是否按时",
        "“{detail}” without a time of completion: whether it was in time is not known",
    ),
    "ledger.problem.day_only": (
        "完成时间只有日期，与到期在同一天，无法判断是否按时（{detail}）",
        "it was done on the day it was due and the time of day is missing ({detail})",
    ),
    "ledger.problem.before_call": (
        "完成时间早于通话，请核对是否对应（{detail}）",
        "it was closed before the call began; check whether they belong together ({detail})",
    ),
    "ledger.problem.disagree": (
        "与另一行对同一项承诺（{detail}）说法不一，两行都未采用",
        "another row says otherwise of the same promise ({detail}); neither was used",
    ),
    "ledger.marked": ("已记录：{id} {status}", "recorded: {id} {status}"),
    "ledger.marked_before": ("无变化：{id} {status} 已有记录", "nothing new: {id} {status} is recorded already"),
    "ledger.followed": (
        "查看了 {customers} 位多次通话的客户：新认定按时回电 {kept} 项，"
        "客户称未兑现 {claimed} 项，无法处理 {failed} 通",
        "{customers} customers with more than one call: {kept} promises found kept, {claimed} claimed broken, "
        "{failed} calls could not be read",
    ),
    "ledger.sums": (
        "共 {promises} 项承诺：已过期 {overdue}，待兑现 {open}，已兑现 {kept}，未兑现 {broken}，"
        "客户称未兑现 {claimed}，已取消 {cancelled}；到期的 {due} 项中已兑现 {kept} 项",
        "{promises} promises: {overdue} overdue, {open} open, {kept} kept, {broken} broken, {claimed} claimed broken, "
        "{cancelled} cancelled; of {due} that fell due {kept} were kept",
    ),
}
