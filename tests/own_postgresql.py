"""A PostgreSQL server of the test's own, which may be stopped as a power cut stops it; and a line to a server that may
be cut.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_FOLDERS = "/usr/lib/postgresql"
_OTHER_USERS = ("postgres", "nobody")


def postgresql_programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, the newest where there are several; None where there is none."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path(_FOLDERS).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return folders[-1].parent if folders else None


@dataclass
class OwnServer:
    """A server in a temporary folder, on a port of its own."""

    programs: Path
    folder: Path
    port: int
    user: str | None

    @property
    def url(self) -> str:
        """Address of its one database."""
        return f"postgresql://callqa@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=on"
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", str(self.folder / "log"), "-w", "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is what a power cut does."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def make(self) -> None:
        """Make its files."""
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "callqa", "-A", "trust", "--no-sync", "-E", "UTF8")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if self.user is not None:
            command = ["runuser", "-u", self.user, "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")


@contextmanager
def own_server(programs: Path, within: Path | None = None) -> Iterator[OwnServer]:
    """A server that runs until the block ends. `initdb` refuses root, who starts it as somebody else."""
    with tempfile.TemporaryDirectory(prefix="callqa-postgresql-", dir=within) as name:
        user = None
        if os.geteuid() == 0:
            users = Path("/etc/passwd").read_text().splitlines()
            user = next(one for one in _OTHER_USERS if any(line.startswith(f"{one}:") for line in users))
            shutil.chown(name, user)
        server = OwnServer(programs, Path(name), _free_port(), user)
        server.make()
        server.start()
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # it may be stopped already
                server.stop()


@dataclass
class Line:
    """A line to a server: `cut` drops every connection and refuses new ones until `mend`."""

    port: int
    to: tuple[str, int]
    listener: socket.socket
    connections: list[socket.socket] = field(default_factory=list)
    is_cut: threading.Event = field(default_factory=threading.Event)

    def url(self, name: str) -> str:
        """The server's address by this line, given its own."""
        return name.replace(f"{self.to[0]}:{self.to[1]}", f"127.0.0.1:{self.port}")

    def cut(self) -> None:
        """Drop what is connected, in the middle of whatever it says."""
        self.is_cut.set()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let new connections through."""
        self.is_cut.clear()

    def serve(self) -> None:
        """Carry bytes until the listener is closed."""
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut.is_set():
                near.close()
                continue
            far = socket.create_connection(self.to)
            self.connections += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(one, other), daemon=True).start()


@contextmanager
def line_to(host: str, port: int) -> Iterator[Line]:
    """A line that carries bytes until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(listener.getsockname()[1], (host, port), listener)
        server = threading.Thread(target=line.serve, daemon=True)
        server.start()
        try:
            yield line
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            server.join()
            line.cut()
            for connection in line.connections:
                connection.close()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while block := one.recv(65536):
            other.sendall(block)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
