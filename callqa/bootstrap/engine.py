"""How recordings are heard: model, device, or a service elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr.device import choose
from asr.gpu_slot import hold_slot, name_of_gpu
from asr.options import PROFILES, EngineOptions, RemoteOptions
from asr.remote import look_at
from asr.text import prompt_for
from asr.weights import ensure_model, verify_model
from callqa.bootstrap.shared import built_once
from callqa.settings import Settings
from scoring import ServiceStandard

if TYPE_CHECKING:
    # Loaded where one is made: a third of a command's start would go into it, and most commands hear nothing.
    from asr.transcriber import WhisperTranscriber

_CHANNELS = {"auto": None, "left": 0, "right": 1}


_transcribers: dict[EngineOptions, WhisperTranscriber] = {}


def engine_options(settings: Settings, standard: ServiceStandard) -> EngineOptions:
    """How recordings are heard: by settings, in the language and with the glossary of the standard."""
    told = PROFILES[settings.profile].prompt_terms
    terms = [term.term for term in standard.asr_glossary if term.prompt and told]
    return EngineOptions(
        model=settings.model,
        data_dir=settings.home.absolute(),
        device=settings.device,
        compute_type=settings.compute_type,
        workers=settings.workers or None,
        profile=settings.profile,
        work_s_per_s=settings.work_s_per_s,
        longest_h=settings.longest_h,
        language=standard.language,
        prompt=prompt_for(standard.language, terms),
        glossary=standard.asr_glossary,
        corrections=settings.corrections,
        agent_channel=_CHANNELS[settings.agent_channel],
        remote=remote_options(settings) if settings.engine == "remote" else None,
        mask_pii=settings.mask_pii,
    )


def remote_options(settings: Settings) -> RemoteOptions:
    """The service that hears recordings. Raises SettingsError when its settings are missing or cannot work."""
    return RemoteOptions(
        settings.remote_url,
        settings.remote_model,
        settings.remote_key.get_secret_value(),
        settings.remote_timeout_s,
    )


def transcriber_for(settings: Settings, standard: ServiceStandard) -> WhisperTranscriber:
    """The process's transcriber for these settings: one model in memory, however many threads ask."""
    from asr.transcriber import WhisperTranscriber

    options = engine_options(settings, standard)
    return built_once(_transcribers, options, lambda: WhisperTranscriber(options))


def passing_transcriber(settings: Settings, standard: ServiceStandard) -> WhisperTranscriber:
    """A transcriber that nobody else uses and that gives its memory back when it is let go."""
    from asr.transcriber import WhisperTranscriber

    return WhisperTranscriber(engine_options(settings, standard))


def choose_device(settings: Settings) -> str:
    """Which processor and arithmetic will be used, and why. Raises SettingsError for one this machine lacks."""
    choice = choose(settings.device, settings.compute_type)
    return f"{choice.device}, {choice.compute_type}: {choice.why}"


def uses_gpu(settings: Settings) -> bool:
    """Whether this machine would hear on a GPU. Raises SettingsError for a device that it lacks."""
    return settings.engine == "packed" and choose(settings.device, settings.compute_type).device == "cuda"


def hold_gpu(settings: Settings) -> None:
    """Where this process hears on a GPU, have it for itself from now on; waits for its turn.

    Raises TransientError when another process keeps it.
    """
    if uses_gpu(settings):
        hold_slot(name_of_gpu())


def check_model(settings: Settings) -> str:
    """The model's folder after its files were read and compared. Raises ModelError when it is missing or damaged."""
    files = ensure_model(settings.model, settings.home.absolute())
    verify_model(files, settings.home.absolute())
    return f"{files.name} in {files.path}, {files.digest}"


def check_remote(settings: Settings) -> str:
    """What the service that hears recordings says of itself, and where their sound goes.

    Raises SettingsError when it is not set right, ModelError or TransientError when it does not answer as it should.
    """
    return look_at(remote_options(settings))
