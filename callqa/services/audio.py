"""What is kept of the sound: a playback copy with masked numbers bleeped, and the original, each only where set."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from models.errors import InputError, IntegrityError, RecordingError, TransientError
from models.ports import AudioStore, Bleep, PlaybackMaker, UnitOfWorkFactory
from models.source import Fetched, Finder
from models.transcript import MASK, Transcript

log = logging.getLogger(__name__)

Locate = Callable[[], AbstractContextManager[Fetched | None]]
"""Finds one recording, as `models.source.Finder` does."""

_GONE = "the recording is no longer where it was, or the file there now holds another one"
_OUT_OF_REACH = "the place that the recording is at cannot be reached just now"
_NO_TIME = "a masked number has no time, so that it cannot be bleeped"
_NOT_WRITTEN = "the folder of the copies cannot be written; see the warning in the log"
_PAST_ITS_DAYS = "deleted after the days that the setting playback_days gives it"


@dataclass(frozen=True, slots=True)
class AudioKeeper:
    """Keeps playback copies and originals of transcribed recordings. Safe to use from several threads."""

    store: AudioStore
    maker: PlaybackMaker
    playback: bool
    originals: bool
    clock: Callable[[], datetime]

    def keep(self, transcript: Transcript, locate: Locate) -> None:
        """Make the copies that are wanted and not there; `locate` finds the recording, None when it is gone.

        Never raises for what is wrong with a recording, a disk or a store out of reach: scoring needs no sound. Why
        there is no playback copy is kept in its place. Raises MissingKeyError.
        """
        wants_copy = False
        try:
            wants_copy = self.playback and not self.has_playback(transcript)
            wants_original = self.originals and self.store.original(transcript.recording_id) is None
            if wants_copy or wants_original:
                with locate() as found:
                    path = None if found is None else found.path
                    self._make(transcript, path, wants_copy=wants_copy, wants_original=wants_original)
        except OSError as error:
            _warn(transcript.recording_id, error)
        except TransientError:
            log.warning("recording %s: its sound was not kept: %s", transcript.recording_id, _OUT_OF_REACH)
            if wants_copy:
                self._say_missing(transcript.recording_id, _OUT_OF_REACH)

    def _make(self, transcript: Transcript, path: str | None, *, wants_copy: bool, wants_original: bool) -> None:
        recording_id = transcript.recording_id
        if wants_original and path is not None:
            try:
                self.store.put_original(recording_id, Path(path), self.clock())
            except (OSError, TransientError) as error:
                _warn(recording_id, error)
        if wants_copy:
            self._make_playback(recording_id, path, bleeps_of(transcript))

    def has_playback(self, transcript: Transcript) -> bool:
        """Whether there is a copy with this transcript's bleeps. Raises OSError, MissingKeyError."""
        copy, bleeps = self.store.playback(transcript.recording_id), bleeps_of(transcript)
        if copy is None or bleeps is None:
            return False
        try:
            with self.store.opened(copy) as sound:
                return self.maker.fits(sound, bleeps)
        except IntegrityError:
            # Damaged: another one can be made.
            return False

    def _make_playback(self, recording_id: str, path: str | None, bleeps: tuple[Bleep, ...] | None) -> None:
        if path is None or bleeps is None:
            # An earlier copy with other bleeps goes: it may let a number be heard.
            self._say_missing(recording_id, _GONE if path is None else _NO_TIME)
            return
        try:
            self.store.put_playback(recording_id, lambda target: self.maker.make(path, bleeps, target))
        except (RecordingError, OSError) as error:
            _warn(recording_id, error)
            self._say_missing(recording_id, _without_paths(error))

    def _say_missing(self, recording_id: str, why: str) -> None:
        try:
            self.store.playback_missing(recording_id, why)
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


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many kept originals and playback copies were deleted, or would be."""

    originals: int
    playback: int


def prune(
    store: AudioStore, originals_days: int, playback_days: int, now: datetime, *, dry_run: bool = False
) -> Pruned:
    """Delete what was stored more than so many days ago, with 0 days nothing of that kind; a dry run only counts.

    Raises OSError.
    """

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    return Pruned(
        store.delete_originals(before(originals_days), dry_run=dry_run) if originals_days else 0,
        store.delete_playback(before(playback_days), _PAST_ITS_DAYS, dry_run=dry_run) if playback_days else 0,
    )


@dataclass(frozen=True, slots=True)
class PlaybackMade:
    """What became of the playback copies of stored calls.

    `there` had the right copy already; the copies of `expired` were deleted for their age and are left so; `missing`
    could not be made: call id and why.
    """

    made: int
    there: int
    expired: int
    missing: tuple[tuple[str, str], ...]


def make_playback(
    keeper: AudioKeeper, find: Finder, new_unit_of_work: UnitOfWorkFactory, call_ids: Collection[str] = ()
) -> PlaybackMade:
    """Make the copies that stored calls lack, or that have other bleeps than the newest transcript.

    The sound is the kept original, or the recording where it was first seen. `call_ids` chooses calls, which get their
    copy even if an earlier one was deleted for its age. Raises InputError for a call without transcript, OSError.
    """
    with new_unit_of_work() as uow:
        keys = dict(uow.transcripts.latest_ids())
        chosen = {call_id: uow.calls.recording_of(call_id) for call_id in call_ids}
    for call_id, recording_id in chosen.items():
        if recording_id not in keys:
            raise InputError(f"no transcript of call {call_id!r} is stored; check its id")
    made = there = expired = 0
    missing: list[tuple[str, str]] = []
    for recording_id in sorted(filter(None, chosen.values())) if call_ids else keys:
        with new_unit_of_work() as uow:
            call = uow.calls.get(recording_id)
            transcript = uow.transcripts.get(recording_id, keys[recording_id])
        if call is None or transcript is None:
            continue
        if keeper.has_playback(transcript):
            there += 1
            continue
        if not call_ids and keeper.store.why_no_playback(recording_id) == _PAST_ITS_DAYS:
            expired += 1
            continue
        with _kept_original(keeper.store, recording_id) as original:
            keeper.keep(transcript, partial(find, recording_id, (*original, call.recording.uri)))
        if keeper.has_playback(transcript):
            made += 1
        else:
            missing.append((call.meta.call_id, keeper.store.why_no_playback(recording_id) or _NOT_WRITTEN))
    return PlaybackMade(made, there, expired, tuple(sorted(missing)))


@contextmanager
def _kept_original(store: AudioStore, recording_id: str) -> Iterator[tuple[str, ...]]:
    """The address of the original's copy, opened if it is sealed; none when there is none, or a damaged one."""
    with ExitStack() as stack:
        found: tuple[str, ...] = ()
        original = store.original(recording_id)
        if original is not None:
            try:
                found = (stack.enter_context(store.plain_file(original)).absolute().as_uri(),)
            except IntegrityError as error:
                log.warning("recording %s: its kept original cannot be used: %s", recording_id, error)
        yield found


def _warn(recording_id: str, error: Exception) -> None:
    log.warning("recording %s: its sound was not kept: %s", recording_id, _without_paths(error))


def _without_paths(error: Exception) -> str:
    """The error without file names, which can hold the caller's number."""
    if isinstance(error, RecordingError):
        return error.reason.value
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "the file does not hold that recording any more"
