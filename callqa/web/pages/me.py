"""One's own account: password, language, colours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from callqa.reports.words import LANGUAGES
from callqa.services.people import LEAST_PASSWORD_CHARACTERS, TooManyTriesError, change_password, knows_password
from callqa.services.rights import Right
from callqa.web.doors import COOKIE, Doors, Visitor, Who
from callqa.web.pages.login import local
from callqa.web.services import WebServices
from callqa.web.shell import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Shell
from models.errors import InputError

_YEAR_S = 365 * 86_400


def me_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page, and what its forms do."""
    doors = Doors(services)

    def form(request: Request, who: Visitor, said: str = "", status: int = 200) -> Response:
        with services.new_unit_of_work() as uow:
            has_password = bool(uow.people.password_hash(who.person.name))
        return shell.page(
            request,
            "me.html",
            status=status,
            said=said,
            least=LEAST_PASSWORD_CHARACTERS,
            has_password=has_password,
        )

    @doors.get("/me", Right.LOOK_AFTER_ONESELF)
    def show(request: Request, who: Who) -> Response:
        return form(request, who)

    @doors.post("/me/password", Right.LOOK_AFTER_ONESELF)
    def password(
        request: Request,
        who: Who,
        old: Annotated[str, Form()] = "",
        new: Annotated[str, Form()] = "",
        again: Annotated[str, Form()] = "",
    ) -> Response:
        words, name = shell.words(request), who.person.name
        try:
            knows = knows_password(who.person, old, services.now(), services.hasher, services.new_unit_of_work)
        except TooManyTriesError as error:
            return form(request, who, words("login.wait", wait_s=error.wait_s), 429)
        if not knows:
            return form(request, who, words("me.wrong"), 403)
        if new != again:
            return form(request, who, words("me.differ"), 400)
        try:
            change_password(name, new, name, services.now(), services.hasher, services.new_unit_of_work)
        except InputError:
            return form(request, who, words("me.new", least=LEAST_PASSWORD_CHARACTERS), 400)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer

    @doors.post("/me/looks", Right.LOOK_AFTER_ONESELF)
    def looks(
        language: Annotated[str, Form()] = "", theme: Annotated[str, Form()] = "", back: Annotated[str, Form()] = ""
    ) -> Response:
        answer = RedirectResponse(local(back) or "/me", 303)
        for cookie, value, allowed in ((LANGUAGE_COOKIE, language, LANGUAGES), (THEME_COOKIE, theme, THEMES)):
            if value in allowed:
                answer.set_cookie(
                    cookie, value, max_age=_YEAR_S, httponly=True, samesite="lax", secure=services.is_https
                )
        return answer

    return doors.router
