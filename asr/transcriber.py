"""The speech engine: many recordings in, a transcript or the reason why not for each out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from asr.assemble import assemble, known_roles, names_a_side, turns_of
from asr.budget import Budget
from asr.cores import usable_cores
from asr.device import batch_for, choose, workers_for
from asr.glossary import Glossary
from asr.hearing import Hearer, Way
from asr.listen import Analysis, analyse
from asr.options import PROFILES, EngineOptions
from asr.process import one_thread_each
from asr.reading import Invented, Reading, Unread, WindowJob, WindowReader
from asr.receipt import engine_receipt, remote_receipt
from asr.remote import PARALLEL, RemoteWhisper
from asr.schedule import Prepared, Schedule
from asr.speech import SpeechDetector
from asr.swaps import swapped_at
from asr.text import prompt_for
from asr.timings import Stage, StageClock, StageTimings
from asr.voices import VoiceModel
from asr.weights import ensure_model, ensure_trimmed
from asr.whisper import PackedWhisper
from asr.words import SpokenWord
from models.errors import ReasonCode, RecordingError, TransientError, UsageError, origin_of
from models.ports import TranscribeOutcome
from models.run import AudioJob
from models.transcript import EngineReceipt, Transcript

log = logging.getLogger(__name__)

_BACKLOG_S = 900.0
_BATCHES_WAITING = 4
"""Windows wait until there are so many batches of them, since only equally long ones share one."""
_OPEN_S = 3 * 3600.0
"""Sound held in memory at once: an hour of stereo takes 230 MB, and as much again while it is decoded."""
_UNKNOWN_S = 300.0
"""A recording that does not say how long it is; what it really holds is known when it is decoded."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the options lead to; nothing of it is loaded yet."""

    receipt: EngineReceipt
    hearer: Hearer
    reader: WindowReader
    workers: int
    batch: int


_Prepared = Prepared[WindowJob, Reading | Unread, TranscribeOutcome]


class WhisperTranscriber:
    """Implements `models.ports.Transcriber` with packed windows on CTranslate2's Whisper, here or as a service.

    Nothing is loaded until it is needed; then once, whatever the number of threads. The same recording gives the same
    transcript, whichever others are transcribed with it and with any number of workers, as far as a service does so.
    """

    def __init__(self, options: EngineOptions) -> None:
        """Keep the options; files are looked for when `engine` or `transcribe` is first used."""
        self._options = options
        self._prompt = options.prompt or prompt_for(options.language)
        self._glossary = Glossary(options.glossary) if options.corrections else None
        self._profile = PROFILES[options.profile]
        self._clock = StageClock()
        self._detector = SpeechDetector()
        self._voices = VoiceModel()
        self._lock = threading.Lock()
        self._parts: _Parts | None = None

    @property
    def engine(self) -> EngineReceipt:
        """The receipt. Assembles or fetches the weights if need be but does not load them; raises ModelError."""
        return self._ready().receipt

    def warm_up(self) -> None:
        """Load the models now, so that the first recording does not wait; raises ModelError."""
        self._ready().hearer.load()
        self._detector.load()
        self._voices.load()

    def timings(self) -> StageTimings:
        """Seconds of wall-clock time that each stage has taken so far."""
        return self._clock.timings()

    def transcribe(self, jobs: Sequence[AudioJob]) -> Iterator[TranscribeOutcome]:
        """Yield one outcome per job as each finishes; what goes wrong with a recording is that recording's outcome.

        Raises ModelError when the model cannot be had or loaded.
        """
        self.warm_up()
        one_thread_each()
        schedule = Schedule(
            jobs,
            self._prepare,
            self._ready().reader.read,
            expected_s=_declared_s,
            threads=self._ready().workers,
            batch=self._ready().batch,
            backlog_s=max(_BACKLOG_S, _BATCHES_WAITING * self._ready().batch * self._profile.window_s),
            open_s=_OPEN_S,
        )
        yield from schedule.outcomes()

    def _ready(self) -> _Parts:
        with self._lock:
            if self._parts is None:
                receipt, hearer, workers, batch = self._remote() or self._packed()
                way = Way(self._prompt, self._profile.beam_size, self._profile.tempo)
                charged = self._options.remote is None
                reader = WindowReader(hearer, way, self._options.language, self._clock, charged=charged)
                self._parts = _Parts(receipt, hearer, reader, workers, batch)
            return self._parts

    def _packed(self) -> tuple[EngineReceipt, Hearer, int, int]:
        choice = choose(self._options.device, self._options.compute_type)
        files = ensure_model(self._options.model, self._options.data_dir)
        receipt = engine_receipt(files, choice, self._options, self._prompt)
        trimmed = ensure_trimmed(files, self._options.data_dir, self._options.language)
        workers = self._options.workers or workers_for(choice.device, usable_cores())
        whisper = PackedWhisper(trimmed, choice, workers, self._options.language, self._clock)
        return receipt, whisper, workers, batch_for(choice.device, files.path / "model.bin")

    def _remote(self) -> tuple[EngineReceipt, Hearer, int, int] | None:
        remote = self._options.remote
        if remote is None:
            return None
        receipt = remote_receipt(remote, self._options, self._prompt)
        workers = self._options.workers or usable_cores()
        return receipt, RemoteWhisper(remote, self._options.language, self._clock), workers, PARALLEL

    def _prepare(self, job: AudioJob) -> _Prepared:
        budget = Budget(self._options.work_s_per_s, self._options.longest_h)
        try:
            analysis = analyse(
                job.path,
                self._detector,
                self._voices,
                self._clock,
                self._profile.window_s,
                budget,
                sides_known=self._options.agent_channel is not None or names_a_side(job.meta),
            )
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 - one recording that breaks a decoder must not stop the others
            failed = _failed(job, error)
            return Prepared((), lambda _: failed, 0.0)
        items = tuple(
            (window.length_s, float(window.length_s), WindowJob(window, analysis.channels[window.channel], budget))
            for channel in analysis.windows
            for window in channel
        )
        return Prepared(items, lambda readings: self._finish(job, analysis, readings), analysis.duration_s)

    def _finish(self, job: AudioJob, analysis: Analysis, readings: Sequence[Reading | Unread]) -> TranscribeOutcome:
        try:
            with self._clock.at(Stage.TEXT):
                return TranscribeOutcome(job.recording_id, self._transcript(job, analysis, readings), None)
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 - as in _prepare
            return _failed(job, error)

    def _transcript(self, job: AudioJob, analysis: Analysis, readings: Sequence[Reading | Unread]) -> Transcript:
        words: list[SpokenWord] = []
        dropped: list[Invented] = []
        for reading in readings:
            if isinstance(reading, Unread):
                raise reading.error
            words.extend(reading.words)
            dropped.extend(reading.dropped)
        return assemble(
            job.recording_id,
            analysis,
            words,
            known_roles(job.meta, analysis, self._options.agent_channel),
            job.meta.direction,
            self._options.language,
            self._glossary,
            dropped,
            self.engine,
            self._swapped_at(analysis, words),
            mask_pii=self._options.mask_pii,
        )

    def _swapped_at(self, analysis: Analysis, words: Sequence[SpokenWord]) -> float | None:
        with self._clock.at(Stage.SPEECH):
            return swapped_at(turns_of(analysis, words), self._options.language, analysis, self._voices)


def _declared_s(job: AudioJob) -> float:
    declared_s = job.audio.duration_s if job.audio else None
    return _UNKNOWN_S if declared_s is None else declared_s


def _failed(job: AudioJob, error: Exception) -> TranscribeOutcome:
    return TranscribeOutcome(job.recording_id, None, _fault(job, error))


def _fault(job: AudioJob, error: Exception) -> RecordingError | TransientError:
    """Whether this recording is to blame, and would fail again, or the machine that it was heard on."""
    if isinstance(error, RecordingError | TransientError):
        return error
    if isinstance(error, MemoryError):
        return TransientError(
            f"memory ran out at {Path(job.path).name!r}: {error}; run again, with fewer workers if it comes back"
        )
    # FFmpeg reports damage in a file with operating-system codes too; a file that cannot be read raises Python's own.
    if isinstance(error, OSError) and not isinstance(error, av.FFmpegError):
        return TransientError(
            f"{Path(job.path).name!r} cannot be read just now: {error.strerror or error}; look there, and run again"
        )
    # The message of an error that nobody foresaw may quote what was said.
    what = f"{origin_of(error)}; listen to it, and report this"
    log.error("recording %s cannot be processed: %s", job.recording_id, what)
    return RecordingError(ReasonCode.PROCESSING_FAILED, f"transcription failed: {what}")
