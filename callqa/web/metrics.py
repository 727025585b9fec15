"""`/metrics`: the figures of `callqa metrics`, for Prometheus."""

from __future__ import annotations

import hmac
import logging
from ipaddress import IPv6Address, ip_address

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from callqa.web.patience import OneLook
from callqa.web.services import WebServices
from models.errors import CallqaError

log = logging.getLogger(__name__)

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = ("forwarded", "x-forwarded-for")


def metrics_router(services: WebServices) -> APIRouter:
    """The page: for who knows the token, or, where none is set, for this machine alone."""
    router, look = APIRouter(), OneLook(services.metrics, services.patience_s)

    @router.get("/metrics")
    async def metrics(request: Request) -> PlainTextResponse:
        if not _may_see(request, services.metrics_token):
            return PlainTextResponse("set CALLQA_METRICS_TOKEN and send it as a bearer token\n", 403)
        try:
            return PlainTextResponse(await look.found(), media_type=_TEXT)
        except CallqaError as error:
            # The message may name the database's address, which is nobody's business here.
            log.warning("metrics: %s", error)
            return PlainTextResponse("the database cannot be read\n", 503)

    return router


def _may_see(request: Request, token: str) -> bool:
    if token:
        sent = request.headers.get("authorization", "")
        return hmac.compare_digest(sent.encode("latin-1"), f"Bearer {token}".encode())
    # What a proxy on this machine passes on comes from elsewhere.
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback
