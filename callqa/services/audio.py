"""What is kept of the sound: a playback copy with masked numbers bleeped, and the original, each only where set."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from models.errors import RecordingError, TransientError
from models.ports import AudioStore, Bleep, PlaybackMaker
from models.transcript import MASK, Transcript

log = logging.getLogger(__name__)

_GONE = "the recording is no longer where it was, or the file there now holds another one"
_NO_TIME = "a masked number has no time, so that it cannot be bleeped"


@dataclass(frozen=True, slots=True)
class AudioKeeper:
    """Keeps playback copies and originals of transcribed recordings. Safe to use from several threads."""

    store: AudioStore
    maker: PlaybackMaker
    playback: bool
    originals: bool
    clock: Callable[[], datetime]

    def keep(self, transcript: Transcript, locate: Callable[[], str | None]) -> None:
        """Make the copies that are wanted and not there; `locate` finds the recording's file, None when it is gone.

        Never raises for what is wrong with a recording or a disk: scoring needs no sound. Why there is no playback
        copy is kept in its place.
        """
        recording_id = transcript.recording_id
        bleeps = bleeps_of(transcript)
        try:
            copy = self.store.playback(recording_id)
            wants_copy = self.playback and (copy is None or bleeps is None or not self.maker.fits(copy, bleeps))
            wants_original = self.originals and self.store.original(recording_id) is None
            path = locate() if wants_copy or wants_original else None
        except OSError as error:
            _warn(recording_id, error)
            return
        if wants_original and path is not None:
            try:
                self.store.put_original(recording_id, Path(path), self.clock())
            except (OSError, TransientError) as error:
                _warn(recording_id, error)
        if wants_copy:
            self._make_playback(recording_id, path, bleeps)

    def _make_playback(self, recording_id: str, path: str | None, bleeps: tuple[Bleep, ...] | None) -> None:
        try:
            try:
                if path is None or bleeps is None:
                    # An earlier copy with other bleeps goes: it may let a number be heard.
                    self.store.playback_missing(recording_id, _GONE if path is None else _NO_TIME)
                else:
                    self.store.put_playback(recording_id, lambda draft: self.maker.make(path, bleeps, draft))
            except (RecordingError, OSError) as error:
                _warn(recording_id, error)
                self.store.playback_missing(recording_id, _without_paths(error))
        except OSError as error:
            _warn(recording_id, error)


def bleeps_of(transcript: Transcript) -> tuple[Bleep, ...] | None:
    """What must not be heard: masked numbers, and all of a left-out stretch whose text had digits.

    A number in text without word times takes its utterance's time; None when there is none either.
    """
    bleeps: list[Bleep] = []
    for utterance in transcript.utterances:
        for masked in utterance.masked:
            start_s = utterance.start_s if masked.start_s is None else masked.start_s
            end_s = utterance.end_s if masked.end_s is None else masked.end_s
            if start_s is None or end_s is None:
                return None
            bleeps.append((start_s, end_s))
    bleeps.extend((dropped.start_s, dropped.end_s) for dropped in transcript.dropped if MASK in dropped.text)
    return tuple(sorted(bleeps))


def delete_old_originals(store: AudioStore, days: int, now: datetime) -> int:
    """Delete kept originals that were stored more than `days` days ago; with 0 none. Returns how many."""
    return store.delete_originals(now - timedelta(days=days)) if days else 0


def _warn(recording_id: str, error: Exception) -> None:
    log.warning("recording %s: its sound was not kept: %s", recording_id, _without_paths(error))


def _without_paths(error: Exception) -> str:
    """The error without file names, which can hold the caller's number."""
    if isinstance(error, RecordingError):
        return error.reason.value
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "the file does not hold that recording any more"
