"""Tables of other systems, brought as files: what customers answered to surveys, and who works in which team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from callqa.metadata import rows_in
from callqa.reports.refused_rows import refused_csv, why
from callqa.roster import roster_in
from callqa.services.imports import Imported, import_roster, import_surveys
from callqa.services.rights import Right
from callqa.surveys import Scale, surveys_in
from callqa.web.carried import packed, unpacked
from callqa.web.doors import Doors, Who
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import InputError

MOST_SHOWN = 100
"""So many rows are listed; the file of refused ones has all."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file. `refused_rows` is the file of those not taken in, packed; None where there are too many.

    `ambiguous` and `without_call` are of surveys alone, see `callqa.services.imports.ImportedSurveys`.
    """

    what: str
    file_name: str
    done: Imported
    dry_run: bool
    refused_rows: str | None
    ambiguous: Sequence[int] = ()
    without_call: int = 0


def imports_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page, and what its forms do."""
    doors = Doors(services)

    def show_page(request: Request, *, brought: Brought | None = None, wrong: str = "") -> Response:
        return shell.page(
            request,
            "imports.html",
            status=400 if wrong else 200,
            brought=brought,
            wrong=wrong,
            scales=list(Scale),
            why=why,
            most=MOST_SHOWN,
        )

    def refused_rows(request: Request, raw: bytes, name: str, done: Imported) -> str | None:
        return packed(refused_csv(rows_in(raw, name), done.refused, shell.words(request)))

    @doors.get("/imports", Right.IMPORT_TABLES)
    def show(request: Request) -> Response:
        return show_page(request)

    @doors.post("/imports/surveys", Right.IMPORT_TABLES)
    def surveys(
        request: Request,
        who: Who,
        file: UploadFile | None = None,
        scale: Annotated[Scale, Form()] = Scale.FIVE,
        dry_run: Annotated[bool, Form()] = False,
    ) -> Response:
        if file is None or not file.filename:
            return show_page(request, wrong=shell.words(request)("imports.no_file"))
        raw, name = file.file.read(), file.filename
        try:
            table = surveys_in(raw, name, scale, services.time_zone)
        except InputError as error:
            return show_page(request, wrong=str(error))
        done = import_surveys(
            table, who.person.name, services.now(), services.new_unit_of_work, mask=services.mask_note, dry_run=dry_run
        )
        carried = refused_rows(request, raw, name, done.rows)
        brought = Brought("surveys", name, done.rows, dry_run, carried, done.ambiguous, done.without_call)
        return show_page(request, brought=brought)

    @doors.post("/imports/roster", Right.IMPORT_TABLES)
    def roster(
        request: Request, who: Who, file: UploadFile | None = None, dry_run: Annotated[bool, Form()] = False
    ) -> Response:
        if file is None or not file.filename:
            return show_page(request, wrong=shell.words(request)("imports.no_file"))
        raw, name = file.file.read(), file.filename
        try:
            table = roster_in(raw, name)
        except InputError as error:
            return show_page(request, wrong=str(error))
        done = import_roster(table, who.person.name, services.now(), services.new_unit_of_work, dry_run=dry_run)
        brought = Brought("roster", name, done, dry_run, refused_rows(request, raw, name, done))
        return show_page(request, brought=brought)

    @doors.post("/imports/refused", Right.IMPORT_TABLES)
    def refused(request: Request, rows: Annotated[str, Form()] = "") -> Response:
        try:
            # The mark makes Excel read it as UTF-8.
            text = "\ufeff" + unpacked(rows)
        except InputError as error:
            return show_page(request, wrong=str(error))
        named = {"Content-Disposition": 'attachment; filename="refused-rows.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=named)

    return doors.router
