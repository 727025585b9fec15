"""One call: its sound, its words, what the machine found and what people say of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from callqa.reports.file_names import visible, visible_name
from callqa.services.listening import Copy, Listeners, lanes_of
from callqa.services.review import ReviewedCall, as_people_see_it, find_call, read_call, review_item
from callqa.services.rights import Right
from callqa.services.sentences import SentenceFault, SentenceRefusedError, kinds_of, meant, must_say_kind
from callqa.web.call_view import WIDTH, call_path, call_view
from callqa.web.doors import Doors, Visitor, Who
from callqa.web.pointing import pointed
from callqa.web.ranges import answer_range
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import InputError
from models.ports import UnitOfWork
from models.review import MOST_COMMENT_CHARACTERS
from models.scorecard import Verdict
from scoring.activity import DEAD_AIR_S
from scoring.conduct import HOLD_S

_SOUND = "audio/ogg"
_TOO_LONG = "too_long"
_SENTENCE = "sentence_"
_REFUSALS = {_TOO_LONG, *(f"{_SENTENCE}{fault.value}" for fault in SentenceFault)}


def call_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page, its sound, and what its forms do."""
    doors = Doors(services)
    listeners = Listeners(services.new_unit_of_work)

    def read(who: Visitor, name: str) -> ReviewedCall:
        with services.new_unit_of_work() as uow:
            stored = find_call(uow, name, who.scope)
            if stored is None:
                raise HTTPException(404)
            return read_call(uow, stored)

    def copy_of(call: ReviewedCall) -> Copy:
        return services.listening.copy_of(call.stored.recording.id, call.transcript)

    def shown_names() -> dict[str, str]:
        with services.new_unit_of_work() as uow:
            return {person.name: person.shown_name for person in uow.people.all()}

    @doors.get("/calls/{call_id}", Right.SEE_CALL)
    def show(request: Request, who: Who, call_id: str, said: str = "") -> Response:
        call, now = read(who, call_id), services.now()
        recording_id = call.stored.recording.id
        people = as_people_see_it(call.card, call.reviews, services.standards) if call.card is not None else None
        with services.new_unit_of_work() as uow:
            around = uow.order.neighbours(recording_id, who.scope)
            following = uow.order.next_unsettled(recording_id, who.scope) if who.may(Right.REVIEW) else None
            paths = {key: _path(uow, key) for key in {around.before, around.behind, following} if key is not None}
        reviews = who.may(Right.REVIEW)
        return shell.page(
            request,
            "call.html",
            call=call_view(call, people, shell.zone, now),
            copy=copy_of(call),
            here=call_path(call.stored.meta.call_id, recording_id),
            before=paths.get(around.before or ""),
            behind=paths.get(around.behind or ""),
            following=paths.get(following or ""),
            may_review=reviews,
            # An agent is judged by the house, not by a colleague whose name they know.
            names=shown_names() if reviews else None,
            verdicts=list(Verdict),
            most_comment=MOST_COMMENT_CHARACTERS,
            dead_air_s=DEAD_AIR_S,
            hold_s=HOLD_S,
            width=WIDTH,
            visible=visible,
            visible_name=visible_name,
            kinds_of=kinds_of,
            must_say_kind=must_say_kind,
            meant=lambda sentence: meant(sentence, call.transcript),
            said=shell.words(request)(f"onecall.{said}", most=MOST_COMMENT_CHARACTERS) if said in _REFUSALS else "",
        )

    @doors.get("/calls/{call_id}/audio", Right.LISTEN)
    @doors.head("/calls/{call_id}/audio", Right.LISTEN)
    def sound(request: Request, who: Who, call_id: str) -> Response:
        call = read(who, call_id)
        copy = copy_of(call)
        if copy.path is None:
            raise HTTPException(404)
        recording = call.stored.recording.id
        try:
            content = services.listening.store.opened(copy.path)
            made_ns = copy.path.stat().st_mtime_ns
        except FileNotFoundError as error:
            raise HTTPException(404) from error
        if request.method == "GET":
            listeners.note(who.person, who.session, recording, call.stored.meta.call_id, services.now())
        return answer_range(request, content, f"{recording[:16]}-{made_ns:x}", _SOUND)

    @doors.get("/calls/{call_id}/waveform", Right.LISTEN)
    def waveform(who: Who, call_id: str) -> Response:
        call = read(who, call_id)
        copy = copy_of(call)
        peaks = services.listening.drawn(call.stored.recording.id, copy.path) if copy.path is not None else None
        if peaks is None:
            raise HTTPException(404)
        lanes = lanes_of(peaks, call.transcript.speech if call.transcript is not None else ())
        return JSONResponse(
            {
                "stretch_s": peaks.stretch_s,
                "lanes": [{"role": lane.role.value, "peaks": list(lane.peaks)} for lane in lanes],
            }
        )

    @doors.post("/calls/{call_id}/items/{item_id}", Right.REVIEW)
    def settle(
        who: Who,
        call_id: str,
        item_id: str,
        verdict: Annotated[Verdict, Form()],
        comment: Annotated[str, Form()] = "",
        utterance: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
    ) -> Response:
        call = read(who, call_id)
        here = call_path(call.stored.meta.call_id, call.stored.recording.id)
        try:
            done = review_item(
                call_id,
                item_id,
                verdict,
                comment,
                who.person.name,
                who.scope,
                services.now(),
                services.new_unit_of_work,
                mask=services.mask_note,
                pointed=pointed(utterance, kind),
            )
        except SentenceRefusedError as error:
            return RedirectResponse(f"{here}?said={_SENTENCE}{error.why.value}", 303)
        except InputError:
            return RedirectResponse(f"{here}?said={_TOO_LONG}", 303)
        if not done:
            raise HTTPException(404)
        return RedirectResponse(here, 303)

    return doors.router


def _path(uow: UnitOfWork, recording_id: str) -> str:
    stored = uow.calls.get(recording_id)
    return call_path(stored.meta.call_id if stored is not None else "", recording_id)
