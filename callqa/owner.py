"""Who this process is among all that share a database, and which of the others have ended."""

from __future__ import annotations

import getpass
import os
import socket
from pathlib import Path

_PROC = Path("/proc")
_STATE, _STARTED = 0, 19
"""Places in `/proc/PID/stat` behind the command's name: the state, and the start in ticks since boot."""


def this_process() -> str:
    """A name that no other process ever has: host, boot and process namespace, process id, start."""
    pid = os.getpid()
    started = _stat(pid)[_STARTED] if _place() else "?"
    return f"{socket.gethostname()} {_place() or '?'} {pid} {started}"


def login_name() -> str:
    """The operating system's name of who started this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user need not have a name.
        return "unknown"


def has_ended(owner: str) -> bool:
    """Whether the process of that name is known to have ended.

    False for one on another machine, in another container, or where the system does not tell: it may be alive.
    """
    _, place, pid, started = owner.rsplit(" ", 3)
    if not _place() or place != _place():
        return False
    try:
        os.kill(int(pid), 0)
        stat = _stat(int(pid))
    except ProcessLookupError:
        return True
    except OSError:
        # It is another user's, or hidden.
        return False
    return stat[_STATE] == "Z" or stat[_STARTED] != started


def _place() -> str:
    """Where process ids mean the same: one boot of one machine, and one namespace of it. Empty where nobody tells."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    # The name stands in brackets and may hold blanks and brackets itself.
    return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
