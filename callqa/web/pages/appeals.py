"""Appeals: objecting to an item of an own call, and ruling."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from callqa.reports.file_names import visible, visible_name
from callqa.services.appeals import AppealRefusedError, Refusal, find_ground, has_reviewed, make_appeal, rule_appeal
from callqa.services.review import as_people_see_it, find_call, read_call
from callqa.services.rights import Right
from callqa.services.sentences import SentenceRefusedError, kinds_of, meant, must_say_kind
from callqa.web.call_view import call_path
from callqa.web.doors import Doors, Visitor, Who
from callqa.web.pages.calibration import number_of
from callqa.web.pointing import pointed
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.appeal import MOST_REASON_CHARACTERS
from models.person import Post
from models.review import newest_by_item
from models.scorecard import Verdict
from models.transcript import Role

_MOST = 200
"""Of each kind in the list: open ones are few, and of the ruled the newest are asked for."""
_REJECTED = "rejected"


def appeals_router(services: WebServices, shell: Shell) -> APIRouter:
    """The list, one appeal, and what their forms do."""
    doors = Doors(services)

    def object_form(request: Request, who: Visitor, call_id: str, item_id: str, said: str, status: int) -> Response:
        now = services.now()
        with services.new_unit_of_work() as uow:
            ground = find_ground(uow, call_id, item_id, who.person, services.standards)
        if ground is None:
            raise HTTPException(404)
        return shell.page(
            request,
            "appeal_new.html",
            status=status,
            ground=ground,
            here=call_path(ground.stored.meta.call_id, ground.stored.recording.id),
            refusal=ground.refusal(now),
            most=MOST_REASON_CHARACTERS,
            visible_name=visible_name,
            said=said,
        )

    def one(request: Request, who: Visitor, name: str, said: str = "", status: int = 200) -> Response:
        with services.new_unit_of_work() as uow:
            appeal = uow.appeals.get(number_of(name), who.scope)
            stored = find_call(uow, appeal.recording_id, who.scope) if appeal is not None else None
            if appeal is None or stored is None:
                raise HTTPException(404)
            call = read_call(uow, stored)
            own = has_reviewed(uow, appeal, who.person)
            names = {person.name: person.shown_name for person in uow.people.all()}
        found = call.card.findings if call.card is not None else ()
        finding = next((f for f in found if f.item_id == appeal.item_id), None)
        agent_said = (u for u in call.transcript.utterances if u.role is Role.AGENT) if call.transcript else ()
        people = as_people_see_it(call.card, call.reviews, services.standards) if call.card is not None else None
        said_last = newest_by_item(call.reviews).get(appeal.item_id)
        return shell.page(
            request,
            "appeal.html",
            status=status,
            appeal=appeal,
            card=call.card,
            people=people,
            sentence=said_last.sentence if said_last is not None else None,
            meant=lambda sentence: meant(sentence, call.transcript),
            finding=finding,
            kinds=kinds_of(finding.criterion) if finding is not None else (),
            must_say_kind=finding is not None and must_say_kind(finding.criterion),
            agent_said=tuple(agent_said),
            here=call_path(appeal.call_id, appeal.recording_id),
            # An agent is judged by the house, not by a colleague whose name they know.
            names=None if who.person.post is Post.AGENT else names,
            may_rule=who.may(Right.RULE_APPEALS) and appeal.ruling is None and not own,
            is_own=who.may(Right.RULE_APPEALS) and appeal.ruling is None and own,
            verdicts=[verdict for verdict in Verdict if verdict is not appeal.verdict],
            most=MOST_REASON_CHARACTERS,
            visible=visible,
            visible_name=visible_name,
            said=said,
        )

    def refused(request: Request, why: Refusal) -> str:
        return shell.words(request)(f"appeals.refused.{why.value}", most=MOST_REASON_CHARACTERS)

    @doors.get("/appeals", Right.SEE_APPEALS)
    def show(request: Request, who: Who) -> Response:
        with services.new_unit_of_work() as uow:
            waiting = uow.appeals.page(who.scope, True, _MOST)
            ruled = uow.appeals.page(who.scope, False, _MOST)
        return shell.page(
            request, "appeals.html", waiting=waiting, ruled=ruled, visible=visible, visible_name=visible_name
        )

    @doors.get("/appeals/{appeal_id}", Right.SEE_APPEALS)
    def look(request: Request, who: Who, appeal_id: str) -> Response:
        return one(request, who, appeal_id)

    @doors.post("/appeals/{appeal_id}", Right.RULE_APPEALS)
    def rule(
        request: Request,
        who: Who,
        appeal_id: str,
        verdict: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
        utterance: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
    ) -> Response:
        number = number_of(appeal_id)
        if verdict != _REJECTED and verdict not in list(Verdict):
            return one(request, who, appeal_id, shell.words(request)("appeals.choose"), 400)
        new = None if verdict == _REJECTED else Verdict(verdict)
        try:
            ruled = rule_appeal(
                number,
                new,
                reason,
                who.person,
                services.now(),
                services.new_unit_of_work,
                mask=services.mask_note,
                pointed=pointed(utterance, kind),
            )
        except SentenceRefusedError as error:
            said = shell.words(request)(f"onecall.sentence_{error.why.value}")
            return one(request, who, appeal_id, said, 400)
        except AppealRefusedError as error:
            return one(request, who, appeal_id, refused(request, error.why), 400)
        if not ruled:
            raise HTTPException(404)
        return RedirectResponse(f"/appeals/{number}", 303)

    @doors.get("/calls/{call_id}/appeals/{item_id}", Right.APPEAL)
    def begin(request: Request, who: Who, call_id: str, item_id: str) -> Response:
        return object_form(request, who, call_id, item_id, "", 200)

    @doors.post("/calls/{call_id}/appeals", Right.APPEAL)
    def make(
        request: Request,
        who: Who,
        call_id: str,
        item: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
    ) -> Response:
        try:
            made = make_appeal(
                call_id,
                item,
                reason,
                who.person,
                services.standards,
                services.now(),
                services.new_unit_of_work,
                mask=services.mask_note,
            )
        except AppealRefusedError as error:
            return object_form(request, who, call_id, item, refused(request, error.why), 400)
        if made is None:
            raise HTTPException(404)
        return RedirectResponse(f"/appeals/{made}", 303)

    return doors.router
