"""What somebody sees when it did not work: one designed page, and nothing of the inside."""

from __future__ import annotations

import logging
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from callqa.web.doors import ForbiddenError, NotLoggedInError
from callqa.web.guard import protect
from callqa.web.shell import Shell
from models.errors import CallqaError, InputError, StateError, TransientError, UsageError, origin_of

log = logging.getLogger(__name__)


def handle_faults(app: FastAPI, shell: Shell) -> None:
    """Make `app` answer every failure with a page, or below /api with JSON."""

    def answer(request: Request, status: int, what: str = "") -> Response:
        words = shell.words(request)
        key = f"error.{status}" if status in {400, 403, 404, 409, 500, 503} else "error.400"
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": words(key), "detail": what}, status)
        if not what and status in {403, 404, 500, 503}:
            what = words(f"{key}.what")
        return shell.page(request, "fault.html", status=status, code=status, title=words(key), what=what)

    @app.exception_handler(NotLoggedInError)
    async def not_logged_in(request: Request, _error: NotLoggedInError) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": "log in, or send a token"}, 401, {"WWW-Authenticate": "Bearer"})
        if request.method == "GET" and "x-form-key" not in request.headers:
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(here)}", 303)
        return answer(request, 403)

    @app.exception_handler(ForbiddenError)
    async def forbidden(request: Request, _error: ForbiddenError) -> Response:
        visitor = getattr(request.state, "visitor", None)
        if visitor is not None and visitor.must_change_password and request.method == "GET":
            return RedirectResponse("/me", 303)
        return answer(request, 403)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        answered = answer(request, error.status_code)
        # Which methods there are, where one is not allowed.
        answered.headers.update(error.headers or {})
        return answered

    @app.exception_handler(RequestValidationError)
    async def unfit(request: Request, error: RequestValidationError) -> Response:
        names = ", ".join(str(problem["loc"][-1]) for problem in error.errors())
        return answer(request, 400, names)

    @app.exception_handler(CallqaError)
    async def callqa_error(request: Request, error: CallqaError) -> Response:
        if isinstance(error, TransientError):
            log.warning("%s: %s", request.scope["route"].path, error)
            return answer(request, 503)
        # Programs are told what of their address was wrong; pages say so themselves.
        what = str(error) if isinstance(error, InputError) and request.url.path.startswith("/api/") else ""
        status = 400 if isinstance(error, UsageError) else 409 if isinstance(error, StateError) else 500
        return answer(request, status, what)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        log.error("%s: %s", request.url.path, origin_of(error))
        answered = answer(request, 500)
        # What nobody foresaw is answered outside of every middleware, the guard too.
        protect(answered.headers)
        return answered
