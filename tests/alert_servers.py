"""A mail server and a receiver of webhooks on this machine, each in a thread, which keep what they are sent."""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Posted:
    """One request: headers by name, and the body as it came."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What arrived; `answers` are the status codes of the first requests, after them 204."""

    url: str
    answers: Sequence[int] = ()
    posted: list[Posted] = field(default_factory=list)


@contextmanager
def receiving(*answers: int, location: str | None = None, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver of webhooks until the block ends, by https where it has a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posted.append(Posted(dict(self.headers), body))
            place = len(receiver.posted) - 1
            self.send_response(answers[place] if place < len(answers) else 204)
            if location is not None:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        receiver = Receiver(f"{scheme}://127.0.0.1:{server.server_port}/hook?token=tok-secret", answers)
        with _serving(server):
            yield receiver


@dataclass
class MailServer:
    """Mails that arrived, and what was said to log in, `\0NAME\0PASSWORD`, with whether that was encrypted."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[tuple[str, bool]] = field(default_factory=list)


@contextmanager
def mail_server(
    refuse: Sequence[str] = (), context: ssl.SSLContext | None = None, security: str = "none"
) -> Iterator[MailServer]:
    """A mail server until the block ends; it refuses the given recipients. `security` as in the settings."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            to: list[str] = []
            while line := self.rfile.readline():
                command = line.strip().decode()
                verb = command.upper().split(":")[0]
                if verb.startswith("RCPT TO"):
                    address = command.split("<")[1].rstrip(">")
                    if address in refuse:
                        self._say("550 unknown")
                    else:
                        to.append(address)
                        self._say("250 fine")
                elif verb == "DATA":
                    self._say("354 go on")
                    content = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        content += part
                    found = message_from_bytes(content, policy=policy.default)
                    assert isinstance(found, EmailMessage)
                    server_seen.mails.append(found)
                    server_seen.recipients.append(to)
                    self._say("250 kept")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                elif verb.startswith("EHLO"):
                    self._say(
                        "250-here\r\n" + ("250-STARTTLS\r\n" if security == "starttls" else "") + "250 AUTH PLAIN"
                    )
                elif verb == "STARTTLS" and context is not None:
                    self._say("220 go on")
                    try:
                        self.connection = context.wrap_socket(self.connection, server_side=True)
                    except OSError:
                        return
                    self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                elif verb.startswith("AUTH PLAIN"):
                    said = base64.b64decode(command.split()[2]).decode()
                    server_seen.logins.append((said, isinstance(self.connection, ssl.SSLSocket)))
                    self._say("235 in")
                else:
                    self._say("250 fine")

        def finish(self) -> None:
            super().finish()
            # After STARTTLS it is another socket than the one that the server closes.
            self.connection.close()

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def get_request(self) -> tuple[socket.socket, Any]:
            connection, address = super().get_request()
            if context is not None and security == "tls":
                connection = context.wrap_socket(connection, server_side=True)
            return connection, address

    with Server(("127.0.0.1", 0), Handler) as server:
        server_seen = MailServer(server.server_address[1])
        with _serving(server):
            yield server_seen


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
