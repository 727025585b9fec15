"""How many processor cores this process has: those that it may run on, and the share that its container leaves it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

_ROOT = PurePosixPath("/sys/fs/cgroup")


def usable_cores() -> int:
    """Cores that this process may use, 1 at least: `taskset` or a container may leave it fewer than there are."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = quota_cores(_read)
    return cores if quota is None else min(cores, quota)


def quota_cores(read: Callable[[str], str | None]) -> int | None:
    """Cores' worth of processor time that Linux control groups allow, rounded up; None where they set no quota.

    `read` gives the text of a file by its absolute path, None where there is none. Both versions of control groups
    count, and of nested groups the least: `cpu.max` holds quota and period ("150000 100000": one and a half cores;
    "max 100000": no quota), version 1 has a file for each and -1 for no quota. What cannot be read as that sets none.
    """
    shares = []
    for version, folder in _groups(read("/proc/self/cgroup") or ""):
        if version == 2:
            words = (read(f"{folder}/cpu.max") or "").split()
        else:
            words = [(read(f"{folder}/cpu.cfs_{name}_us") or "").strip() for name in ("quota", "period")]
        if len(words) == 2 and all(word.isascii() and word.isdecimal() for word in words) and int(words[1]) > 0:
            shares.append(int(words[0]) / int(words[1]))
    return max(math.ceil(min(shares)), 1) if shares else None


def _groups(lines: str) -> Iterator[tuple[int, PurePosixPath]]:
    """Version and folder of each group that the process is in, and of those above, of /proc/self/cgroup.

    A line is `0::/path` in version 2, `4:cpu,cpuacct:/path` in version 1. Inside a container the path may be the host's
    while the container's own group is at the root: folders that are not there are for the reader to skip.
    """
    for line in lines.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            version, mounted = 2, _ROOT
        elif "cpu" in controllers.split(","):
            version, mounted = 1, _ROOT / "cpu"
        else:
            continue
        own = PurePosixPath(path.removeprefix("/"))
        for group in (own, *own.parents):
            yield version, mounted / group


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
