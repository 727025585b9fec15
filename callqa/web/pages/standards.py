"""Service standards: which versions there are, what each says, and what it changed."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from callqa.reports.standard_diff import describe
from callqa.reports.standard_words import reminder_text
from callqa.services.rights import Right
from callqa.standards import FoundStandard
from callqa.web.doors import Doors
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.errors import StandardError
from models.standard import PublishedStandard, VersionState, review_reminder, states_on
from scoring import ServiceStandard
from scoring.diff import diff


def standards_router(services: WebServices, shell: Shell) -> APIRouter:
    """The list, and a page for each version."""
    doors, zone = Doors(services), ZoneInfo(services.time_zone)

    def today() -> date:
        return services.now().astimezone(zone).date()

    def in_use() -> FoundStandard | None:
        """The standard that calls are scored by; None where the setting names none that can be used."""
        try:
            found = services.standard_in_use()
            _ = found.standard
        except StandardError:
            return None
        return found

    def versions_of(standard_id: str | None = None) -> list[PublishedStandard]:
        with services.new_unit_of_work() as uow:
            return list(uow.standards.versions(standard_id))

    @doors.get("/standards", Right.SEE_STANDARDS)
    def show(request: Request) -> Response:
        language, used, versions = shell.language(request), in_use(), versions_of()
        reminder = None
        if used is not None:
            standard = used.standard
            reminder = review_reminder(standard.ref, standard.owner, standard.review_by, today())
        states = dict(zip([v.name for v in versions], states_on(versions, today()), strict=True))
        return shell.page(
            request,
            "standards.html",
            used=used.standard if used else None,
            banner=reminder_text(reminder, language) if reminder else "",
            is_late=reminder is not None and reminder.days_left < 0,
            versions=versions[::-1],
            states=states,
            State=VersionState,
        )

    @doors.get("/standards/{standard_id}/{version}", Right.SEE_STANDARDS)
    def one(request: Request, standard_id: str, version: str, against: str = "") -> Response:
        used, versions = in_use(), versions_of(standard_id)
        found = _found(standard_id, version, versions, used)
        if found is None:
            raise HTTPException(404)
        standard, fault = _loaded(found)
        others = [v.ref.version for v in versions if v.ref.version != version]
        if used is not None and used.standard.ref.id == standard_id and used.standard.ref.version != version:
            others = list(dict.fromkeys([*others, used.standard.ref.version]))
        groups = None
        if against and standard is not None:
            other = _found(standard_id, against, versions, used)
            before = _loaded(other)[0] if other else None
            if before is None:
                raise HTTPException(404)
            changes = diff(before.document, standard.document)
            groups = describe(before.document, standard.document, changes, shell.language(request))
        published = next((v for v in versions if v.ref.version == version), None)
        return shell.page(
            request,
            "standard.html",
            id=standard_id,
            version=version,
            text=found.text,
            standard=standard,
            fault=fault,
            others=others,
            against=against,
            groups=groups,
            published=published,
        )

    return doors.router


def _found(
    standard_id: str, version: str, versions: list[PublishedStandard], used: FoundStandard | None
) -> FoundStandard | None:
    """The version as published, else the one in use where it is that. A name from an address is never a file's."""
    published = next((v for v in versions if v.ref.version == version), None)
    if published is not None:
        return FoundStandard(published.name, published.text, published.name, None)
    if used is not None and (used.standard.ref.id, used.standard.ref.version) == (standard_id, version):
        return used
    return None


def _loaded(found: FoundStandard) -> tuple[ServiceStandard | None, str]:
    """The standard, or what is wrong with it: an older program may have published what this one refuses."""
    try:
        return found.standard, ""
    except StandardError as error:
        return None, str(error)
