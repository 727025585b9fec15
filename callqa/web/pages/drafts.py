"""New versions of a standard: brought as a file, checked, compared, tried on stored calls, published."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from callqa.reports.standard_diff import describe
from callqa.services.drafts import Draft, Drafts
from callqa.services.rights import Right
from callqa.web.doors import Doors, Who
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import StandardError, StateError
from scoring import NO_DAYS
from scoring.diff import diff

DAYS = (7, 30, 90)
"""A back-test is of calls of the last so many days."""


def drafts_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page of a draft, and what its forms do. No standard's id is `-`."""
    doors = Doors(services)
    drafts = Drafts(services.backtest, services.new_unit_of_work, services.now)

    def there(key: str) -> Draft:
        """The draft, reckoned with the company's days where a standard is in use. Raises HTTPException 404."""
        try:
            days = services.standard_in_use().days
        except StandardError:
            days = NO_DAYS
        draft = drafts.get(key, days)
        if draft is None:
            raise HTTPException(404)
        return draft

    def refused(request: Request, error: StandardError) -> Response:
        return shell.page(request, "draft_refused.html", status=400, why=str(error))

    def page(request: Request, draft: Draft, wrong: str = "", status: int = 200) -> Response:
        try:
            used = services.standard_in_use().standard
        except StandardError:
            used = None
        language, groups = shell.language(request), None
        if used is not None:
            changes = diff(used.document, draft.standard.document)
            groups = describe(used.document, draft.standard.document, changes, language)
        return shell.page(
            request,
            "draft.html",
            status=400 if wrong else status,
            draft=draft,
            used=used,
            groups=groups,
            all_days=DAYS,
            wrong=wrong,
        )

    @doors.post("/standards/-", Right.PUBLISH_STANDARDS)
    def bring(request: Request, who: Who, file: UploadFile | None = None) -> Response:
        name = (file.filename if file else "") or "standard.yaml"
        try:
            text = (file.file.read() if file else b"").decode("utf-8-sig")
        except UnicodeDecodeError:
            return refused(request, StandardError(f"{name}: not UTF-8; save it as UTF-8 and bring it again"))
        try:
            days = services.standard_in_use().days
            draft = drafts.bring(text, name, days, who.person.name)
        except StandardError as error:
            return refused(request, error)
        return RedirectResponse(f"/standards/-/{draft.key}", 303)

    @doors.get("/standards/-/{key}", Right.PUBLISH_STANDARDS)
    def show(request: Request, key: str) -> Response:
        try:
            return page(request, there(key))
        except StandardError as error:
            return refused(request, error)

    @doors.post("/standards/-/{key}/trial", Right.PUBLISH_STANDARDS)
    def try_out(request: Request, key: str, days: Annotated[int, Form()] = DAYS[1]) -> Response:
        draft = there(key)
        if days not in DAYS:
            raise HTTPException(400)
        try:
            drafts.try_out(draft, days)
        except StateError:
            return page(request, draft, shell.words(request)("draft.busy"))
        return RedirectResponse(f"/standards/-/{key}#trial", 303)

    @doors.post("/standards/-/{key}/publish", Right.PUBLISH_STANDARDS)
    def publish(request: Request, who: Who, key: str) -> Response:
        draft = there(key)
        try:
            drafts.publish(draft, who.person.name)
        except StandardError as error:
            return page(request, draft, str(error))
        ref = draft.standard.ref
        return RedirectResponse(f"/standards/{ref.id}/{quote(ref.version, safe='')}", 303)

    return doors.router
