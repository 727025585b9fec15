"""Ways into the API: each route says which right it needs, and a token must have it, and its owner, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from callqa.services.rights import Right
from callqa.services.tokens import may_by_token, owner_of
from callqa.web.doors import ForbiddenError, NotLoggedInError
from callqa.web.services import WebServices
from models.person import Person, Scope
from models.token import Token

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_BEARER = HTTPBearer(auto_error=False, description="A token, made on the page of one's own account.")
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "A value of the address, or what was sent, cannot be used; `detail` says which."},
    401: {"description": "No token, or one that is unknown, expired, revoked or of somebody who may not log in."},
    403: {"description": "The token, or its owner, lacks the right."},
    503: {"description": "The database does not answer; try again."},
}


@dataclass(frozen=True, slots=True)
class Caller:
    """The program that asks, in the name of its token's owner."""

    person: Person
    token: Token

    @property
    def scope(self) -> Scope:
        """Whose calls it may see: its owner's."""
        return self.person.scope


class NeedsToken:
    """Dependency of a route: lets through a token that has the right; any token where none is named."""

    def __init__(self, right: Right | None, services: WebServices) -> None:
        self.right = right
        self._services = services

    async def __call__(
        self, request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        """The caller. Raises NotLoggedInError or ForbiddenError."""
        found = await run_in_threadpool(self._find, sent.credentials) if sent is not None else None
        if found is None:
            raise NotLoggedInError
        caller = Caller(*found)
        if self.right is not None and not may_by_token(caller.person, caller.token, self.right):
            raise ForbiddenError
        request.state.caller = caller
        return caller

    def _find(self, key: str) -> tuple[Person, Token] | None:
        return owner_of(key, self._services.now(), self._services.new_unit_of_work)


class ApiDoors:
    """Routes of the API. A cookie opens none of them."""

    def __init__(self, services: WebServices) -> None:
        self.router = APIRouter(prefix="/api/v1")
        self._services = services

    def get(self, path: str, right: Right | None, *, may_lack: bool = False) -> Callable[[_Endpoint], _Endpoint]:
        """Something to read; `may_lack`: it may not be there, or be out of the caller's scope."""
        missing: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or none to see."}}
        return self._add(path, "GET", right, missing if may_lack else {})

    def post(self, path: str, right: Right) -> Callable[[_Endpoint], _Endpoint]:
        """Something to bring."""
        return self._add(path, "POST", right, {})

    def _add(
        self, path: str, method: str, right: Right | None, refusals: dict[int | str, dict[str, Any]]
    ) -> Callable[[_Endpoint], _Endpoint]:
        def register(endpoint: _Endpoint) -> _Endpoint:
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                dependencies=[Depends(NeedsToken(right, self._services))],
                responses=_REFUSALS | refusals,
            )
            return endpoint

        return register


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


Asks = Annotated[Caller, Depends(_caller)]
"""Parameter of an endpoint of the API: who asks."""
