"""The web application: one router for each idea."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from callqa import __version__
from callqa.web.api.routes import api_router
from callqa.web.faults import handle_faults
from callqa.web.guard import Guard
from callqa.web.health import health_router
from callqa.web.metrics import metrics_router
from callqa.web.pages.appeals import appeals_router
from callqa.web.pages.audit import audit_router
from callqa.web.pages.calibration import calibration_router
from callqa.web.pages.call import call_router
from callqa.web.pages.coaching import coaching_router
from callqa.web.pages.drafts import drafts_router
from callqa.web.pages.imports import imports_router
from callqa.web.pages.login import login_router
from callqa.web.pages.me import me_router
from callqa.web.pages.oidc import oidc_router
from callqa.web.pages.overview import overview_router
from callqa.web.pages.people import people_router
from callqa.web.pages.promises import promises_router
from callqa.web.pages.proposals import proposals_router
from callqa.web.pages.quality import quality_router
from callqa.web.pages.queue import queue_router
from callqa.web.pages.standards import standards_router
from callqa.web.pages.team_report import team_report_router
from callqa.web.pages.teams import teams_router
from callqa.web.pages.tokens import tokens_router
from callqa.web.services import WebServices
from callqa.web.shell import Shell

PAGES = (
    login_router,
    oidc_router,
    me_router,
    tokens_router,
    people_router,
    promises_router,
    imports_router,
    audit_router,
    proposals_router,
    drafts_router,
    standards_router,
    api_router,
    overview_router,
    teams_router,
    team_report_router,
    coaching_router,
    quality_router,
    queue_router,
    call_router,
    appeals_router,
    calibration_router,
)


def create_app(services: WebServices) -> FastAPI:
    """A new application on these services; nothing is opened before the first request."""
    # No pages about itself: they tell everybody what there is.
    app = FastAPI(title="callqa", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    shell = Shell(services)
    handle_faults(app, shell)
    app.include_router(health_router(services))
    app.include_router(metrics_router(services))
    for router in PAGES:
        app.include_router(router(services, shell))
    app.mount("/static", StaticFiles(packages=[("callqa.web", "static")]), "static")
    return app
