"""The review queue: what must be looked at first, the random sample, one's own, and every call by filters and words."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from callqa.services.desk import NotVisibleError, assign, drop_view, reviewers_for, save_view
from callqa.services.queue_query import FIELDS, STATES, URGENCIES, Section, parse_query
from callqa.services.rights import Right
from callqa.web.doors import Doors, Who
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.desk import MOST_VIEW_NAME_CHARACTERS, SavedView
from models.errors import InputError
from models.queue import Part, QueueCursor
from models.scorecard import Verdict

PAGE_CALLS = 50


def queue_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page, and what its forms do."""
    doors = Doors(services)

    def again(person: str, query: str) -> Response:
        """Back to the view that a form was sent from, as far as it is one."""
        try:
            address = parse_query(dict(parse_qsl(query)), person).address()
        except InputError:
            address = ""
        return RedirectResponse(f"/queue?{address}" if address else "/queue", 303)

    @doors.get("/queue", Right.SEE_QUEUE)
    def show(request: Request, who: Who) -> Response:
        asked = dict(request.query_params)
        try:
            query = parse_query(asked, who.person.name)
            after = QueueCursor.parse(asked["after"]) if asked.get("after") else None
        except InputError as error:
            raise HTTPException(400) from error
        with services.new_unit_of_work() as uow:
            values: dict[str, Any] = {
                "page": uow.queue.page(who.scope, query.which, PAGE_CALLS, after),
                "can_search": uow.queue.can_search(),
                "teams": uow.queue.teams(who.scope),
                "items": uow.queue.items(),
                "views": uow.desk.views(who.person.name),
                "reviewers": reviewers_for(who.person, uow),
                "names": {person.name: person.shown_name for person in uow.people.all()},
            }
        return shell.page(
            request,
            "queue.html",
            query=query,
            asked={name: query.asked.get(name, "") for name in FIELDS},
            is_first=after is None,
            sections=list(Section),
            states=list(STATES),
            parts=list(Part),
            urgencies=list(URGENCIES),
            verdicts=list(Verdict),
            most_name=MOST_VIEW_NAME_CHARACTERS,
            **values,
        )

    @doors.post("/queue/assign", Right.REVIEW)
    def give(
        who: Who,
        calls: Annotated[list[str] | None, Form()] = None,
        reviewer: Annotated[str, Form()] = "",
        query: Annotated[str, Form()] = "",
    ) -> Response:
        if calls:
            try:
                assign(calls, reviewer, who.person, services.now(), services.new_unit_of_work)
            except NotVisibleError as error:
                raise HTTPException(404) from error
        return again(who.person.name, query)

    @doors.post("/queue/views", Right.SEE_QUEUE)
    def keep(who: Who, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = "") -> Response:
        address = parse_query(dict(parse_qsl(query)), who.person.name).address()
        save_view(SavedView(who.person.name, name.strip(), address), services.new_unit_of_work)
        return again(who.person.name, query)

    @doors.post("/queue/views/drop", Right.SEE_QUEUE)
    def drop(who: Who, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = "") -> Response:
        drop_view(who.person.name, name, services.new_unit_of_work)
        return again(who.person.name, query)

    return doors.router
