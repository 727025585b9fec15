"""Logging in and out."""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from callqa.services.people import LONGEST, LoggedIn, TooManyTriesError, log_in, log_out
from callqa.services.rights import Right
from callqa.web.doors import COOKIE, FORM_KEY, Doors, Who
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.person import Person, Post

_LOGIN_COOKIE = "callqa_login"
"""Before anybody is logged in, this stands for the session's form key."""


def login_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page of logging in, open to everybody; and logging out."""
    router = APIRouter()

    @router.get("/login", response_model=None)
    def show(request: Request, next: str = "", ended: bool = False) -> Response:
        return login_page(services, shell, request, local(next), shell.words(request)("login.ended") if ended else "")

    @router.post("/login", response_model=None)
    def enter(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        form_key: Annotated[str, Form(alias=FORM_KEY)] = "",
        next: Annotated[str, Form()] = "",
    ) -> Response:
        words, goal = shell.words(request), local(next)
        kept = request.cookies.get(_LOGIN_COOKIE, "")
        if not kept or not hmac.compare_digest(kept.encode(), form_key.encode()):
            return login_page(services, shell, request, goal, words("login.stale"), 403)
        address = request.client.host if request.client else ""
        try:
            opened = log_in(name, password, address, services.now(), services.hasher, services.new_unit_of_work)
        except TooManyTriesError as error:
            return login_page(services, shell, request, goal, words("login.wait", wait_s=error.wait_s), 429)
        if opened is None:
            return login_page(services, shell, request, goal, words("login.wrong"), 403)
        return enter_session(services, opened, goal)

    doors = Doors(services)

    @doors.post("/logout", Right.LOOK_AFTER_ONESELF)
    def leave(who: Who) -> Response:
        log_out(who.session, services.new_unit_of_work)
        answer = RedirectResponse("/login?ended=true", 303)
        answer.delete_cookie(COOKIE)
        return answer

    @doors.get("/", Right.LOOK_AFTER_ONESELF)
    def begin(who: Who) -> Response:
        return RedirectResponse(home_of(who.person), 303)

    router.include_router(doors.router)
    return router


def login_page(
    services: WebServices, shell: Shell, request: Request, next_: str, said: str = "", status: int = 200
) -> Response:
    """The page of logging in; `said` tells what went wrong, `next_` is the local path to go on to."""
    key = secrets.token_hex(16)
    page = shell.page(
        request, "login.html", status=status, next=next_, said=said, login_key=key, oidc=services.oidc
    )  # fmt: skip
    page.set_cookie(_LOGIN_COOKIE, key, httponly=True, samesite="strict", secure=services.is_https, path="/login")
    return page


def enter_session(services: WebServices, opened: LoggedIn, goal: str) -> Response:
    """Give the browser its new session and send it on to `goal`, or where its person begins."""
    answer = RedirectResponse(goal or home_of(opened.person), 303)
    answer.delete_cookie(_LOGIN_COOKIE, path="/login")
    answer.set_cookie(
        COOKIE,
        opened.key,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=services.is_https,
    )
    return answer


def home_of(person: Person) -> str:
    """Where somebody begins."""
    return f"/agents/{person.agent_id}" if person.post is Post.AGENT else "/overview"


def local(path: str) -> str:
    """The path when it leads to a page of this console, else "": nobody is sent elsewhere after logging in."""
    # Two slashes, of either kind, name another host; and browsers leave out tabs and line ends between them.
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else ""
