"""Inspecting recordings: sound to transcript to scorecard, one transaction per call and stage."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from callqa.logs import about
from callqa.reports.vcon import shown_id
from callqa.services.audio import AudioKeeper
from callqa.sources import find_recording
from models.call import Quarantine, RecordingState
from models.errors import ReasonCode, RecordingError, StateError, TransientError, origin_of
from models.ports import TranscribeOutcome, Transcriber, UnitOfWorkFactory
from models.run import AudioJob, Run, StoredCall
from models.transcript import Transcript
from scoring import ServiceStandard, score_call
from scoring.classifier import Classifier

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Inspector:
    """Inspects chunks of one run. Safe to use from several threads when the transcriber is."""

    run: Run
    standard: ServiceStandard
    classifier: Classifier | None
    transcriber: Transcriber
    new_unit_of_work: UnitOfWorkFactory
    callqa_version: str
    max_attempts: int
    audio: AudioKeeper | None = None
    """Keeps sound of what was transcribed; None keeps none."""

    def inspect(self, recording_ids: Sequence[str]) -> None:
        """Bring each recording as far as it will go; what is stored already is not done again.

        A recording that cannot be used is quarantined, a failure that may pass is counted against it; neither stops
        the others. Raises TransientError when the database itself is out of reach.
        """
        to_hear: dict[str, AudioJob] = {}
        places: dict[str, Callable[[], str | None]] = {}
        calls: dict[str, StoredCall] = {}
        for recording_id in recording_ids:
            with self.new_unit_of_work() as uow:
                call = uow.calls.get(recording_id)
                transcript = uow.transcripts.get(recording_id, self.run.engine_digest)
                addresses = uow.calls.addresses(self.run.id, recording_id)
            if call is None or call.state is RecordingState.QUARANTINED:
                continue
            calls[recording_id] = call
            locate = partial(find_recording, recording_id, (*addresses, call.recording.uri))
            if transcript is not None:
                self._keep(call, TranscribeOutcome(recording_id, transcript, None), locate)
                continue
            path = locate()
            if path is None:
                gone = TransientError("it is no longer where it was, or the file there now holds another recording")
                self._keep(call, TranscribeOutcome(recording_id, None, gone), locate)
            else:
                to_hear[recording_id] = AudioJob(recording_id, path, call.recording.audio, call.meta)
                places[recording_id] = locate
        for outcome in self.transcriber.transcribe(list(to_hear.values())):
            self._keep(calls[outcome.recording_id], outcome, places[outcome.recording_id])

    def _keep(self, call: StoredCall, outcome: TranscribeOutcome, locate: Callable[[], str | None]) -> None:
        with about(call_id=shown_id(call.meta.call_id), recording_id=call.recording.id):
            self._bring_on(call, outcome, locate)

    def _bring_on(self, call: StoredCall, outcome: TranscribeOutcome, locate: Callable[[], str | None]) -> None:
        try:
            if outcome.transcript is None:
                self._give_up(call, outcome.error)
            else:
                with self.new_unit_of_work() as uow:
                    uow.transcripts.put(outcome.transcript)
                    uow.commit()
                if self.audio is not None:
                    # Before the score is stored: a recording that waits for its score is the one looked at again.
                    self.audio.keep(outcome.transcript, locate)
                self._score(call, outcome.transcript)
        except StateError as error:
            # Another process was at it as well and quarantined it, or a person did: theirs stands.
            log.warning("recording %s: %s", outcome.recording_id, error)

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
            uow.commit()

    def _give_up(self, call: StoredCall, error: Exception | None) -> None:
        with self.new_unit_of_work() as uow:
            if isinstance(error, RecordingError):
                uow.calls.quarantine(call.recording.id, Quarantine(error.reason, error.detail))
            elif call.attempts + 1 >= self.max_attempts:
                detail = f"failed {call.attempts + 1} times, the last time with: {error}"
                uow.calls.quarantine(call.recording.id, Quarantine(ReasonCode.PROCESSING_FAILED, detail))
            else:
                uow.calls.failed_attempt(call.recording.id, str(error))
            uow.commit()
