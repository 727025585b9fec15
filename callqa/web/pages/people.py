"""Who may use the console: for admins."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from callqa.services.identities import unbind
from callqa.services.people import add_person, change_password, change_person, found, new_password
from callqa.services.rights import Right
from callqa.settings import words_of
from callqa.web.doors import Doors, Who
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import InputError
from models.person import Person, Post


def people_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page, and what its forms do."""
    doors = Doors(services)

    def table(request: Request, said: str = "", status: int = 200) -> Response:
        with services.new_unit_of_work() as uow:
            everybody, bound = uow.people.all(), uow.people.bound()
        return shell.page(
            request,
            "people.html",
            status=status,
            people=everybody,
            bound=bound,
            said=said,
            posts=list(Post),
            oidc=services.oidc,
        )

    @doors.get("/people", Right.MANAGE_PEOPLE)
    def show(request: Request) -> Response:
        return table(request)

    @doors.post("/people", Right.MANAGE_PEOPLE)
    def add(
        request: Request,
        who: Who,
        name: Annotated[str, Form()],
        shown_name: Annotated[str, Form()],
        post: Annotated[Post, Form()],
        teams: Annotated[str, Form()] = "",
        agent_id: Annotated[str, Form()] = "",
        by_oidc: Annotated[bool, Form()] = False,
    ) -> Response:
        password = None if by_oidc and services.oidc is not None else new_password()
        person = Person(
            name=name.strip().lower(),
            shown_name=shown_name.strip(),
            post=post,
            teams=frozenset(words_of(teams)) or None,
            agent_id=agent_id.strip() or None,
            created_at=services.now(),
            must_change_password=password is not None,
        )
        try:
            add_person(person, password, who.person.name, services.hasher, services.new_unit_of_work)
        except InputError as error:
            return table(request, str(error), 400)
        words = shell.words(request)
        if password is None:
            return table(request, words("people.added", name=person.name))
        return table(request, words("people.password_once", name=person.name, password=password))

    @doors.post("/people/{name}/password", Right.MANAGE_PEOPLE)
    def reset(request: Request, who: Who, name: str) -> Response:
        password = new_password()
        change_password(
            name, password, who.person.name, services.now(), services.hasher, services.new_unit_of_work
        )  # fmt: skip
        return table(request, shell.words(request)("people.password_once", name=name, password=password))

    @doors.post("/people/{name}/state", Right.MANAGE_PEOPLE)
    def state(request: Request, who: Who, name: str, disabled: Annotated[bool, Form()]) -> Response:
        with services.new_unit_of_work() as uow:
            person = found(uow, name)
        try:
            change_person(
                replace(person, is_disabled=disabled), who.person.name, services.now(), services.new_unit_of_work
            )
        except InputError as error:
            return table(request, str(error), 400)
        return RedirectResponse("/people", 303)

    @doors.post("/people/{name}/unbind", Right.MANAGE_PEOPLE)
    def other_account(request: Request, who: Who, name: str) -> Response:
        try:
            unbind(name, who.person.name, services.now(), services.new_unit_of_work)
        except InputError as error:
            return table(request, str(error), 400)
        return RedirectResponse("/people", 303)

    return doors.router
