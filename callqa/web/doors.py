"""Ways into the console: each route says which right it needs, and is closed to whoever lacks it."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from callqa.services.people import resume
from callqa.services.rights import Right, may
from callqa.web.services import WebServices
from models.person import Person, Scope, Session

COOKIE = "callqa_session"
FORM_KEY = "form_key"
"""Field of every form, and header (`X-Form-Key`) of every request by script, that proves it comes from our page."""

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


class NotLoggedInError(Exception):
    """Nobody is logged in, or no longer."""


class ForbiddenError(Exception):
    """Whoever is logged in may not do this, or the request does not come from our page."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the browser."""

    person: Person
    session: Session

    @property
    def scope(self) -> Scope:
        """Whose calls they may see."""
        return self.person.scope

    @property
    def must_change_password(self) -> bool:
        """Whether they must do so before anything else: who came without a password need not."""
        return self.person.must_change_password and not self.session.by_oidc

    def may(self, right: Right) -> bool:
        """Whether they have the right."""
        return may(self.person.post, right)


class Needs:
    """Dependency of a route: lets through who has the right, and for changes only what our own pages sent."""

    def __init__(self, right: Right, services: WebServices) -> None:
        self.right = right
        self._services = services

    async def __call__(self, request: Request) -> Visitor:
        """The visitor. Raises NotLoggedInError or ForbiddenError."""
        found = await run_in_threadpool(self._find, request.cookies.get(COOKIE, ""))
        if found is None:
            raise NotLoggedInError
        visitor = Visitor(*found)
        request.state.visitor = visitor
        if request.method not in {"GET", "HEAD"}:
            await _check_origin(request, visitor.session)
        if not visitor.may(self.right):
            raise ForbiddenError
        if visitor.must_change_password and self.right is not Right.LOOK_AFTER_ONESELF:
            raise ForbiddenError
        return visitor

    def _find(self, key: str) -> tuple[Person, Session] | None:
        return resume(key, self._services.now(), self._services.new_unit_of_work) if key else None


class Doors:
    """Routes of one idea. `public` ones need no log-in; a test lists them all, so that none is open by mistake."""

    def __init__(self, services: WebServices) -> None:
        self.router = APIRouter()
        self._services = services

    def get(self, path: str, right: Right) -> Callable[[_Endpoint], _Endpoint]:
        """A page."""
        return self._add(path, "GET", right)

    def head(self, path: str, right: Right) -> Callable[[_Endpoint], _Endpoint]:
        """What `get` would answer, without the answer itself."""
        return self._add(path, "HEAD", right)

    def post(self, path: str, right: Right) -> Callable[[_Endpoint], _Endpoint]:
        """A change; answers with where to look next."""
        return self._add(path, "POST", right)

    def _add(self, path: str, method: str, right: Right) -> Callable[[_Endpoint], _Endpoint]:
        def register(endpoint: _Endpoint) -> _Endpoint:
            needs = Depends(Needs(right, self._services))
            self.router.add_api_route(
                path, endpoint, methods=[method], dependencies=[needs], response_class=HTMLResponse, response_model=None
            )
            return endpoint

        return register


async def _visitor(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


Who = Annotated[Visitor, Depends(_visitor)]
"""Parameter of an endpoint behind a door: who came in."""


async def _check_origin(request: Request, session: Session) -> None:
    origin, host = request.headers.get("origin"), request.headers.get("host")
    # Compared as written: whatever else somebody puts there is not ours.
    if origin is not None and origin not in {f"http://{host}", f"https://{host}"}:
        raise ForbiddenError
    sent = request.headers.get("x-form-key")
    if sent is None:
        sent = str((await request.form()).get(FORM_KEY, ""))
    if not hmac.compare_digest(sent.encode(), session.form_key.encode()):
        raise ForbiddenError
