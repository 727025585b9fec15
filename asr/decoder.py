"""Opens sound files in another process, which may die of one: what `asr.probe`, `asr.audio` and `asr.playback` do here.

What goes wrong with a file is that file's error and nothing else, also where a library crashes, takes all memory or
never ends. A process that had read other files before may have been broken by one of them, so the file is tried again
in a new one before it is blamed.
"""

from __future__ import annotations

import atexit
import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from asr.audio import Again, Piece, Sound, joined
from asr.budget import Budget
from asr.decoder_pool import MEMORY_BYTES, SILENT_S, STUCK_S, Answer, BrokenError, DecoderPool, SilentError
from asr.playback import OpusPlayback
from models.call import AudioFacts
from models.errors import ReasonCode, RecordingError, TransientError
from models.ports import Bleep

_pool = DecoderPool()


def close() -> None:
    """End the processes that wait for files; the next file starts a new one."""
    _pool.close()


atexit.register(close)


def probe(path: str) -> AudioFacts:
    """The sound format that the file declares (`asr.probe.probe`).

    Raises RecordingError, also for a file that breaks its decoder or whose drive does not answer, and TransientError
    when no process can be started.
    """
    facts: AudioFacts | None = None
    try:
        for answer in _answers(do="probe", path=path):
            if "facts" in answer.facts:
                facts = AudioFacts(*answer.facts["facts"])
    except _NotNowError as error:
        raise RecordingError(ReasonCode.UNREADABLE_FILE, str(error)) from error
    assert facts is not None
    return facts


def decode(path: str, budget: Budget) -> Sound:
    """Every channel of the recording (`asr.audio.decode`), charged to its budget.

    Raises RecordingError, also for a file that breaks its decoder or costs too much, TransientError when its drive does
    not answer or no process can be started, and OSError when the file cannot be read.
    """
    with closing(_answers(do="decode", path=path)) as answers:
        return joined(_parts(answers, budget), budget.grant)


def _parts(answers: Iterator[Answer], budget: Budget) -> Iterator[Piece | Again]:
    for answer in answers:
        budget.spend(answer.cpu_s)
        budget.check()
        if "again" in answer.facts:
            yield Again()
        elif answer.payload:
            samples = np.frombuffer(answer.payload, np.int16).reshape(-1, answer.facts["channels"])
            yield Piece(samples, answer.facts["upto_s"])


class GuardedPlayback:
    """Implements `models.ports.PlaybackMaker`: as `OpusPlayback` does, in another process."""

    def make(self, source: str, bleeps: Sequence[Bleep], target: BinaryIO) -> None:
        """Write the copy; raises RecordingError, also for what breaks its decoder, and OSError.

        It comes from the other process piece by piece: what is sealed here lies nowhere unsealed.
        """
        try:
            with closing(_answers(do="playback", path=source, bleeps=list(bleeps))) as answers:
                for answer in answers:
                    if "again" in answer.facts:
                        target.seek(0)
                        target.truncate()
                    target.write(answer.payload)
        except TransientError as error:
            raise RecordingError(ReasonCode.PROCESSING_FAILED, str(error)) from error

    def fits(self, copy: BinaryIO, bleeps: Sequence[Bleep]) -> bool:
        """Whether the copy, which callqa wrote itself, has exactly these bleeps."""
        return OpusPlayback().fits(copy, bleeps)


class _NotNowError(TransientError):
    """The file is not to blame for certain."""


def _answers(**request: Any) -> Generator[Answer, None, None]:
    """The answers without the errors among them, which are raised."""
    path = request["path"]
    try:
        yield from _raising(path, _pool.ask(**request))
        return
    except BrokenError as error:
        if error.fresh or error.stuck:
            raise _blame(path, error) from error
    except SilentError as error:
        raise _silent(path) from error
    # What came so far does not count.
    yield Answer({"again": True}, b"", 0.0)
    try:
        yield from _raising(path, _pool.ask(fresh=True, **request))
    except BrokenError as error:
        raise _blame(path, error) from error
    except SilentError as error:
        raise _silent(path) from error


def _raising(path: str, answers: Iterator[Answer]) -> Iterator[Answer]:
    error: Exception | None = None
    for answer in answers:
        match answer.facts:
            case {"refused": [reason, detail]}:
                error = RecordingError(ReasonCode(reason), detail)
            case {"system": [number, text]}:
                error = OSError(number, text)
            case {"broke": where}:
                error = RecordingError(
                    ReasonCode.PROCESSING_FAILED,
                    f"{Path(path).name!r} cannot be decoded: {where}; listen to it, and report this",
                )
            case _:
                yield answer
    if error is not None:
        raise error


def _blame(path: str, error: BrokenError) -> RecordingError | TransientError:
    name = Path(path).name
    if error.stuck:
        return RecordingError(
            ReasonCode.TOO_COSTLY,
            f"{name!r}: the decoder computed for {STUCK_S} s without a sound; export it again, or save it as WAV",
        )
    if error.signal_number is None:
        return RecordingError(
            ReasonCode.TOO_COSTLY,
            f"{name!r}: decoding it takes more than {MEMORY_BYTES // 2**20} MB of memory; export it again",
        )
    if error.signal_number == signal.SIGKILL:
        return _NotNowError(f"the decoder of {name!r} was killed; look at the memory of this machine, and run again")
    end = signal.Signals(error.signal_number).name if error.signal_number else "an error of its own"
    return RecordingError(ReasonCode.POISON, f"{name!r} ends its decoder ({end}); export it again, or save it as WAV")


def _silent(path: str) -> TransientError:
    return _NotNowError(
        f"reading {Path(path).name!r} gave nothing for {SILENT_S:.0f} s; look at its drive, and run again"
    )
