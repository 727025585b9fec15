"""A Prefect server of one run's own, for machines without one.

Prefect can start a temporary server itself, but kill -9 of the flow leaves that one behind, holding the caller's
output. This one writes to its own log and ends when its parent does: it waits for the end of a pipe that only the
parent holds open.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from models.errors import SettingsError, TransientError

START_TIMEOUT_S = 120.0
"""Prefect's own 20 s is too short for a first start on a slow disk, which migrates its database (its issue 16397)."""
STOP_TIMEOUT_S = 10.0
_POLL_S = 0.1
_SERVER_ENVIRONMENT = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}


@contextmanager
def local_server(home: Path) -> Iterator[LocalServer]:
    """Start a server that lives until the block ends. Its log and database are under `home`/prefect.

    Raises SettingsError when that folder cannot be written.
    """
    folder = home / "prefect"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log, turn = (folder / "server.log").open("ab"), (folder / "start.lock").open("ab")
    except OSError as error:
        raise SettingsError(f"home {home} cannot be written: {error.strerror}; choose another (CALLQA_HOME)") from error
    # A server that starts brings its database up to date; two at once stumble over each other's migrations.
    fcntl.flock(turn, fcntl.LOCK_EX)
    port = _free_port()
    with log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "flows.local_server", str(port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=os.environ | _SERVER_ENVIRONMENT,
        )
    try:
        yield LocalServer(process, port, folder / "server.log", turn)
    finally:
        turn.close()
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that was started and may still be getting ready."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    turn: BinaryIO
    """Held while it starts; closing it lets the next one of the same home start."""

    @property
    def api_url(self) -> str:
        """Where it answers as soon as it is ready."""
        return f"http://127.0.0.1:{self.port}/api"

    def wait_until_ready(self) -> str:
        """Block until it answers; returns its API address. Raises TransientError when it does not in time."""
        with self.turn:
            return self._address()

    def _address(self) -> str:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise TransientError(
                    f"Prefect's local server ended with code {self.process.returncode}; see {self.log}"
                )
            if self._answers():
                return self.api_url
            time.sleep(_POLL_S)
        raise TransientError(f"Prefect's local server did not answer within {START_TIMEOUT_S:.0f} s; see {self.log}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.api_url}/health", timeout=5) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _serve(port: int) -> None:
    """Body of the server process."""
    import uvicorn
    from prefect.server.api.server import create_app

    server = uvicorn.Server(uvicorn.Config(create_app, factory=True, host="127.0.0.1", port=port, log_level="warning"))

    def stop_with_parent() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=stop_with_parent, daemon=True).start()
    server.run()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
