"""Serving the application until the process is told to end."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from models.errors import SettingsError

_GRACE_S = 5


def serve(app: FastAPI, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C. `ready` is told the address, with the port that was chosen for port 0.

    Raises SettingsError when nobody can listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(
            f"nothing can listen on {host}, port {port}: {error.strerror}; choose another with --host and --port"
        ) from error
    config = uvicorn.Config(
        app,
        # Addresses of those who ask are not written down, and who they are is not taken from what they send.
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=_GRACE_S,
    )
    with listener:
        # What it accepts has it too; asyncio sets it only on sockets that name their protocol. Without, the second part
        # of an answer waits 40 ms for the browser's word on the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if family is socket.AF_INET6 else host
        ready(f"http://{shown}:{listener.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listener])
