"""Processes that open sound files for this one, so that a file that breaks a library breaks nothing else.

A crash in C, memory without end or a loop would otherwise end a night, or never let it end. A process is started when
one is wanted, serves many files, and is replaced when it dies.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from asr.cores import usable_cores
from models.errors import TransientError

MEMORY_BYTES = 2**30
"""What one of these processes may use; a fifth of it are its libraries. Sound is handed on block by block."""
STUCK_S = 60
"""So many seconds of computing without an answer end it; a block of sound takes a fraction of one."""
SILENT_S = 120.0
"""So many seconds without an answer and it is given up: a drive that does not answer, or work that waits for itself."""
_START_S = 120.0
_END_S = 10.0
_HEADER_BYTES = 2**16
_MOST = 8
"""Decoding is a small part of the work on a call: more at once would only take memory."""
_SMALL = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MALLOC_ARENA_MAX"), "1")
"""Threads would each reserve addresses: with many cores more of them than `MEMORY_BYTES`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: facts by name, bytes, and the seconds of computing since the last one."""

    facts: dict[str, Any]
    payload: bytes
    cpu_s: float


class BrokenError(Exception):
    """The process died of a request, or ran out of memory.

    `signal_number` is what ended it: 0 when it ended by itself, None for memory. `fresh` says that it had done nothing
    before, so that nothing else can be to blame.
    """

    def __init__(self, signal_number: int | None, *, fresh: bool) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number
        self.fresh = fresh

    @property
    def stuck(self) -> bool:
        """Whether the system ended it because it computed too long without an answer."""
        return self.signal_number == signal.SIGXCPU


class SilentError(Exception):
    """The process gave no answer in time."""


class DecoderPool:
    """At most one process for each core. Safe to use from several threads."""

    def __init__(self, module: str = "asr.decoder_child") -> None:
        """`module` is what a process runs; none is started yet."""
        self._module = module
        self._idle: list[_Process] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(min(usable_cores(), _MOST))

    def ask(self, *, fresh: bool = False, **request: Any) -> Iterator[Answer]:
        """Send a request, to a new process if it must be `fresh`; yield every answer.

        Raises BrokenError, SilentError, and TransientError when no process can be started. A process whose answers are
        not taken to their end is ended.
        """
        with self._free, self._process(fresh=fresh) as process:
            yield from process.ask(request)

    def close(self) -> None:
        """End the processes that wait for work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    @contextmanager
    def _process(self, *, fresh: bool) -> Iterator[_Process]:
        with self._lock:
            process = self._idle.pop() if self._idle and not fresh else None
        process = process or _Process(self._module)
        try:
            yield process
        except BaseException:
            process.end()
            raise
        with self._lock:
            self._idle.append(process)


class _Process:
    def __init__(self, module: str) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=_environment(),
                # Ctrl-C is for the one who asks.
                start_new_session=True,
            )
        except OSError as error:
            raise TransientError(f"no process for decoding can be started: {error.strerror}; run again") from error
        self._unread = b""
        self._cpu_s = 0.0
        self._fresh = True
        try:
            self._answer(_START_S)
        except (BrokenError, SilentError):
            self.end()
            raise TransientError(
                "a process for decoding was started and is not there; look at the memory of this machine, and run again"
            ) from None
        except BaseException:
            self.end()
            raise

    def ask(self, request: dict[str, Any]) -> Iterator[Answer]:
        """Every answer up to the last."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # told below, with the reason
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
        while True:
            answer = self._answer(SILENT_S)
            if "memory" in answer.facts:
                raise BrokenError(None, fresh=self._fresh)
            yield answer
            if answer.facts.keys() & {"done", "refused", "system", "broke"}:
                break
        self._fresh = False

    def end(self) -> None:
        """End it, whatever it is at; one that waits for a dead drive is left to the system."""
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()

    def _answer(self, patience_s: float) -> Answer:
        deadline_s = time.monotonic() + patience_s
        while (end := self._unread.find(b"\n")) < 0:
            self._unread += self._read(_HEADER_BYTES, deadline_s)
        try:
            facts = json.loads(self._unread[:end])
            size, computed_s = int(facts.pop("bytes")), float(facts.pop("cpu_s"))
        except (ValueError, TypeError, KeyError):
            # Its memory is overwritten.
            raise BrokenError(0, fresh=self._fresh) from None
        payload = self._unread[end + 1 : end + 1 + size]
        self._unread = self._unread[end + 1 + size :]
        parts, missing = [payload], size - len(payload)
        while missing > 0:
            parts.append(self._read(missing, deadline_s))
            missing -= len(parts[-1])
        spent_s, self._cpu_s = computed_s - self._cpu_s, computed_s
        return Answer(facts, b"".join(parts), spent_s)

    def _read(self, most: int, deadline_s: float) -> bytes:
        assert self._process.stdout is not None
        waiting = select.poll()
        waiting.register(self._process.stdout, select.POLLIN)
        if not waiting.poll(max(0.0, deadline_s - time.monotonic()) * 1000):
            raise SilentError
        if read := os.read(self._process.stdout.fileno(), most):
            return read
        try:
            code = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            raise SilentError from None
        raise BrokenError(max(0, -code), fresh=self._fresh)


def _environment() -> dict[str, str]:
    """This process's own, without its secrets: what a file may bring a library to do must not find them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CALLQA_", "PREFECT_"))}
    return kept | _SMALL
