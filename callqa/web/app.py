"""The web application: one router for each idea."""

from __future__ import annotations

from fastapi import FastAPI

from callqa import __version__
from callqa.web.health import health_router
from callqa.web.metrics import metrics_router
from callqa.web.services import WebServices


def create_app(services: WebServices) -> FastAPI:
    """A new application on these services; nothing is opened before the first request."""
    # No pages about itself: they tell everybody what there is.
    app = FastAPI(title="callqa", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_router(services))
    app.include_router(metrics_router(services))
    return app
