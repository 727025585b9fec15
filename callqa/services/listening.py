"""Listening to a call: its masked copy, who has listened, and how it is drawn."""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from callqa.services.audio import bleeps_of
from models.audit import AuditAction, AuditEvent
from models.errors import IntegrityError, MissingKeyError, RecordingError
from models.person import Person, Session
from models.ports import AudioStore, PeakReader, Peaks, PlaybackMaker, UnitOfWorkFactory
from models.transcript import Role, SpeechSpan, Transcript

log = logging.getLogger(__name__)

_MOST_REMEMBERED = 10_000
PARTIES = (Role.AGENT, Role.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Copy:
    """The playback copy of a call; or why there is none to listen to, "" where nobody has tried to make one.

    `why_not` is a sentence of the store, "other_bleeps" (the one that is there is masked otherwise) or "unreadable" (it
    is damaged, or its key is missing).
    """

    path: Path | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Listening:
    """The sound of calls as people hear it. Safe to use from several threads."""

    store: AudioStore
    maker: PlaybackMaker
    peaks: PeakReader

    def copy_of(self, recording_id: str, transcript: Transcript | None) -> Copy:
        """The copy, if it is masked as the transcript is: one that was made for another may let a number be heard.

        Without a transcript the copy is as it was made. Raises OSError.
        """
        path = self.store.playback(recording_id)
        if path is None:
            return Copy(None, self.store.why_no_playback(recording_id) or "")
        try:
            with self.store.opened(path) as sound:
                bleeps = bleeps_of(transcript) if transcript is not None else ()
                fits = transcript is None or (bleeps is not None and self.maker.fits(sound, bleeps))
        except FileNotFoundError:
            return Copy(None, self.store.why_no_playback(recording_id) or "")
        except (IntegrityError, MissingKeyError) as error:
            log.warning("recording %s: its playback copy cannot be opened: %s", recording_id, error)
            return Copy(None, "unreadable")
        return Copy(path) if fits else Copy(None, "other_bleeps")

    def drawn(self, recording_id: str, copy: Path) -> Peaks | None:
        """The peaks of the copy, measured once; None when it cannot be read. Raises OSError."""
        facts = copy.stat()
        mark = [facts.st_mtime_ns, facts.st_size]
        kept = self.store.waveform(recording_id)
        if kept is not None:
            document = json.loads(kept)
            if document["of"] == mark:
                return Peaks(document["stretch_s"], tuple(map(tuple, document["channels"])))
        try:
            with self.store.opened(copy) as sound:
                found = self.peaks(sound)
        except (RecordingError, IntegrityError, MissingKeyError) as error:
            log.warning("recording %s cannot be drawn: %s", recording_id, error)
            return None
        document = {"of": mark, "stretch_s": found.stretch_s, "channels": found.channels}
        self.store.put_waveform(recording_id, json.dumps(document).encode())
        return found


@dataclass(frozen=True, slots=True)
class Lane:
    """One speaker's line of the picture: peaks of 0 to 100, one for each stretch."""

    role: Role
    peaks: tuple[int, ...]


def lanes_of(peaks: Peaks, speech: Sequence[SpeechSpan]) -> tuple[Lane, ...]:
    """A lane for each party that was heard to speak; one for nobody known where the transcript has no speech spans.

    Where each party is the louder in a channel of its own, that is its lane. Else both are in one channel (or in a mix
    of them), and a party's lane is what is heard while it speaks.
    """
    if not peaks.channels:
        return ()
    spoke = {role: _stretches(peaks, (s for s in speech if s.role is role)) for role in PARTIES}
    heard = [role for role in PARTIES if spoke[role]]
    loudest = {role: _loudest(peaks, spoke[role]) for role in heard}
    if len(heard) == len(PARTIES) and len(set(loudest.values())) == len(PARTIES):
        return tuple(Lane(role, peaks.channels[loudest[role]]) for role in PARTIES)
    together = tuple(max(levels) for levels in zip(*peaks.channels, strict=True))
    if not heard:
        return (Lane(Role.UNKNOWN, together),)
    return tuple(
        Lane(role, tuple(level if n in spoke[role] else 0 for n, level in enumerate(together))) for role in heard
    )


def _stretches(peaks: Peaks, spans: Iterable[SpeechSpan]) -> set[int]:
    length = peaks.stretch_s
    return {n for span in spans for n in range(int(span.start_s / length), int(span.end_s / length) + 1)}


def _loudest(peaks: Peaks, stretches: set[int]) -> int:
    """The channel that is louder than the others in these stretches."""
    sums = [sum(levels[n] for n in stretches if n < len(levels)) for levels in peaks.channels]
    return sums.index(max(sums))


@dataclass(slots=True)
class Listeners:
    """Notes in the audit log who listens: once for each session and call, whatever pieces a browser asks for."""

    new_unit_of_work: UnitOfWorkFactory
    _noted: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def note(self, person: Person, session: Session, recording_id: str, call_id: str, now: datetime) -> None:
        """Record it unless it was; sound is sent only after that."""
        key = (session.key_sha256, recording_id)
        with self._turn:
            if key in self._noted:
                return
            # Enough to tell sessions apart, and nothing that could be used as one.
            details = {"recording": recording_id, "session": session.key_sha256[:12]}
            with self.new_unit_of_work() as uow:
                known = any(
                    entry.event.action == AuditAction.RECORDING_PLAYED and entry.event.details == details
                    for entry in uow.audit.since(session.began_at)
                )
                if not known:
                    uow.audit.record(AuditEvent(now, person.name, AuditAction.RECORDING_PLAYED, call_id, details))
                    uow.commit()
            self._noted[key] = None
            if len(self._noted) > _MOST_REMEMBERED:
                self._noted.popitem(last=False)
