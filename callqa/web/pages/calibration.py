"""Calibration: sets of calls that several reviewers judge blind, and how far they agree."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from callqa.reports.file_names import visible_name
from callqa.services.calibration import (
    MOST_CALLS,
    CalibrationRefusedError,
    blind_call,
    calibrations_for,
    close_calibration,
    find_calibration,
    judge_call,
    make_calibration,
    next_to_judge,
    outcome,
    progress,
    who_may_judge,
)
from callqa.services.rights import Right
from callqa.web.doors import Doors, Visitor, Who
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.calibration import MOST_TITLE_CHARACTERS
from models.scorecard import Verdict


def calibration_router(services: WebServices, shell: Shell) -> APIRouter:
    """The list, one set, the page of judging, and what their forms do."""
    doors = Doors(services)

    def refused(request: Request, error: CalibrationRefusedError) -> str:
        return shell.words(request)(f"calib.refused.{error.problem.value}", what=error.what, most=MOST_CALLS)

    def listed(request: Request, who: Visitor, said: str = "", status: int = 200) -> Response:
        with services.new_unit_of_work() as uow:
            sets = [(one, progress(uow, one)) for one in calibrations_for(uow, who.person)]
            people = who_may_judge(uow)
        return shell.page(
            request,
            "calibrations.html",
            status=status,
            sets=sets,
            people=people,
            most_calls=MOST_CALLS,
            most_title=MOST_TITLE_CHARACTERS,
            said=said,
        )

    def judging(request: Request, who: Visitor, name: str, place: str, said: str = "", status: int = 200) -> Response:
        with services.new_unit_of_work() as uow:
            call = blind_call(uow, number_of(name), number_of(place), who.person)
        if call is None:
            raise HTTPException(404)
        if call.calibration.closed_at is not None:
            return RedirectResponse(f"/calibration/{call.calibration.id}", 303)
        return shell.page(request, "calibration_call.html", status=status, call=call, verdicts=list(Verdict), said=said)

    @doors.get("/calibration", Right.CALIBRATE)
    def show(request: Request, who: Who) -> Response:
        return listed(request, who)

    @doors.post("/calibration", Right.LEAD_CALIBRATION)
    def make(
        request: Request,
        who: Who,
        title: Annotated[str, Form()] = "",
        calls: Annotated[str, Form()] = "",
        draw: Annotated[int, Form(ge=0, le=MOST_CALLS)] = 0,
        reviewer: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        try:
            made = make_calibration(
                title, calls.split(), draw, reviewer or [], who.person, services.now(), services.new_unit_of_work
            )
        except CalibrationRefusedError as error:
            return listed(request, who, refused(request, error), 400)
        return RedirectResponse(f"/calibration/{made}", 303)

    @doors.get("/calibration/{calibration_id}", Right.CALIBRATE)
    def look(request: Request, who: Who, calibration_id: str) -> Response:
        with services.new_unit_of_work() as uow:
            found = find_calibration(uow, number_of(calibration_id), who.person)
            if found is None:
                raise HTTPException(404)
            names = {person.name: person.shown_name for person in uow.people.all()}
            return shell.page(
                request,
                "calibration.html",
                one=found,
                names=names,
                progress=progress(uow, found),
                judges=who.person.name in found.reviewers,
                following=next_to_judge(uow, found, who.person),
                outcome=outcome(uow, found, who.person),
                visible_name=visible_name,
            )

    @doors.post("/calibration/{calibration_id}/close", Right.LEAD_CALIBRATION)
    def close(who: Who, calibration_id: str) -> Response:
        number = number_of(calibration_id)
        if not close_calibration(number, who.person, services.now(), services.new_unit_of_work):
            raise HTTPException(404)
        return RedirectResponse(f"/calibration/{number}", 303)

    @doors.get("/calibration/{calibration_id}/calls/{number}", Right.CALIBRATE)
    def begin(request: Request, who: Who, calibration_id: str, number: str) -> Response:
        return judging(request, who, calibration_id, number)

    @doors.post("/calibration/{calibration_id}/calls/{number}", Right.CALIBRATE)
    def judge(
        request: Request,
        who: Who,
        calibration_id: str,
        number: str,
        item: Annotated[list[str] | None, Form()] = None,
        verdict: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        chosen = zip(item or (), verdict or (), strict=False)
        given = {item_id: Verdict(value) for item_id, value in chosen if value in list(Verdict)}
        one = number_of(calibration_id)
        try:
            if not judge_call(one, number_of(number), given, who.person, services.now(), services.new_unit_of_work):
                raise HTTPException(404)
        except CalibrationRefusedError as error:
            return judging(request, who, calibration_id, number, refused(request, error), 400)
        with services.new_unit_of_work() as uow:
            found = find_calibration(uow, one, who.person)
            following = next_to_judge(uow, found, who.person) if found is not None else None
        return RedirectResponse(f"/calibration/{one}" + (f"/calls/{following}" if following else ""), 303)

    return doors.router


def number_of(name: str) -> int:
    """An id as it stands in an address. Raises HTTPException 404 for anything else."""
    if not (name.isascii() and name.isdigit() and len(name) < 10):
        raise HTTPException(404)
    return int(name)
