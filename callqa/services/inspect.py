"""Inspecting recordings: sound to transcript to scorecard, one transaction per call and stage."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial

from callqa.logs import about
from callqa.reports.vcon import shown_id
from callqa.services.audio import AudioKeeper, Locate
from callqa.services.claims import Claimant
from models.call import Quarantine, RecordingState
from models.claim import Worker
from models.errors import CallqaError, ReasonCode, RecordingError, StateError, TransientError, origin_of
from models.keeping import ForgottenPart
from models.ports import TranscribeOutcome, Transcriber, UnitOfWorkFactory
from models.run import AudioJob, Planned, Run, StoredCall
from models.source import Fetched, Finder
from models.transcript import Transcript
from scoring import ServiceStandard, score_call
from scoring.classifier import Classifier

log = logging.getLogger(__name__)

_POLL_S = 1.0
"""How often a process without work looks whether another one has finished, or has left its work behind."""
MOST_FETCHED_BYTES = 1 << 30
"""Copies of recordings that lie here at once while a chunk is heard; the last one may go beyond it."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A recording that can be heard. `held` lets its copy go."""

    call: StoredCall
    job: AudioJob
    locate: Locate
    held: ExitStack


@dataclass(frozen=True, slots=True)
class Inspector:
    """Inspects chunks of one run. Safe to use from several threads when the transcriber is."""

    run: Run
    standard: ServiceStandard
    classifier: Classifier | None
    transcriber: Transcriber
    find: Finder
    new_unit_of_work: UnitOfWorkFactory
    callqa_version: str
    max_attempts: int
    worker: Worker
    audio: AudioKeeper | None = None
    """Keeps sound of what was transcribed; None keeps none."""

    def inspect(self, planned: Sequence[Planned]) -> None:
        """Bring what of this is free as far as it will go; what is stored already is not done again.

        A recording that cannot be used is quarantined, a failure that may pass is counted against it; neither stops
        the others. Left out is what other processes are at, and what was in hand when one of them ended: `finish` sees
        to that. Raises TransientError when the database itself is out of reach.
        """
        taken = self._claims.take(planned)
        if taken:
            with self._claims.kept(taken) as done:
                self._together(taken, done)

    def finish(self, planned: Sequence[Planned], is_over: Callable[[], bool] = lambda: False) -> None:
        """After `inspect` of everything planned: see to what is still left of the run, one recording at a time.

        That is what a process left that is gone. Waits while others are at work, and takes over from them what they
        leave, so that the run is as complete as it can be for every process that works on it, until the time is over.
        Call it while this process does nothing else: should it end, what it was at is to blame.
        """
        attempts = {work.recording_id: work.attempts for work in planned}
        while not is_over() and (left := self._claims.left(attempts)):
            taken = self._claims.take_one(left)
            if taken is not None:
                with self._claims.kept([taken]) as done:
                    self._together([taken], done)
                # Whatever came of it, this run does not try it again.
                attempts[taken] = -1
            elif self._claims.left(attempts):
                time.sleep(min(_POLL_S, self.worker.lease_s / 4))

    @property
    def _claims(self) -> Claimant:
        return Claimant(self.run.id, self.worker, self.max_attempts, self.new_unit_of_work)

    def _together(self, recording_ids: Sequence[str], done: Callable[[str], None]) -> None:
        """Inspect them at once; when that fails in a way that nobody foresaw, each alone, to find the one at fault."""
        settled: set[str] = set()

        def settle(recording_id: str) -> None:
            settled.add(recording_id)
            done(recording_id)

        try:
            self._inspect(recording_ids, settle)
        except CallqaError:
            # What no recording can help: a missing model, a database out of reach.
            raise
        except Exception as error:  # noqa: BLE001 - one recording must not cost the night
            # Its message may quote a call, so only its origin is told.
            log.error("inspecting %d recordings failed: %s", len(recording_ids), origin_of(error))
            if len(recording_ids) == 1:
                self._blame(recording_ids[0], error)
                return
            for recording_id in recording_ids:
                if recording_id not in settled:
                    self._together([recording_id], done)

    def _blame(self, recording_id: str, error: Exception) -> None:
        with self.new_unit_of_work() as uow:
            call = uow.calls.get(recording_id)
        if call is not None:
            self._give_up(call, TransientError(f"inspecting it failed: {origin_of(error)}"), ReasonCode.POISON)

    def _inspect(self, recording_ids: Sequence[str], settle: Callable[[str], None]) -> None:
        rest = iter(recording_ids)
        while self._hear_some(rest, settle):
            pass

    def _hear_some(self, rest: Iterator[str], settle: Callable[[str], None]) -> bool:
        """Bring on the next ones, as many as may lie here at once; False when none is left."""
        ready: dict[str, _Ready] = {}
        fetched_bytes, is_last = 0, True
        with ExitStack() as everything:
            for recording_id in rest:
                held = everything.enter_context(ExitStack())
                one, size_bytes = self._prepare(recording_id, held)
                if one is None:
                    settle(recording_id)
                    continue
                ready[recording_id] = one
                fetched_bytes += size_bytes
                if fetched_bytes >= MOST_FETCHED_BYTES:
                    is_last = False
                    break
            for outcome in self.transcriber.transcribe([one.job for one in ready.values()]):
                one = ready[outcome.recording_id]
                self._keep(one.call, outcome, one.locate)
                one.held.close()
                settle(outcome.recording_id)
        return not is_last

    def _prepare(self, recording_id: str, held: ExitStack) -> tuple[_Ready | None, int]:
        """What must be heard, and the bytes of its copy; None for what needs no hearing, or cannot be heard now."""
        with self.new_unit_of_work() as uow:
            call = uow.calls.get(recording_id)
            transcript = uow.transcripts.get(recording_id, self.run.engine_digest)
            addresses = uow.calls.addresses(self.run.id, recording_id)
        if call is None or call.state is RecordingState.QUARANTINED:
            return None, 0
        locate: Locate = partial(self.find, recording_id, (*addresses, call.recording.uri))
        if transcript is not None:
            self._keep(call, TranscribeOutcome(recording_id, transcript, None), locate)
            return None, 0
        found: Fetched | None = None
        gone = TransientError("it is no longer where it was, or the file there now holds another recording")
        try:
            found = held.enter_context(locate())
        except TransientError as error:
            gone = error
        if found is None:
            self._keep(call, TranscribeOutcome(recording_id, None, gone), locate)
            return None, 0
        if found.scratch_bytes:
            # A copy of our own does not change as a file may.
            locate = partial(nullcontext, found)
        job = AudioJob(recording_id, found.path, call.recording.audio, call.meta)
        return _Ready(call, job, locate, held), found.scratch_bytes

    def _keep(self, call: StoredCall, outcome: TranscribeOutcome, locate: Locate) -> None:
        with about(call_id=shown_id(call.meta.call_id), recording_id=call.recording.id):
            self._bring_on(call, outcome, locate)

    def _bring_on(self, call: StoredCall, outcome: TranscribeOutcome, locate: Locate) -> None:
        try:
            if outcome.transcript is None:
                self._give_up(call, outcome.error)
            else:
                transcript = self._stored(outcome.transcript)
                if self.audio is not None:
                    # Before the score is stored: a recording that waits for its score is the one looked at again.
                    self.audio.keep(transcript, locate)
                self._score(call, transcript)
        except StateError as error:
            # Another process was at it as well and quarantined it, or a person did or erased it: theirs stands.
            log.warning("recording %s: %s", outcome.recording_id, error)
            self._forget_erased(outcome.recording_id)

    def _forget_erased(self, recording_id: str) -> None:
        """Of a call that was erased while it was heard no sound stays: nobody would find it again."""
        with self.new_unit_of_work() as uow:
            erased = uow.keeping.forgotten(recording_id) is ForgottenPart.CALL
        if erased and self.audio is not None:
            self.audio.store.forget(recording_id)

    def _stored(self, heard: Transcript) -> Transcript:
        """The transcript that is scored: what is stored, also when another process was first and heard it otherwise."""
        with self.new_unit_of_work() as uow:
            uow.transcripts.put(heard)
            stored = uow.transcripts.get(heard.recording_id, self.run.engine_digest)
            uow.commit()
        return stored or heard

    def _score(self, call: StoredCall, transcript: Transcript) -> None:
        try:
            card = score_call(transcript, call.meta, self.standard, self.callqa_version, self.classifier)
        except Exception as error:  # noqa: BLE001 - one call that the rules cannot digest must not cost the night
            # A person sees it in quarantine. Its message may quote the call, so only its origin is told.
            log.error("scoring failed for recording %s: %s", call.recording.id, origin_of(error))
            self._give_up(call, RecordingError(ReasonCode.PROCESSING_FAILED, f"scoring failed: {type(error).__name__}"))
            return
        with self.new_unit_of_work() as uow:
            uow.scorecards.put(call.recording.id, self.run.engine_digest, self.run.scorer, card)
            uow.claims.finish(call.recording.id, self.worker.owner)
            uow.commit()
        log.info("recording %s: scored", call.recording.id)

    def _give_up(
        self, call: StoredCall, error: Exception | None, in_the_end: ReasonCode = ReasonCode.PROCESSING_FAILED
    ) -> None:
        with self.new_unit_of_work() as uow:
            if not uow.claims.finish(call.recording.id, self.worker.owner):
                # A result is the same whoever stores it first, a failure is not: it counts for who has the claim.
                log.warning("recording %s: given up by a process from which it was taken over", call.recording.id)
                return
            if isinstance(error, RecordingError):
                became = f"quarantined as {error.reason.value}"
                uow.calls.quarantine(call.recording.id, Quarantine(error.reason, error.detail))
            elif call.attempts + 1 >= self.max_attempts:
                became = f"quarantined as {in_the_end.value}"
                detail = f"failed {call.attempts + 1} times, the last time with: {error}"
                uow.calls.quarantine(call.recording.id, Quarantine(in_the_end, detail))
            else:
                became = "failed for now, the next run tries it again"
                uow.calls.failed_attempt(call.recording.id, str(error))
            uow.commit()
        log.info("recording %s: %s", call.recording.id, became)
