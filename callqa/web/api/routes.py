"""What the API answers to each address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Query
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from callqa import __version__
from callqa.reports.ledger import ledger_lines, promise_to_json
from callqa.reports.vcon import shown_customer
from callqa.roster import roster_in
from callqa.services.import_answers import ImportOut, SurveysOut
from callqa.services.imports import import_roster, import_surveys
from callqa.services.overview import Period
from callqa.services.rates import period_rates
from callqa.services.rights import Right
from callqa.surveys import Scale, surveys_in
from callqa.web.api.doors import ApiDoors, Asks
from callqa.web.api.shapes import (
    AgentOut,
    AgentsOut,
    AuditEntryOut,
    AuditOut,
    CallOut,
    PromisesOut,
    QueuedCallOut,
    QueueOut,
    RateOut,
    RatesOut,
    RunOut,
    RunsOut,
)
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from models.audit import AuditFilter
from models.call import RecordingState
from models.errors import InputError
from models.queue import Part, QueueCursor, QueueFilter, Urgency
from models.scorecard import PromiseStatus, Verdict
from models.wire import scorecard_to_json

MOST = 200
_LARGEST = 2**31 - 1
_DEFAULT_DAYS = 30
_SENT = "the table that was sent"

Size = Annotated[int, Query(ge=1, le=MOST, description="So many on a page.")]
Cursor = Annotated[str, Query(max_length=80, description="`next` of the page before; empty: the first page.")]
Name = Annotated[str | None, Query(max_length=200)]
Table = Annotated[bytes, Body(media_type="text/csv", description="The file as it is, at most 8 MiB.")]
Points = Annotated[float | None, Query(ge=0, le=100, allow_inf_nan=False)]


def api_router(services: WebServices, _shell: Shell) -> APIRouter:
    """All of `/api/v1`."""
    doors, zone = ApiDoors(services), ZoneInfo(services.time_zone)

    @doors.get("/openapi.json", None)
    def openapi() -> dict[str, Any]:
        """This document."""
        return get_openapi(
            title="callqa",
            version=__version__,
            summary="Call quality: data to read, and tables to bring.",
            routes=doors.router.routes,
        )

    @doors.get("/queue", Right.SEE_QUEUE)
    def queue(
        caller: Asks,
        urgency: Literal["fatal", "unsure", "none"] | None = None,
        part: Part | None = None,
        since: date | None = None,
        until: date | None = None,
        team: Name = None,
        agent: Name = None,
        item: Name = None,
        verdict: Verdict | None = None,
        least_total: Points = None,
        most_total: Points = None,
        size: Size = 50,
        cursor: Cursor = "",
    ) -> QueueOut:
        """Scored calls, those that a person must look at first, of equal ones the newest first."""
        which = QueueFilter(
            urgency=Urgency[urgency.upper()] if urgency is not None else None,
            since=since,
            until=until,
            team=team,
            agent_id=agent,
            item_id=item,
            verdict=verdict,
            part=part,
            least_total=least_total,
            most_total=most_total,
        )
        with services.new_unit_of_work() as uow:
            page = uow.queue.page(caller.scope, which, size, _place(cursor))
        return QueueOut([QueuedCallOut.of(call) for call in page.calls], str(page.next) if page.next else None)

    @doors.get("/calls/{call_id}", Right.SEE_CALL, may_lack=True)
    def call(caller: Asks, call_id: str) -> CallOut:
        """A call with its newest scorecard; null where it has none yet."""
        with services.new_unit_of_work() as uow:
            recording_id = uow.calls.recording_of(call_id)
            stored = None if recording_id is None else uow.calls.get(recording_id)
            if (
                stored is None
                or stored.state is RecordingState.QUARANTINED
                or not caller.scope.covers(stored.meta.agent_id, stored.meta.team)
            ):
                raise HTTPException(404)
            card = uow.scorecards.of(stored.recording.id)
        meta, audio = stored.meta, stored.recording.audio
        return CallOut(
            recording_id=stored.recording.id,
            call_id=meta.call_id,
            agent_id=meta.agent_id,
            agent_name=meta.agent_name,
            team=meta.team,
            customer=shown_customer(meta.customer_ref) if meta.customer_ref else None,
            started_at=meta.started_at,
            direction=meta.direction.value if meta.direction else None,
            queue=meta.queue,
            duration_s=audio.duration_s if audio else None,
            state=stored.state.value,
            scorecard=scorecard_to_json(card) if card else None,
        )

    @doors.get("/agents", Right.SEE_TEAM)
    def agents(caller: Asks, since: date | None = None, until: date | None = None) -> AgentsOut:
        """Figures of each agent; without days those of the last 30."""
        first, last = _days(since, until, services.now().astimezone(zone).date())
        with services.new_unit_of_work() as uow:
            if caller.scope.teams is None:
                found = [AgentOut.of(i, None, t) for i, t in uow.rollups.agents(first, last).items()]
            else:
                found = [
                    AgentOut.of(agent_id, team, tally)
                    for team in sorted(caller.scope.teams)
                    for agent_id, tally in uow.rollups.agents(first, last, team).items()
                ]
        return AgentsOut(first, last, [one for one in found if caller.scope.agent_id in {None, one.agent_id}])

    @doors.get("/promises", Right.SEE_PROMISES)
    def promises(
        caller: Asks,
        status: PromiseStatus | None = None,
        overdue: bool | None = None,
        agent: Name = None,
        size: Size = 50,
        cursor: Cursor = "",
    ) -> PromisesOut:
        """The promise ledger, by pages of so many calls."""
        now = services.now()
        with services.new_unit_of_work() as uow:
            ids = uow.ledger.recordings(caller.scope, cursor, size + 1)
            entries = uow.ledger.entries(ids[:size], caller.scope)
        lines = [
            line
            for line in ledger_lines(entries, now)
            if status in {None, line.standing.status}
            and overdue in {None, line.standing.overdue}
            and agent in {None, line.entry.meta.agent_id}
        ]
        following = ids[size - 1] if len(ids) > size else None
        return PromisesOut(now.astimezone(zone), [promise_to_json(line, zone) for line in lines], following)

    @doors.get("/runs", Right.SEE_MACHINE_QUALITY)
    def runs(size: Size = 20, cursor: Cursor = "") -> RunsOut:
        """Runs with their counts, which are of all teams."""
        with services.new_unit_of_work() as uow:
            found = uow.runs.newest(size + 1, cursor or None)
            shown = [RunOut.of(run, uow.runs.counts(run.id)) for run in found[:size]]
        return RunsOut(shown, found[size - 1].id if len(found) > size else None)

    @doors.get("/rates", Right.SEE_MACHINE_QUALITY)
    def rates(caller: Asks, since: date | None = None, until: date | None = None) -> RatesOut:
        """How often each item truly goes wrong, by the reviewed random sample; without days in the last 30."""
        first, last = _days(since, until, services.now().astimezone(zone).date())
        found = period_rates(Period(first, last), caller.scope, services.new_unit_of_work)
        return RatesOut(first, last, [RateOut.of(one) for one in found.items], found.late, found.undrawn)

    @doors.get("/audit", Right.SEE_AUDIT)
    def audit(action: Name = None, actor: Name = None, size: Size = 100, cursor: Cursor = "") -> AuditOut:
        """The audit log."""
        with services.new_unit_of_work() as uow:
            found = uow.audit.newest(AuditFilter(action, actor), size + 1, _number(cursor))
            head = uow.audit.head()
        entries = [AuditEntryOut.of(entry) for entry in found[:size]]
        return AuditOut(entries, str(head) if head else None, str(entries[-1].number) if len(found) > size else None)

    @doors.post("/imports/surveys", Right.IMPORT_TABLES)
    def surveys(caller: Asks, table: Table, scale: Scale = Scale.FIVE, dry_run: bool = False) -> SurveysOut:
        """Take in what customers answered to a survey, as `callqa import surveys`: the same again changes nothing."""
        read = surveys_in(table, _SENT, scale, services.time_zone)
        done = import_surveys(
            read,
            caller.person.name,
            services.now(),
            services.new_unit_of_work,
            mask=services.mask_note,
            dry_run=dry_run,
        )
        return SurveysOut.of_surveys(done, dry_run)

    @doors.post("/imports/roster", Right.IMPORT_TABLES)
    def roster(caller: Asks, table: Table, dry_run: bool = False) -> ImportOut:
        """Take in who works in which team, as `callqa import roster`: the same again changes nothing."""
        read = roster_in(table, _SENT)
        done = import_roster(read, caller.person.name, services.now(), services.new_unit_of_work, dry_run=dry_run)
        return ImportOut.of(done, dry_run)

    return doors.router


def _days(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    last = until or today
    return since or (last - timedelta(days=_DEFAULT_DAYS - 1) if last > date(1970, 1, 1) else date.min), last


def _place(cursor: str) -> QueueCursor | None:
    return QueueCursor.parse(cursor) if cursor else None


def _number(cursor: str) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and 0 < len(cursor) < 11 and int(cursor) <= _LARGEST):
        raise InputError(f"{cursor!r} is no place in the audit log; begin again at its first page")
    return int(cursor)
