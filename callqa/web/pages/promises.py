"""The promise ledger: what is due, overdue, kept and broken; marking, linking to tickets, importing them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from callqa.reports.ledger import LedgerLine, LedgerQuery, action_ids, chosen, claim_of, count, ledger_lines
from callqa.reports.vcon import shown_customer
from callqa.services.ledger import MOST_TICKET_CHARACTERS, Place, SettleResult, link, mark, settle
from callqa.services.rights import Right
from callqa.tickets import tickets_in
from callqa.web.doors import Doors, Visitor, Who
from callqa.web.pages.login import local
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import InputError, StateError
from models.scorecard import PromiseStatus

SIZE = 50
DAYS = (30, 90, 365, 0)
"""Promises of calls of the last so many days; 0: of all."""
MOST_NOTE_CHARACTERS = 500
SOON = "soon"
"""What is to be kept today or tomorrow."""
VIEWS = {
    "todo": LedgerQuery(),
    SOON: LedgerQuery(),
    "overdue": LedgerQuery(overdue=True),
    "kept": LedgerQuery(frozenset({PromiseStatus.KEPT})),
    "broken": LedgerQuery(frozenset({PromiseStatus.BROKEN})),
    "cancelled": LedgerQuery(frozenset({PromiseStatus.CANCELLED})),
    "all": LedgerQuery(frozenset(PromiseStatus)),
}
"""What may be looked at; without a choice, what is left to do."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the visitor looks at. `team` and `agent` are "" for any, `due` the last day that a promise is due by."""

    view: str = "todo"
    days: int = DAYS[1]
    team: str = ""
    agent: str = ""
    due: str = ""
    page: int = 1

    def address(self, **other: object) -> str:
        """The page with something else chosen; the first one unless a page is named."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__} | {"page": 1} | other
        plain = Choice()
        told = {name: value for name, value in values.items() if value != getattr(plain, name)}
        return "/promises" + (f"?{urlencode(told)}" if told else "")


def promises_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page, and what its forms do."""
    doors, zone = Doors(services), ZoneInfo(services.time_zone)

    def lines_for(who: Visitor, choice: Choice) -> list[LedgerLine]:
        now = services.now()
        since = now - timedelta(days=choice.days) if choice.days else None
        with services.new_unit_of_work() as uow:
            entries = uow.ledger.entries(scope=who.scope, begun_since=since)
        return ledger_lines(entries, now)

    def show_page(
        request: Request, who: Visitor, choice: Choice, *, result: SettleResult | None = None, wrong: str = ""
    ) -> Response:
        lines = lines_for(who, choice)
        teams = sorted({line.entry.meta.team for line in lines if line.entry.meta.team})
        agents = sorted({(line.entry.meta.agent_id, line.entry.meta.agent_name or "") for line in lines})
        of_whom = [line for line in lines if _is_of(line, choice)]
        today = services.now().astimezone(zone).date()
        first = today if choice.view == SOON else None
        last = day_of(choice.due) or (today + timedelta(days=1) if choice.view == SOON else None)
        found = chosen(of_whom, _due(VIEWS[choice.view], first, last), zone)
        pages = max(1, -(-len(found) // SIZE))
        page = min(choice.page, pages)
        return shell.page(
            request,
            "promises.html",
            status=400 if wrong else 200,
            choice=choice,
            counts=count(of_whom),
            lines=found[(page - 1) * SIZE : page * SIZE],
            found=len(found),
            page=page,
            pages=pages,
            teams=teams,
            agents=agents,
            views=tuple(VIEWS),
            all_days=DAYS,
            statuses=list(PromiseStatus),
            claim_of=claim_of,
            shown_customer=shown_customer,
            result=result,
            wrong=wrong,
            ticket_characters=MOST_TICKET_CHARACTERS,
            note_characters=MOST_NOTE_CHARACTERS,
        )

    @doors.get("/promises", Right.SEE_PROMISES)
    def show(
        request: Request,
        who: Who,
        view: str = "todo",
        days: int = DAYS[1],
        team: str = "",
        agent: str = "",
        due: str = "",
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> Response:
        if view not in VIEWS or days not in DAYS:
            raise HTTPException(404)
        return show_page(request, who, Choice(view, days, team, agent, due, page))

    @doors.post("/promises/import", Right.MARK_PROMISES)
    def bring(request: Request, who: Who, file: UploadFile | None = None) -> Response:
        words = shell.words(request)
        if file is None or not file.filename:
            return show_page(request, who, Choice(), wrong=words("promises.no_file"))
        try:
            table = tickets_in(file.file.read(), file.filename, services.time_zone)
        except InputError as error:
            return show_page(request, who, Choice(), wrong=str(error))
        result = settle(
            table, action_ids(), who.person.name, services.now(), services.new_unit_of_work, who.scope
        )  # fmt: skip
        return show_page(request, who, Choice(), result=result)

    @doors.post("/promises/{recording_id}/{promise_id}", Right.MARK_PROMISES)
    def say(
        who: Who,
        recording_id: str,
        promise_id: str,
        status: Annotated[PromiseStatus | None, Form()] = None,
        note: Annotated[str, Form(max_length=MOST_NOTE_CHARACTERS)] = "",
        ticket: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "",
    ) -> Response:
        place, by, now = Place(who.scope, recording_id), who.person.name, services.now()
        with services.new_unit_of_work() as uow:
            if all(entry.id != promise_id for entry in uow.ledger.entries([recording_id], who.scope)):
                raise HTTPException(404)
        try:
            if status is not None:
                mark(
                    promise_id, status, by, note.strip(), now, services.new_unit_of_work, place, mask=services.mask_note
                )
            if ticket.strip():
                link(promise_id, ticket, by, now, services.new_unit_of_work, place)
        except InputError as error:
            raise HTTPException(400) from error
        except StateError as error:
            raise HTTPException(409) from error
        return RedirectResponse(f"{local(back) or '/promises'}#p-{promise_id}", 303)

    return doors.router


def day_of(text: str) -> date | None:
    """The day, None for "" and for what is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _due(query: LedgerQuery, first: date | None, last: date | None) -> LedgerQuery:
    """The query for what is due from the first day to the last, where one of them is named."""
    return query if first is None and last is None else replace(query, due=(first or date.min, last or date.max))


def _is_of(line: LedgerLine, choice: Choice) -> bool:
    meta = line.entry.meta
    return choice.team in {"", meta.team} and choice.agent in {"", meta.agent_id}
