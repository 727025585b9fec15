"""Logging in by OpenID Connect: sending the browser to the issuer, and what happens when it comes back."""

from __future__ import annotations

import hmac
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from callqa.oidc.chosen import CALLBACK
from callqa.oidc.faults import IssuerAwayError, LogInRefusedError
from callqa.oidc.fetch import shown_code
from callqa.oidc.provider import Challenge, Provider
from callqa.services.identities import KeptOutError, OtherAccountError, StrangerError, log_in_as
from callqa.web.pages.login import enter_session, local, login_page
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import CallqaError

log = logging.getLogger(__name__)

BEGIN = "/login/oidc"
WAITING_COOKIE = "callqa_oidc"
"""What the browser is recognised by when it comes back. Lax: it comes from the issuer's page."""
WAITING_S = 600
_LONGEST_GOAL = 1500
"""Characters of a path that a cookie has room for."""
_SAID: Final[dict[type[CallqaError], tuple[str, int]]] = {
    IssuerAwayError: ("oidc.away", 503),
    LogInRefusedError: ("oidc.refused", 403),
    StrangerError: ("oidc.stranger", 403),
    KeptOutError: ("oidc.kept_out", 403),
    OtherAccountError: ("oidc.other_account", 403),
}


def oidc_router(services: WebServices, shell: Shell) -> APIRouter:
    """Both ways, open to everybody; no way at all where no issuer is set."""
    router = APIRouter()
    if services.oidc is not None:
        _add_ways(router, services.oidc, services, shell)
    return router


def _add_ways(router: APIRouter, oidc: Provider, services: WebServices, shell: Shell) -> None:
    def tried(request: Request, goal: str, step: Callable[[], Response]) -> Response:
        """The step's answer, or the page of logging in with what went wrong; the log tells more, without a secret."""
        try:
            return step()
        except tuple(_SAID) as error:
            log.warning("log-in by OpenID Connect failed: %s", error)
            key, status = next(said for kind, said in _SAID.items() if isinstance(error, kind))
            name = error.name if isinstance(error, StrangerError) else ""
            return login_page(services, shell, request, goal, shell.words(request)(key, name=name or "—"), status)

    def send(goal: str) -> Response:
        challenge = Challenge.new()
        answer = RedirectResponse(oidc.address(challenge), 303)
        answer.set_cookie(
            WAITING_COOKIE,
            _packed(challenge, goal),
            max_age=WAITING_S,
            httponly=True,
            samesite="lax",
            secure=services.is_https,
            path=BEGIN,
        )
        return answer

    def admit(code: str, challenge: Challenge, goal: str) -> Response:
        vouched = oidc.redeem(code, challenge)
        opened = log_in_as(vouched.identity, vouched.name, services.now(), services.new_unit_of_work)
        return enter_session(services, opened, goal)

    def refuse(why: str) -> Response:
        raise LogInRefusedError(why)

    @router.get(BEGIN, response_model=None)
    def begin(request: Request, next: str = "") -> Response:
        goal = local(next)
        return tried(request, goal, partial(send, goal if len(goal) <= _LONGEST_GOAL else ""))

    @router.get(CALLBACK, response_model=None)
    def callback(request: Request, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
        waiting = _unpacked(request.cookies.get(WAITING_COOKIE, ""))
        if waiting is None or not hmac.compare_digest(waiting[0].state.encode(), state.encode()):
            return login_page(services, shell, request, "", shell.words(request)("login.stale"), 403)
        challenge, goal = waiting
        step = partial(admit, code, challenge, goal)
        if iss not in {"", oidc.client.issuer}:
            # RFC 9207: an answer of another issuer, whose code ours must never see.
            step = partial(refuse, "the answer is another issuer's")
        elif error or not code:
            step = partial(refuse, f"the issuer answered {shown_code(error)}")
        answer = tried(request, goal, step)
        # Whatever came of it, the same answer is worth nothing a second time.
        answer.delete_cookie(WAITING_COOKIE, path=BEGIN)
        return answer


def _packed(challenge: Challenge, goal: str) -> str:
    return ".".join((challenge.state, challenge.nonce, challenge.verifier, urlsafe_b64encode(goal.encode()).decode()))


def _unpacked(cookie: str) -> tuple[Challenge, str] | None:
    """What `_packed` put in; None for anything else."""
    parts = cookie.split(".")
    if len(parts) != 4 or not all(parts[:3]):
        return None
    try:
        goal = urlsafe_b64decode(parts[3]).decode()
    except ValueError:
        return None
    # A browser may have been given another cookie than ours.
    return Challenge(*parts[:3]), local(goal)
