"""`/healthz`: 200 when callqa can do its work, else 503, with what was found. It names no person, place or address."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from callqa.services.health import Finding, Health
from callqa.web.patience import OneLook
from callqa.web.services import WebServices
from models.errors import TransientError
from models.wire import Json


def health_router(services: WebServices) -> APIRouter:
    """The page, for everybody who can reach it."""
    router, look = APIRouter(), OneLook(services.health, services.patience_s)

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        try:
            health = await look.found()
        except TransientError:
            health = Health(Finding.UNREACHABLE, Finding.UNKNOWN, Finding.UNKNOWN, None)
        return JSONResponse(
            health_to_json(health, datetime.now(UTC)), 200 if health.ok else 503, {"Cache-Control": "no-store"}
        )

    return router


def health_to_json(health: Health, now: datetime) -> Json:
    """As documented in docs/contracts.md."""
    pulse, newest = health.pulse, None
    if pulse is not None and pulse.newest is not None:
        run = pulse.newest
        newest = {
            "status": run.status.value,
            "began_s_ago": round((now - run.started_at).total_seconds()),
            "ended_s_ago": round((now - run.finished_at).total_seconds()) if run.finished_at else None,
            "waiting": pulse.waiting,
        }
    return {
        "ok": health.ok,
        "database": health.database.value,
        "home": health.home.value,
        "work": health.work.value,
        "newest_run": newest,
        "at_work": pulse.at_work if pulse else None,
    }
