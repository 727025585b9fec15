"""The one place where ports meet adapters: database, Whisper and standard, built from settings."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from asr.cores import usable_cores
from asr.decoder import GuardedPlayback, probe
from asr.device import choose
from asr.gpu_slot import hold_slot, name_of_gpu
from asr.options import PROFILES, EngineOptions, RemoteOptions
from asr.peaks import read_peaks
from asr.remote import look_at
from asr.text import prompt_for
from asr.transcriber import WhisperTranscriber
from asr.weights import ensure_model, verify_model
from callqa.alerts.channels import channels_for
from callqa.classifiers import classifier_in_use
from callqa.metadata import MetadataReader, NameRules
from callqa.owner import has_ended, this_process
from callqa.services.alarm import Alarm, AlarmRules
from callqa.services.audio import AudioKeeper
from callqa.services.in_hand import may_take_s
from callqa.services.listening import Listening
from callqa.services.order import RiskWeights
from callqa.services.outlook import Planner
from callqa.services.retention import Ages
from callqa.settings import Settings, words_of
from callqa.sources import S3, AddressFinder, Objects, StoreAccess, list_sources, open_sources
from callqa.standards import FoundStandard, find, find_days, find_standard
from models.alert import AlertKind
from models.call import CallMeta
from models.claim import Worker
from models.errors import InputError, MissingKeyError, NoVersionError
from models.keeping import DatabaseFile
from models.ports import AudioProbe, AudioStore, UnitOfWorkFactory
from models.scorecard import StandardRef
from models.source import Finder
from models.standard import PublishedStandard
from scoring import SHIPPED_STANDARDS, ServiceStandard
from scoring.classifier import Classifier
from storage import Database, schema, urls
from storage.audio_store import FileAudioStore
from storage.scratch import FileScratch
from storage.sealing import Sealer, new_key, read_keys
from storage.sqlite_file import SqliteFile, wipe_deleted

__all__ = [
    "App",
    "ages",
    "alarm_for",
    "assemble",
    "audio_keeper",
    "audio_store",
    "check_database",
    "check_model",
    "check_objects",
    "check_remote",
    "choose_device",
    "database_file",
    "describe_database",
    "describe_search",
    "engine_options",
    "finder",
    "hold_gpu",
    "key_ids",
    "listening",
    "machine_name",
    "metadata_readers",
    "new_key",
    "open_database",
    "passing_transcriber",
    "planner",
    "probe",
    "shown_database",
    "source_uris",
    "standard_by_call",
    "standard_by_ref",
    "standard_for",
    "this_worker",
    "today",
    "transcriber_for",
    "upgrade_database",
    "usable_cores",
    "uses_gpu",
    "wipe_deleted_rows",
]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_CHANNELS = {"auto": None, "left": 0, "right": 1}
_lock = threading.Lock()
_transcribers: dict[EngineOptions, WhisperTranscriber] = {}
_databases: dict[tuple[str, tuple[str, ...]], Database] = {}
_object_stores: dict[tuple[StoreAccess, Path, float], Objects] = {}


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
    _scratch(settings).reap()
    connect = open_database(settings)
    _refuse_to_forget_the_key(settings, connect)
    worker = this_worker(settings)
    return App(settings, standard, classifier, transcriber, connect, probe, finder(settings), audio, worker)


def this_worker(settings: Settings) -> Worker:
    """This process, as it claims recordings and is at runs."""
    return Worker(this_process(), settings.lease_s, has_ended, partial(may_take_s, settings.work_s_per_s))


def audio_keeper(settings: Settings, *, originals: bool) -> AudioKeeper:
    """Keeps playback copies, where the settings want them, and the originals of what it is given if told so."""
    return AudioKeeper(audio_store(settings), GuardedPlayback(), settings.playback, originals, _now)


def metadata_readers(settings: Settings, sources: Sequence[str]) -> tuple[MetadataReader, ...]:
    """What lies in each source and what is known of it, by the settings; see `callqa.sources.list_sources`.

    Raises InputError for a source, manifest or table that cannot be read, SettingsError for a pattern.
    """
    rules = NameRules(settings.preset, settings.filename_pattern, settings.agents)
    listings = list_sources(sources, settings.home, lambda source: _objects(settings).source(source))
    return tuple(MetadataReader(one, settings.time_zone, rules) for one in listings)


def source_uris(settings: Settings, sources: Sequence[str]) -> list[str]:
    """The addresses of the sources, each once; no store of objects is asked yet.

    Raises InputError for a folder that is not there, SettingsError where a store is not set right.
    """
    opened = open_sources(sources, settings.home, lambda source: _objects(settings).source(source))
    return [source.uri for source in opened]


def finder(settings: Settings) -> Finder:
    """Finds recordings again, in folders and in the store of the settings."""
    return AddressFinder(partial(_objects, settings))


def check_objects(settings: Settings) -> str:
    """What the store of objects says. Raises SettingsError when it is not set right, TransientError when it is away."""
    return _objects(settings).s3.look()


def _objects(settings: Settings) -> Objects:
    """The process's store of objects: its connections are shared by all threads."""
    access = StoreAccess(settings.s3_endpoint, settings.s3_key, settings.s3_secret.get_secret_value())
    key = (access, settings.home.absolute(), settings.s3_largest_gb)
    make = partial(Objects, scratch=_scratch(settings), most_bytes=int(settings.s3_largest_gb * 1e9))
    return _shared(_object_stores, key, lambda: make(S3(access)))


def _scratch(settings: Settings) -> FileScratch:
    return FileScratch(settings.home.absolute() / "scratch")


def today(settings: Settings) -> date:
    """The date now in the configured time zone."""
    return _now().astimezone(ZoneInfo(settings.time_zone)).date()


def standard_for(settings: Settings, day: date, name: str | None = None) -> FoundStandard:
    """The standard that `name`, or the setting, means on that day, with the company's own days.

    Raises StandardError when it means none, or when the file of those days cannot be used.
    """
    found = find(name or settings.standard, day, lambda standard_id: _published(settings, standard_id))
    return replace(found, days=find_days(settings.company_days))


def standard_by_call(settings: Settings) -> Callable[[CallMeta], ServiceStandard | None]:
    """The version of the configured standard that holds on the day of a call; of one without a date, today's.

    None where no version holds. Raises StandardError when the setting names no standard at all.
    """
    zone, undated = ZoneInfo(settings.time_zone), today(settings)
    versions, days = _published(settings, settings.standard), find_days(settings.company_days)
    only = None if versions else standard_for(settings, undated).standard

    def standard_of(meta: CallMeta) -> ServiceStandard | None:
        if only is not None:
            return only
        return by_day(meta.started_at.astimezone(zone).date() if meta.started_at is not None else undated)

    @lru_cache(maxsize=400)
    def by_day(day: date) -> ServiceStandard | None:
        try:
            return find(settings.standard, day, lambda _: versions).standard.with_days(days)
        except NoVersionError:
            return None

    return standard_of


def _published(settings: Settings, standard_id: str) -> Sequence[PublishedStandard]:
    """Published versions, none where there is no database yet."""
    if schema.state(settings.resolved_database_url).empty:
        return ()
    with open_database(settings)() as uow:
        return uow.standards.versions(standard_id)


def audio_store(settings: Settings) -> AudioStore:
    """Where playback copies and kept originals are."""
    return FileAudioStore(settings.home.absolute() / "audio", _sealer(settings))


def listening(settings: Settings) -> Listening:
    """How people hear calls: by the playback copies in the settings' home."""
    return Listening(audio_store(settings), GuardedPlayback(), read_peaks)


def standard_by_ref(settings: Settings, ref: StandardRef) -> ServiceStandard | None:
    """Exactly this version: published, or shipped; None when neither is it."""
    if ref.id in SHIPPED_STANDARDS:
        shipped = find_standard(ref.id)
        if shipped.ref == ref:
            return shipped
    published = next((v for v in _published(settings, ref.id) if v.ref == ref), None)
    return None if published is None else find(published.name, date.min, lambda _: (published,)).standard


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
    options = engine_options(settings, standard)
    return _shared(_transcribers, options, lambda: WhisperTranscriber(options))


def passing_transcriber(settings: Settings, standard: ServiceStandard) -> WhisperTranscriber:
    """A transcriber that nobody else uses and that gives its memory back when it is let go."""
    return WhisperTranscriber(engine_options(settings, standard))


def open_database(settings: Settings, *, create: bool = True) -> UnitOfWorkFactory:
    """The database at its newest migration; an empty one is set up, or with `create` false refused by InputError.

    Raises SchemaError for a database left behind or ahead.
    """
    url = settings.resolved_database_url
    if schema.state(url).empty:
        if not create:
            raise InputError(
                f"no callqa database at {shown_database(settings)} yet: `callqa run` makes one; if it is elsewhere, "
                "run this in the folder of that run or name it with --home or --database-url"
            )
        schema.upgrade(url)
    schema.check(url)
    sealer = _sealer(settings)
    return _shared(_databases, (url, sealer.key_ids), lambda: Database(url, sealer)).unit_of_work


def key_ids(settings: Settings) -> tuple[str, ...]:
    """Ids of the keys that seal and open what is stored, the newest first. Raises SettingsError for no key."""
    return _sealer(settings).key_ids


def _sealer(settings: Settings) -> Sealer:
    return Sealer(read_keys(settings.encryption_key.get_secret_value()))


def _refuse_to_forget_the_key(settings: Settings, new_unit_of_work: UnitOfWorkFactory) -> None:
    """Without its key a night would store plain what the nights before sealed."""
    with new_unit_of_work() as uow:
        if not key_ids(settings) and uow.sealed.sealed_last():
            raise MissingKeyError(
                "the database holds sealed texts, but encryption_key is empty: new calls would be stored plain; set it "
                "(CALLQA_ENCRYPTION_KEY_FILE)"
            )


def machine_name() -> str:
    """What this machine calls itself: speeds measured on it say most about it."""
    return platform.node() or "unknown"


def planner(settings: Settings, new_unit_of_work: UnitOfWorkFactory) -> Planner:
    """How nights are planned by these settings."""
    weights = RiskWeights(
        settings.weight_complaint,
        settings.weight_new_agent,
        settings.weight_long_call,
        words_of(settings.complaint_queues),
        settings.new_agent_days,
        settings.long_call_minutes * 60,
    )
    return Planner(weights, machine_name(), settings.plan_speed, new_unit_of_work)


def alarm_for(settings: Settings, new_unit_of_work: UnitOfWorkFactory) -> Alarm:
    """The alerts that these settings ask for. Raises SettingsError for a channel that cannot work."""
    kinds = frozenset(AlertKind(kind) for kind in words_of(settings.alert_on))
    rules = AlarmRules(kinds, settings.alert_failure_rate, settings.alert_promise_hours)
    return Alarm(channels_for(settings), rules, new_unit_of_work)


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


def upgrade_database(settings: Settings) -> str:
    """Bring the database to the newest migration; returns that revision."""
    url = settings.resolved_database_url
    schema.upgrade(url)
    return check_database(settings)


def check_database(settings: Settings) -> str:
    """The database's revision. Raises SchemaError when it is not the one that this program needs."""
    url = settings.resolved_database_url
    schema.check(url)
    return schema.state(url).head


def describe_database(settings: Settings) -> str:
    """Where the database is and at which revision, or that it will be set up; raises like `check_database`."""
    if schema.state(settings.resolved_database_url).empty:
        return f"{shown_database(settings)} is empty and will be set up at first use"
    return f"{shown_database(settings)} at revision {check_database(settings)}"


def describe_search(settings: Settings) -> str:
    """How the console finds what was said; raises like `check_database`."""
    if key_ids(settings):
        return "off: texts are sealed, and what can be searched can be read"
    if schema.state(settings.resolved_database_url).empty:
        return "will be set up with the database"
    check_database(settings)
    if schema.has_search_index(settings.resolved_database_url):
        return "phrases of three characters and more are found by an index"
    return (
        "without an index, 20,000 calls at a time: let an owner of the database run `CREATE EXTENSION pg_trgm` "
        "(SQLite: use a build with FTS5), then run `callqa db upgrade`"
    )


def shown_database(settings: Settings) -> str:
    """The database's address without its secrets. Raises SettingsError, which tells none, for one it cannot read."""
    return urls.shown(urls.parse(settings.resolved_database_url))


def database_file(settings: Settings) -> DatabaseFile:
    """The database as a file. Raises SettingsError, which says what to do instead, when it is none."""
    return SqliteFile(settings.resolved_database_url)


def wipe_deleted_rows(settings: Settings) -> bool:
    """After rows were deleted for good: nothing of them is left beside the database; false while somebody reads it."""
    return wipe_deleted(settings.resolved_database_url)


def ages(settings: Settings) -> Ages:
    """After how many days each kind of what is kept goes."""
    return Ages(settings.originals_days, settings.playback_days, settings.transcripts_days, settings.scores_days)


def _now() -> datetime:
    return datetime.now(UTC)


def _shared(pool: dict[_Key, _Value], key: _Key, make: Callable[[], _Value]) -> _Value:
    # lru_cache would let four threads that ask at once build four models.
    with _lock:
        if key not in pool:
            pool[key] = make()
        return pool[key]
