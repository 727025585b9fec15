"""Other end of `asr.decoder_pool`: a process that opens sound files, one at a time, as it is asked on its input.

Files come from anywhere, and the libraries that read them are written in C. What a file breaks is this process: it
holds nothing, is bounded in memory and in work without progress, and another one takes its place.
"""

from __future__ import annotations

import io
import json
import math
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import process_time
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import av

from asr.audio import Again, pieces
from asr.decoder_pool import MEMORY_BYTES, STUCK_S
from asr.playback import OpusPlayback
from asr.probe import probe
from models.errors import RecordingError, origin_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Tell = Callable[..., None]
"""Sends one answer: facts by name, and bytes as `payload`."""


def main() -> None:
    """Answer requests, one line of JSON each, until the input ends, as it does with the process that asks."""
    # Whoever asked may be gone.
    with suppress(BrokenPipeError), os.fdopen(os.dup(1), "wb") as answers:
        # What libraries print must not come between the answers.
        os.dup2(2, 1)
        # A dump of this process would hold what was said.
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_AS, MEMORY_BYTES)
        tell = partial(_tell, answers)
        tell(ready=True)
        for line in sys.stdin.buffer:
            _answer(json.loads(line), tell)


def _answer(request: dict[str, Any], tell: Tell) -> None:
    try:
        _DEEDS[request["do"]](request, tell)
    except RecordingError as error:
        tell(refused=[error.reason.value, error.detail])
    except MemoryError:
        tell(memory=True)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - told to the one who asked
        # FFmpeg reports damage in a file with operating-system codes too; Python's own are about the file's place.
        if isinstance(error, OSError) and not isinstance(error, av.FFmpegError):
            tell(system=[error.errno, error.strerror or type(error).__name__])
        else:
            tell(broke=origin_of(error))
    else:
        tell(done=True)


def _probe(request: dict[str, Any], tell: Tell) -> None:
    facts = probe(request["path"])
    tell(facts=[facts.duration_s, facts.sample_rate_hz, facts.channels, facts.codec])


def _decode(request: dict[str, Any], tell: Tell) -> None:
    for piece in pieces(request["path"]):
        if isinstance(piece, Again):
            tell(again=True)
        else:
            tell(upto_s=piece.upto_s, channels=piece.samples.shape[1], payload=piece.samples.tobytes())


def _playback(request: dict[str, Any], tell: Tell) -> None:
    bleeps = [(start_s, end_s) for start_s, end_s in request["bleeps"]]
    OpusPlayback().make(request["path"], bleeps, cast(BinaryIO, _Sent(tell)))


class _Sent(io.RawIOBase):
    """A file that is written where the answers go, in one go."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Send it."""
        payload = bytes(data)
        self._tell(payload=payload)
        return len(payload)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """To the beginning only, before `truncate`."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("a file that is sent is written in one go")
        return 0

    def truncate(self, size: int | None = 0, /) -> int:
        """Begin anew."""
        if size:
            raise io.UnsupportedOperation("a file that is sent is written in one go")
        self._tell(again=True)
        return 0


_DEEDS = {"probe": _probe, "decode": _decode, "playback": _playback}


def _tell(answers: BinaryIO, payload: bytes = b"", **facts: Any) -> None:
    answers.write(json.dumps({**facts, "cpu_s": process_time(), "bytes": len(payload)}).encode() + b"\n")
    answers.write(payload)
    answers.flush()
    # An answer is progress: the work up to the next one is counted anew.
    _limit(resource.RLIMIT_CPU, math.ceil(process_time()) + STUCK_S)


def _limit(kind: int, most: int) -> None:
    _, highest = resource.getrlimit(kind)
    # Not every system has every limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (most if highest == resource.RLIM_INFINITY else min(most, highest), highest))


if __name__ == "__main__":
    main()
