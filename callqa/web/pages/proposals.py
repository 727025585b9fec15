"""Phrases proposed for the standard in use, and what its owner decides about them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from callqa.reports.file_names import visible, visible_name
from callqa.services.proposals import Deciding, undecided
from callqa.services.propose import Proposal, proposals
from callqa.services.rights import Right
from callqa.standards import FoundStandard
from callqa.web.doors import Doors, Visitor, Who
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import InputError, StandardError, StateError
from models.person import Scope
from models.proposal import MOST_WHY_CHARACTERS, Change, ProposalKind

FEWEST_CALLS = 3
"""Corrected calls that share a phrase, as `callqa standard propose` has it."""
MOST_SHOWN = 10
"""Calls that would flip, of each proposal."""
_PAGE = "/standards/-/proposals"


def proposals_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page, and what its forms do."""
    doors, zone, looks = Doors(services), ZoneInfo(services.time_zone), _Looks(services)

    def today() -> date:
        return services.now().astimezone(zone).date()

    def page(
        request: Request, who: Visitor, said: str = "", status: int = 200, *, look_again: bool = False
    ) -> Response:
        try:
            used = services.standard_in_use()
            standard = used.standard
        except StandardError:
            return shell.page(request, "proposals.html", status=status, used=None, said=said)
        look = looks.at(used, today(), who.scope, look_again) if standard.language == "zh" else None
        with services.new_unit_of_work() as uow:
            decisions = uow.proposals.of(standard.ref.id)
            open_ones = undecided(uow, standard.ref, look.found) if look is not None else ()
            kept = {key for one in decisions if (key := one.draft) is not None and uow.drafts.get(key) is not None}
            names = {person.name: person.shown_name for person in uow.people.all()}
        return shell.page(
            request,
            "proposals.html",
            status=status,
            used=standard,
            look=look,
            proposals=open_ones,
            decisions=decisions,
            kept=kept,
            names=names,
            most_shown=MOST_SHOWN,
            most_why=MOST_WHY_CHARACTERS,
            visible=visible,
            visible_name=visible_name,
            said=said,
        )

    def undone(request: Request, who: Visitor, why: str) -> Response:
        words = shell.words(request)
        return page(request, who, words("proposals.undecided", why=why), 400)

    def decided(request: Request, who: Visitor, decide: Callable[[Deciding], str]) -> Response:
        """On to the page that `decide` names, or back to this one with what was wrong."""
        words = shell.words(request)
        try:
            used = services.standard_in_use()
            goal = decide(Deciding(used, who.person.name, services.now(), services.new_unit_of_work))
        except StateError:
            return undone(request, who, words("proposals.stale"))
        except InputError:
            return undone(request, who, words("proposals.unfit"))
        except StandardError as error:
            return undone(request, who, str(error))
        return RedirectResponse(goal, 303)

    @doors.get(_PAGE, Right.PUBLISH_STANDARDS)
    def show(request: Request, who: Who, again: bool = False) -> Response:
        return page(request, who, look_again=again)

    @doors.post(f"{_PAGE}/accept", Right.PUBLISH_STANDARDS)
    def accept(
        request: Request,
        who: Who,
        kind: Annotated[ProposalKind, Form()],
        item: Annotated[str, Form()],
        family: Annotated[str, Form()],
        phrase: Annotated[str, Form()],
    ) -> Response:
        def put_into_draft(by: Deciding) -> str:
            return f"/standards/-/{by.accept(Change(kind, item, family, phrase), today())}"

        return decided(request, who, put_into_draft)

    @doors.post(f"{_PAGE}/decline", Right.PUBLISH_STANDARDS)
    def decline(
        request: Request,
        who: Who,
        kind: Annotated[ProposalKind, Form()],
        item: Annotated[str, Form()],
        family: Annotated[str, Form()],
        phrase: Annotated[str, Form()],
        why: Annotated[str, Form()] = "",
    ) -> Response:
        def never_again(by: Deciding) -> str:
            by.decline(Change(kind, item, family, phrase), why, services.mask_note)
            return _PAGE

        return decided(request, who, never_again)

    return doors.router


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found at `at`, decided or not."""

    found: tuple[Proposal, ...]
    at: datetime


@dataclass
class _Looks:
    """The last look for each scope is good for a while: calls are scored anew for it."""

    services: WebServices
    good_for: timedelta = timedelta(minutes=30)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: dict[tuple[str, date, Scope], _Look] = field(default_factory=dict)

    def at(self, used: FoundStandard, day: date, scope: Scope, look_again: bool) -> _Look:
        """One at a time: who asks meanwhile waits, and has the same."""
        key, now = (used.standard.ref.digest, day, scope), self.services.now()
        with self._lock:
            last = self._last.get(key)
            if last is None or look_again or now - last.at > self.good_for:
                with self.services.new_unit_of_work() as uow:
                    classifiers = self.services.classifiers()
                    found = proposals(uow, used.standard, classifiers, day, FEWEST_CALLS, scope)
                last = _Look(found, now)
                self._last = {one: look for one, look in self._last.items() if one[:2] == key[:2]} | {key: last}
        return last
