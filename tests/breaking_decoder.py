"""The process that opens sound files, with a library that breaks by the name of the file: `decoder_child`'s stand-in."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from asr import decoder_child
from asr.audio import Again, Piece
from models.call import AudioFacts


def _crash() -> None:
    ctypes.string_at(0)


def _crash_after_another() -> None:
    if _served > 1:
        _crash()


def _loop() -> None:
    while True:
        pass


def _break(path: str) -> None:
    global _served
    _served += 1
    deed = _DEEDS.get(Path(path).stem.split("-")[0])
    if deed is not None:
        deed()


_served = 0
_DEEDS: dict[str, Callable[[], object]] = {
    "crash": _crash,
    "second": _crash_after_another,
    "loop": _loop,
    "memory": lambda: bytearray(2**31),
    "sleep": lambda: time.sleep(60),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(3),
    "unforeseen": lambda: int("what was said"),
}


def _probe(path: str) -> AudioFacts:
    _break(path)
    return AudioFacts(60.0, 8000, 2, "pcm_s16le")


def _pieces(path: str) -> Iterator[Piece | Again]:
    yield Piece(np.full((16_000, 2), 7, np.int16), 1.0)
    _break(path)
    yield Piece(np.full((16_000, 2), 7, np.int16), 2.0)


if __name__ == "__main__":
    # What it imports, it does not offer: named as text, as a test's patch names it.
    for name, stand_in in {"probe": _probe, "pieces": _pieces, "STUCK_S": 1}.items():
        setattr(decoder_child, name, stand_in)
    decoder_child.main()
