"""A transcription service on this machine, as OpenAI-compatible servers are: multipart form in, JSON out."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-do-not-tell"


@dataclass(frozen=True)
class Request:
    """What came in: the form's fields, each with all its values, the file's bytes, and the headers."""

    path: str
    fields: dict[str, list[str]]
    file: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What goes out; a body that is not bytes is sent as JSON."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Service:
    """A running service: its address and what it was asked."""

    url: str
    requests: list[Request] = field(default_factory=list)


@contextmanager
def serving(answer: Callable[[Request], Answer]) -> Iterator[Service]:
    """Answer every request with what `answer` returns, on a port of its own, until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond({}, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._respond(*parse_form(self.headers["Content-Type"], body))

        def _respond(self, fields: dict[str, list[str]], file: bytes) -> None:
            request = Request(self.path, fields, file, dict(self.headers))
            service.requests.append(request)
            given = answer(request)
            body = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service = Service(f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def parse_form(content_type: str, body: bytes) -> tuple[dict[str, list[str]], bytes]:
    """The fields of a multipart form and the bytes of its one file."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    fields: dict[str, list[str]] = {}
    file = b""
    for part in message.iter_parts():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        if part.get_filename():
            assert part.get_content_type() == "audio/wav"
            file = payload
        else:
            fields.setdefault(str(part.get_param("name", header="content-disposition")), []).append(payload.decode())
    return fields, file


def unused_url() -> str:
    """Where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
