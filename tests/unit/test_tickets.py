"""Ticket exports: how they are read, which promise a row is about, and what it says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqa.tickets import COLUMNS, STATUSES, UNFINISHED, read_tickets
from models.call import CallMeta
from models.customer import customer_key
from models.errors import InputError
from models.ledger import LedgerEntry, PlacedPromise, StatusEvent
from models.scorecard import Promise, PromiseStatus
from scoring.tickets import RowProblem, Ticket, TicketState, decide
from tests import factories
from tests.ledger_calls import SHANGHAI, at, promise

ACTIONS = {"回电": "callback", "上门": "visit", "callback": "callback", "visit": "visit"}
STARTED, CLOSED, DUE = at(20), at(20, 18), at(21)
FACTS = ("call_id", "ticket", "customer", "action", "opened_at", "status", "done_at")


def entry(
    call_id: str = "C1",
    said: Promise | None = None,
    customer: str | None = None,
    started_at: datetime | None = STARTED,
    number: str = "p1",
    events: tuple[StatusEvent, ...] = (),
) -> LedgerEntry:
    meta = CallMeta(call_id, customer_ref=customer, started_at=started_at)
    placed = PlacedPromise("e", said or promise("24小时内给您回电", "callback", DUE))
    return LedgerEntry(number, f"r-{call_id}", meta, factories.STANDARD, placed, events=events)


def ticket(
    state: TicketState = TicketState.DONE,
    closed: datetime | None = CLOSED,
    line: int = 2,
    *,
    call_id: str | None = None,
    number: str | None = None,
    customer: str | None = None,
    action: str | None = None,
    opened_at: str | None = None,
) -> Ticket:
    opened = datetime.fromisoformat(opened_at) if opened_at else None
    return Ticket(line, call_id, number, customer, action, opened, state, (closed, closed) if closed else None, "状态")


def outcome(one: Ticket, *entries: LedgerEntry) -> tuple[str, ...]:
    """The promises settled and how, or the problem."""
    decisions, bad = decide([one], entries, ACTIONS, "王", at(30))
    if bad:
        return (bad[0].problem.value, bad[0].detail)
    return (decisions[0].event.status.value, *(e.id for e in decisions[0].entries)) if decisions else ("nothing",)


@pytest.mark.parametrize(
    ("state", "closed", "due", "expected"),
    [
        (TicketState.DONE, DUE - timedelta(seconds=1), DUE, "kept"),
        (TicketState.DONE, DUE, DUE, "kept"),
        (TicketState.DONE, DUE + timedelta(seconds=1), DUE, "broken"),
        (TicketState.DONE, DUE, None, "kept"),
        (TicketState.DONE, None, None, "kept"),
        (TicketState.DONE, None, DUE, "no_done_time"),
        (TicketState.DONE, at(19), DUE, "before_call"),
        (TicketState.UNDONE, None, DUE, "broken"),
        (TicketState.UNDONE, DUE - timedelta(hours=1), DUE, "broken"),
        (TicketState.UNDONE, None, None, "broken"),
        (TicketState.CANCELLED, None, DUE, "cancelled"),
        (TicketState.OPEN, None, DUE, "nothing"),
    ],
)
def test_what_a_ticket_makes_of_a_promise(
    state: TicketState, closed: datetime | None, due: datetime | None, expected: str
) -> None:
    known = entry(said=promise("给您回电", "callback", due))
    assert outcome(ticket(state, closed, call_id="C1"), known)[0] == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-11-20", "kept"), ("2025-11-21", "day_only"), ("2025/11/22", "broken"), ("20251122", "broken")],
)
def test_a_day_without_a_time_is_any_time_of_it(tmp_path: Path, day: str, expected: str) -> None:
    read = rows(tmp_path, f"call_id,status,done_at\nC1,done,{day}\n".encode())
    assert outcome(read[0], entry())[0] == expected


CALLBACK, VISIT = entry(), entry(said=promise("明天上门", "visit", at(22), start=20), number="p2")
AGAIN = entry(said=promise("24小时内回电", "callback", DUE + timedelta(minutes=3), 9), number="p3")
LATER = entry(said=promise("后天再给您回电", "callback", at(22), 9), number="p4")
VAGUE = entry(said=promise("尽快回电", "callback", None, 9), number="p5")
OTHER_CALL = entry("C2", number="p6", customer="13800138000", started_at=at(20, 15, 0))
SAME_CUSTOMER = entry("C3", number="p7", customer="138-0013-8000", started_at=at(20, 9, 0))
UNDATED = entry("C4", number="p8", customer="13800138000", started_at=None)
SETTLED = entry(
    "C5",
    number="p9",
    events=(decide([ticket(call_id="C5", number="GD-5")], [entry("C5")], ACTIONS, "王", at(30))[0][0].event,),
)


@pytest.mark.parametrize(
    ("facts", "entries", "expected"),
    [
        ({"call_id": "C1"}, [CALLBACK, OTHER_CALL], ("kept", "p1")),
        ({"call_id": "C1"}, [CALLBACK, VISIT], ("ambiguous", "p1, p2")),
        ({"call_id": "C1", "action": "回电"}, [CALLBACK, VISIT], ("kept", "p1")),
        ({"call_id": "C1", "action": "VISIT"}, [CALLBACK, VISIT], ("kept", "p2")),
        ({"call_id": "C1", "action": "上门"}, [CALLBACK], ("no_promise", "C1")),
        ({"call_id": "C1", "action": "送花"}, [CALLBACK], ("unknown_action", "送花")),
        ({"call_id": "C9"}, [CALLBACK], ("no_promise", "C9")),
        # Said twice it is one promise; for two days it is two.
        ({"call_id": "C1"}, [CALLBACK, AGAIN], ("kept", "p1", "p3")),
        ({"call_id": "C1"}, [CALLBACK, VAGUE], ("kept", "p1", "p5")),
        ({"call_id": "C1"}, [CALLBACK, LATER], ("ambiguous", "p1, p4")),
        # By customer and time.
        ({"customer": "+86 138 0013 8000", "opened_at": "2025-11-20T15:05:00+08:00"}, [OTHER_CALL], ("kept", "p6")),
        ({"customer": "13800138000", "opened_at": "2025-11-20T14:55:00+08:00"}, [OTHER_CALL], ("kept", "p6")),
        ({"customer": "13800138000", "opened_at": "2025-11-20T14:49:00+08:00"}, [OTHER_CALL], ("no_promise", "13800138000")),
        ({"customer": "13800138000", "opened_at": "2025-11-21T15:01:00+08:00"}, [OTHER_CALL], ("no_promise", "13800138000")),
        ({"customer": "13800138001", "opened_at": "2025-11-20T15:05:00+08:00"}, [OTHER_CALL], ("no_promise", "13800138001")),
        ({"customer": "13800138000", "opened_at": "2025-11-20T15:05:00+08:00"}, [OTHER_CALL, SAME_CUSTOMER], ("ambiguous", "p6, p7")),
        ({"customer": "13800138000", "opened_at": "2025-11-20T15:05:00+08:00"}, [UNDATED], ("no_promise", "13800138000")),
        ({"customer": "13800138000"}, [OTHER_CALL], ("nothing_to_go_by", "13800138000")),
        ({"number": "GD-9"}, [CALLBACK], ("nothing_to_go_by", "GD-9")),
        ({"number": "GD-5"}, [CALLBACK, SETTLED], ("kept", "p9")),
        # The call's id goes before everything else.
        ({"call_id": "C1", "number": "GD-5"}, [CALLBACK, SETTLED], ("kept", "p1")),
    ],
)  # fmt: skip
def test_which_promise_a_row_is_about(
    facts: dict[str, Any], entries: list[LedgerEntry], expected: tuple[str, ...]
) -> None:
    assert outcome(ticket(**facts), *entries) == expected


def test_rows_that_contradict_each_other_settle_nothing() -> None:
    done, undone = ticket(call_id="C1"), ticket(TicketState.UNDONE, line=3, call_id="C1")
    decisions, bad = decide([done, undone], [CALLBACK, OTHER_CALL], ACTIONS, "王", at(30))
    assert decisions == []
    assert [(row.line, row.problem, row.detail) for row in bad] == [
        (2, RowProblem.DISAGREE, "p1"),
        (3, RowProblem.DISAGREE, "p1"),
    ]


def test_of_several_rows_of_a_ticket_the_last_counts() -> None:
    first, second = ticket(call_id="C1", number="T1"), ticket(closed=at(20, 19), line=3, call_id="C1", number="T1")
    other = replace(first, line=4, number="T2")
    decisions, bad = decide([first, second, other], [CALLBACK, OTHER_CALL], ACTIONS, "王", at(30))
    assert bad == []
    assert [(d.ticket.line, d.event.happened_at) for d in decisions] == [(3, at(20, 19)), (4, CLOSED)]


def test_the_event_tells_ticket_time_and_who_brought_it() -> None:
    (decision,), _ = decide([ticket(call_id="C1", number="GD-1")], [CALLBACK], ACTIONS, "王", at(30))
    event = decision.event
    assert (event.status, event.reference, event.happened_at, event.recorded_at, event.recorded_by, event.note) == (
        PromiseStatus.KEPT, "GD-1", at(20, 18), at(30), "王", "状态",
    )  # fmt: skip
    assert not event.claimed


@given(st.text("0123456789 -+()（）", max_size=20))
def test_a_number_is_known_however_it_is_spaced(number: str) -> None:
    assert customer_key(customer_key(number)) == customer_key(customer_key(customer_key(number)))
    assert customer_key("+86 " + "138-0013-8000") == customer_key("13800138000") == "13800138000"
    assert customer_key("0086138 0013 8000") == "13800138000"
    assert customer_key("8613") == "8613"


def rows(tmp_path: Path, raw: bytes) -> tuple[Ticket, ...]:
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    table = read_tickets(path, "Asia/Shanghai")
    assert table.bad == ()
    return table.tickets


HEAD, ROW = "工单号,通话编号,事项,状态,完成时间", "GD-1,C1,回电,已完成,2025/11/20 18:05"


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_however_a_spreadsheet_wrote_it(tmp_path: Path, separator: str, encoding: str, end: str) -> None:
    text = f"{HEAD}{end}{ROW}{end}".replace(",", separator)
    (read,) = rows(tmp_path, text.encode(encoding))
    assert read == Ticket(
        2, "C1", "GD-1", None, "回电", None, TicketState.DONE,
        (datetime(2025, 11, 20, 18, 5, tzinfo=SHANGHAI),) * 2, "已完成",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "read"), [('"=""13800138000"""', "13800138000"), ("'13800138000", "13800138000"), (" K 1 ", "K 1")]
)
def test_what_keeps_a_number_text_is_taken_off(tmp_path: Path, written: str, read: str) -> None:
    (row,) = rows(tmp_path, f"客户号码,状态\n{written},done\n".encode())
    assert row.customer == read


def test_every_name_of_a_column_and_of_a_status_is_known(tmp_path: Path) -> None:
    for name, aliases in COLUMNS.items():
        for alias in (name.upper(), *aliases):
            head = ",".join(alias if fact == name else fact for fact in FACTS)
            (row,) = rows(tmp_path, f"{head}\nC1,T1,K1,回电,2025-11-20 09:40,done,2025-11-20 18:05\n".encode())
            assert (row.call_id, row.number, row.customer, row.action, row.state) == (
                "C1", "T1", "K1", "回电", TicketState.DONE,
            )  # fmt: skip
            assert row.opened_at == at(20, 9, 40)
    for state, names in STATUSES.items():
        for said in names:
            assert rows(tmp_path, f"call_id,status\nC1,{said}\n".encode())[0].state is state
    for said in UNFINISHED:
        still, closed = rows(tmp_path, f"call_id,status,done_at\nC1,{said},\nC1,{said},2025-11-20\n".encode())
        assert (still.state, closed.state) == (TicketState.OPEN, TicketState.UNDONE)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "status"),
        ("通话编号,备注\nC1,好\n".encode(), "status (状态)"),
        ("状态\n已完成\n".encode(), "whose ticket"),
        ("call_id,状态,处理结果\nC1,a,b\n".encode(), "'状态' and '处理结果' both give status"),
        (b"call_id,status\nC1,\xff\xff\xff\n", "not a CSV file in UTF-8 or GBK"),
        (b'call_id,status\nC1,"done\n', "not a CSV file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError) as error:
        read_tickets(path, "Asia/Shanghai")
    assert str(path) in str(error.value)
    assert said in str(error.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_tickets(tmp_path / "none.csv", "Asia/Shanghai")


def test_bad_cells_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = 'call_id,status,done_at,note\nC1,大概好了,,\n\nC2,done,下周,"多\n行"\nC3,done,0001-01-01 00:00,\nC4,,,\nC5,done,,\n'
    path.write_text(text, encoding="utf-8")
    table = read_tickets(path, "Asia/Shanghai")
    assert [(row.line, row.problem, row.detail) for row in table.bad] == [
        (2, RowProblem.BAD_STATUS, "大概好了"),
        (4, RowProblem.BAD_TIME, "下周"),
        (6, RowProblem.BAD_TIME, "0001-01-01 00:00"),
        (7, RowProblem.BAD_STATUS, ""),
    ]
    assert [(row.line, row.call_id) for row in table.tickets] == [(8, "C5")]
