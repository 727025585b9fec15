"""Words of the page of promises."""

from __future__ import annotations

from typing import Final

PROMISES_WORDS: Final[dict[str, tuple[str, str]]] = {
    "promises.title": ("承诺台账", "Promises"),
    "promises.lead": ("{found} 项", "{found} shown"),
    "promises.view.todo": ("待处理", "To do"),
    "promises.view.soon": ("今明两天到期", "Due today or tomorrow"),
    "promises.view.overdue": ("已过期", "Overdue"),
    "promises.view.kept": ("已兑现", "Kept"),
    "promises.view.broken": ("未兑现", "Broken"),
    "promises.view.cancelled": ("已取消", "Cancelled"),
    "promises.view.all": ("全部", "All"),
    "promises.view": ("查看", "Show"),
    "promises.open": ("待兑现（未过期）", "Open, not overdue"),
    "promises.claimed": ("客户称未兑现", "Broken, says the customer"),
    "promises.rate": ("到期兑现率", "Kept of those due"),
    "promises.rate_of": ("{kept} / {due} 项", "{kept} of {due}"),
    "promises.days": ("通话时间", "Calls of"),
    "promises.days_n": ("最近 {days} 天", "the last {days} days"),
    "promises.days_all": ("全部", "all days"),
    "promises.team": ("班组", "Team"),
    "promises.agent": ("坐席", "Agent"),
    "promises.any": ("全部", "Any"),
    "promises.due_by": ("到期不晚于", "Due by"),
    "promises.apply": ("筛选", "Filter"),
    "promises.due": ("到期", "Due"),
    "promises.status": ("状态", "Status"),
    "promises.what": ("承诺内容", "Promise"),
    "promises.who": ("通话、坐席与客户", "Call, agent, customer"),
    "promises.do": ("处理", "Settle"),
    "promises.mark": ("认定为", "It is"),
    "promises.note": ("说明（选填）", "Note (optional)"),
    "promises.ticket": ("关联工单号", "Ticket number"),
    "promises.record": ("记录", "Record"),
    "promises.link": ("关联", "Link"),
    "promises.history": ("记录 {n} 条", "{n} on record"),
    "promises.by": ("{who}，{when}", "{who}, {when}"),
    "promises.customer_says": ("客户说：{words}", "The customer says: {words}"),
    "promises.none": (
        "没有符合条件的承诺。可放宽时间范围，或查看“全部”。",
        "No such promises. Widen the days, or show all.",
    ),
    "promises.empty": (
        "这段时间的通话里没有承诺。坐席作出承诺后，会在评分时自动记入台账。",
        "No promises in calls of these days. What agents promise is put here when their calls are scored.",
    ),
    "promises.page": ("第 {page} / {pages} 页", "page {page} of {pages}"),
    "promises.before": ("上一页", "Previous page"),
    "promises.import": ("导入工单（CSV）", "Import tickets (CSV)"),
    "promises.import_what": (
        "上传工单系统导出的 CSV：需有“状态”列，以及通话编号、工单号或客户号码之一。重复导入同一文件不会改变结果。",
        "A CSV export of your ticket system, with the status and a call id, ticket number or customer. "
        "The same file again changes nothing.",
    ),
    "promises.file": ("工单文件", "File of tickets"),
    "promises.go": ("导入", "Import"),
    "promises.no_file": ("请先选择文件", "Choose a file first"),
    "promises.bad_rows": ("未采用的行", "Rows that were not used"),
}
