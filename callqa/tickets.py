"""Ticket exports: CSV as ticket systems and spreadsheets write it, to tickets, and rows that cannot be read.

UTF-8 with or without a mark, UTF-16 with one, or GB 18030; separated by commas, semicolons or tabs; columns by their
English or Chinese names, others are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from callqa.metadata import bytes_of, cells_of, column_places, parse_span, rows_in
from models.errors import InputError
from scoring.tickets import BadRow, RowProblem, Ticket, TicketState

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "call_id": ("call", "通话编号", "通话id", "录音编号", "呼叫编号"),
    "ticket": ("ticket_id", "工单号", "工单编号"),
    "customer": ("customer_ref", "客户号码", "客户电话", "客户标识", "客户编号", "联系电话", "用户号码", "主叫号码"),
    "action": ("事项", "承诺事项"),
    "opened_at": ("created_at", "受理时间", "建单时间", "创建时间", "派单时间"),
    "status": ("状态", "工单状态", "处理状态", "处理结果"),
    "done_at": ("closed_at", "完成时间", "办结时间", "归档时间", "关闭时间"),
}
"""What a column may be called besides its first name; in any case, blanks around it do not matter."""

STATUSES: Mapping[TicketState, tuple[str, ...]] = {
    TicketState.DONE: (
        "done",
        "kept",
        "completed",
        "resolved",
        "已完成",
        "完成",
        "已办结",
        "已处理",
        "已解决",
        "已兑现",
    ),
    TicketState.UNDONE: ("undone", "broken", "closed_undone", "未兑现", "关闭未处理", "未处理关闭", "超时关闭"),
    TicketState.CANCELLED: ("cancelled", "canceled", "withdrawn", "已取消", "取消", "已撤销", "撤单", "作废"),
    TicketState.OPEN: ("open", "pending", "in_progress", "处理中", "待处理", "进行中", "已派单", "待派单", "挂起"),
}
"""How each state may be written. A bare "closed" is none of them: it does not say whether anything was done."""

UNFINISHED = ("not_done", "未完成", "未办结", "未处理", "未解决")
"""Open while the ticket has no closing time, closed undone when it has one."""


@dataclass(frozen=True, slots=True)
class TicketTable:
    """The rows of an export that can be read, and those that cannot, each in their order."""

    tickets: tuple[Ticket, ...]
    bad: tuple[BadRow, ...]


def read_tickets(path: Path, time_zone: str) -> TicketTable:
    """The tickets of a file, as `tickets_in` gives them. Raises InputError."""
    return tickets_in(bytes_of(path), str(path), time_zone)


def tickets_in(raw: bytes, where: str, time_zone: str) -> TicketTable:
    """Read an export; times without a zone are those of `time_zone`. Blank rows are passed over.

    Raises InputError, which says `where`, for what cannot be read at all, and for columns that are missing or there
    twice.
    """
    rows = rows_in(raw, where)
    _, head = next(rows, (1, ()))
    places = _places(head, where)
    tickets: list[Ticket] = []
    bad: list[BadRow] = []
    for line, row in rows:
        read = _ticket(cells_of(row, places), line, time_zone)
        if isinstance(read, Ticket):
            tickets.append(read)
        else:
            bad.append(read)
    return TicketTable(tuple(tickets), tuple(bad))


def _places(head: Sequence[str], where: str) -> dict[str, int]:
    """Where each known column is."""
    places = column_places(head, COLUMNS, where)
    if "status" not in places:
        raise InputError(
            f"{where}: the first line must name the columns, status (状态) among them; see docs/contracts.md"
        )
    if not {"call_id", "ticket", "customer"} & set(places):
        raise InputError(
            f"{where}: no column says whose ticket it is: call_id (通话编号), ticket (工单号) or customer (客户号码)"
        )
    return places


def _ticket(cells: Mapping[str, str], line: int, time_zone: str) -> Ticket | BadRow:
    said = cells.get("status", "")
    times: dict[str, tuple[datetime, datetime] | None] = {}
    for name in ("opened_at", "done_at"):
        written = cells.get(name)
        try:
            times[name] = None if written is None else parse_span(written, time_zone)
        except ValueError:
            return BadRow(line, RowProblem.BAD_TIME, written or "")
    state = _state(said, times["done_at"] is not None)
    if state is None:
        return BadRow(line, RowProblem.BAD_STATUS, said)
    opened = times["opened_at"]
    return Ticket(
        line=line,
        call_id=cells.get("call_id"),
        number=cells.get("ticket"),
        customer=cells.get("customer"),
        action=cells.get("action"),
        opened_at=opened[0] if opened else None,
        state=state,
        closed=times["done_at"],
        said=said,
    )


def _state(said: str, closed: bool) -> TicketState | None:
    written = said.casefold()
    if written in UNFINISHED:
        return TicketState.UNDONE if closed else TicketState.OPEN
    return next((state for state, names in STATUSES.items() if written in names), None)
