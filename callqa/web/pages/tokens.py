"""One's own tokens for programs: making them, seeing their use, revoking them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from callqa.services.rights import Right
from callqa.services.tokens import DAYS, MOST_NAME_CHARACTERS, end_token, make_token, rights_offered
from callqa.web.doors import Doors, Visitor, Who
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import InputError


def tokens_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page, and what its forms do."""
    doors = Doors(services)

    def table(request: Request, who: Visitor, key: str = "", wrong: str = "") -> Response:
        with services.new_unit_of_work() as uow:
            tokens = uow.tokens.of(who.person.name)
        return shell.page(
            request,
            "tokens.html",
            status=400 if wrong else 200,
            tokens=tokens,
            rights=rights_offered(who.person.post),
            all_days=DAYS,
            name_characters=MOST_NAME_CHARACTERS,
            key=key,
            wrong=wrong,
            now=services.now(),
        )

    @doors.get("/me/tokens", Right.USE_API)
    def show(request: Request, who: Who) -> Response:
        return table(request, who)

    @doors.post("/me/tokens", Right.USE_API)
    def make(
        request: Request,
        who: Who,
        name: Annotated[str, Form()] = "",
        rights: Annotated[list[str] | None, Form()] = None,
        days: Annotated[int, Form()] = DAYS[1],
    ) -> Response:
        try:
            made = make_token(who.person, name, rights or (), days, services.now(), services.new_unit_of_work)
        except InputError:
            return table(request, who, wrong=shell.words(request)("tokens.wrong"))
        return table(request, who, key=made.key)

    @doors.post("/me/tokens/{key_sha256}/end", Right.USE_API)
    def end(who: Who, key_sha256: str) -> Response:
        try:
            end_token(who.person, key_sha256, services.now(), services.new_unit_of_work)
        except InputError as error:
            raise HTTPException(404) from error
        return RedirectResponse("/me/tokens", 303)

    return doors.router
