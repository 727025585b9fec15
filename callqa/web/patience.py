"""Waiting for what may hang, such as a database out of reach, without hanging as well."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from models.errors import TransientError

_Found = TypeVar("_Found")


class OneLook(Generic[_Found]):
    """Does `look` in a thread of its own, once at a time: who asks meanwhile is given the same answer.

    However often it is asked, there is one thread, and a look that hangs does not keep the program from ending.
    """

    def __init__(self, look: Callable[[], _Found], patience_s: float) -> None:
        self._look = look
        self._patience_s = patience_s
        self._running: Future[_Found] | None = None

    async def found(self) -> _Found:
        """What it found. Raises what it raised, and TransientError when it takes longer than there is patience."""
        if self._running is None or self._running.done():
            self._running = Future()
            threading.Thread(target=self._do, args=(self._running,), name="callqa-look", daemon=True).start()
        looking = self._running
        ready = asyncio.Event()
        loop = asyncio.get_running_loop()
        looking.add_done_callback(lambda _: _wake(loop, ready))
        try:
            await asyncio.wait_for(ready.wait(), self._patience_s)
        except TimeoutError as error:
            raise TransientError(f"no answer within {self._patience_s:g} s; is the database in reach?") from error
        return looking.result()

    def _do(self, looking: Future[_Found]) -> None:
        try:
            looking.set_result(self._look())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            looking.set_exception(error)


def _wake(loop: asyncio.AbstractEventLoop, ready: asyncio.Event) -> None:
    # The program may have stopped serving meanwhile.
    if not loop.is_closed():
        loop.call_soon_threadsafe(ready.set)
