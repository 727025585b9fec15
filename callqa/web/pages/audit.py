"""The audit log: the newest entries, and whether the whole log is as it was written."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from callqa.services.audit import verify_log
from callqa.services.rights import Right
from callqa.web.doors import Doors
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from callqa.web.words import PageWords
from models.audit import AuditAction, AuditFilter, AuditHead, parse_head
from models.errors import InputError

SIZE = 100
MOST_NUMBER = 2**31 - 1
_CODES = {"machine": "verdict", "person": "verdict", "verdict": "verdict", "post": "post", "status": "status"}
"""Whose words the values of a detail are."""
_MOST_OF_A_LIST = 5
"""So many ids of a list are shown; `callqa audit list --json` has all of them."""


def audit_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page."""
    doors = Doors(services)

    @doors.get("/audit", Right.SEE_AUDIT)
    def show(
        request: Request,
        action: str = "",
        actor: str = "",
        before: Annotated[int | None, Query(ge=1, le=MOST_NUMBER)] = None,
        verify: bool = False,
        head: str = "",
    ) -> Response:
        words, wrong, noted, state = shell.words(request), "", [], None
        try:
            noted = _noted(head)
        except InputError:
            wrong = words("audit_page.no_head")
        # All of it is read: only when somebody asks.
        if verify and not wrong:
            state = verify_log(noted, services.new_unit_of_work)
        with services.new_unit_of_work() as uow:
            found = uow.audit.newest(AuditFilter(action or None, actor or None), SIZE + 1, before)
            newest = uow.audit.head()
        return shell.page(
            request,
            "audit.html",
            status=400 if wrong else 200,
            entries=found[:SIZE],
            following=found[SIZE - 1].number if len(found) > SIZE else None,
            actions=list(AuditAction),
            action=action,
            actor=actor,
            before=before,
            head=head,
            newest=newest,
            state=state,
            wrong=wrong,
            shown=partial(_shown, shell.words(request)),
        )

    return doors.router


def _noted(text: str) -> list[AuditHead]:
    return [parse_head(text)] if text.strip() else []


def _shown(words: PageWords, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return words("detail.true" if value else "detail.false")
    if not isinstance(value, list):
        return "—" if value is None else words.code(_CODES.get(name, ""), str(value))
    shown = ", ".join(map(str, value[:_MOST_OF_A_LIST]))
    return f"{shown}, … ({len(value)})" if len(value) > _MOST_OF_A_LIST else shown
