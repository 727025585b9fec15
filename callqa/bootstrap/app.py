"""All that inspecting calls needs, wired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from asr.decoder import probe
from callqa.bootstrap.clock import today
from callqa.bootstrap.database import open_database, refuse_to_forget_the_key
from callqa.bootstrap.engine import transcriber_for
from callqa.bootstrap.sounds import audio_keeper
from callqa.bootstrap.sources import finder, scratch_of
from callqa.bootstrap.standards import standard_for
from callqa.classifiers import classifier_in_use
from callqa.owner import has_ended, this_process
from callqa.services.audio import AudioKeeper
from callqa.services.in_hand import may_take_s
from callqa.settings import Settings
from models.claim import Worker
from models.ports import AudioProbe, UnitOfWorkFactory
from models.source import Finder
from scoring import ServiceStandard
from scoring.classifier import Classifier

if TYPE_CHECKING:
    from asr.transcriber import WhisperTranscriber


@dataclass(frozen=True, slots=True)
class App:
    """Everything that inspecting calls needs. `settings.standard` names exactly this version of the standard."""

    settings: Settings
    standard: ServiceStandard
    classifier: Classifier | None
    transcriber: WhisperTranscriber
    new_unit_of_work: UnitOfWorkFactory
    probe: AudioProbe
    find: Finder
    audio: AudioKeeper
    worker: Worker


def assemble(settings: Settings, day: date | None = None) -> App:
    """Wire the application. The model is loaded when the first recording is heard, the database must be ready.

    The standard is the version that holds on `day`, or today. Raises StandardError, ModelError (of the classifier),
    SettingsError or SchemaError before any work is begun.
    """
    found = standard_for(settings, day or today(settings))
    standard, settings = found.standard, settings.model_copy(update={"standard": found.name})
    audio = audio_keeper(settings, originals=settings.originals == "keep")
    classifier = classifier_in_use(settings.home, standard.language)
    transcriber = transcriber_for(settings, standard)
    scratch_of(settings).reap()
    connect = open_database(settings)
    refuse_to_forget_the_key(settings, connect)
    worker = this_worker(settings)
    return App(settings, standard, classifier, transcriber, connect, probe, finder(settings), audio, worker)


def this_worker(settings: Settings) -> Worker:
    """This process, as it claims recordings and is at runs."""
    return Worker(this_process(), settings.lease_s, has_ended, partial(may_take_s, settings.work_s_per_s))
