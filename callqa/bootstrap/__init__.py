"""The one place where ports meet adapters: database, Whisper and standard, built from settings."""

from asr.clips import cut_clip
from asr.cores import usable_cores
from asr.decoder import probe
from callqa.bootstrap.app import App, assemble, this_worker
from callqa.bootstrap.clock import today
from callqa.bootstrap.database import (
    check_database,
    database_file,
    describe_database,
    describe_search,
    has_database,
    key_ids,
    open_database,
    shown_database,
    upgrade_database,
    wipe_deleted_rows,
)
from callqa.bootstrap.engine import (
    check_model,
    check_remote,
    choose_device,
    engine_options,
    hold_gpu,
    passing_transcriber,
    transcriber_for,
    uses_gpu,
)
from callqa.bootstrap.nights import ages, alarm_for, drift_rules, machine_name, planner
from callqa.bootstrap.notes import note_mask
from callqa.bootstrap.sounds import audio_keeper, audio_store, listening
from callqa.bootstrap.sources import check_objects, finder, metadata_readers, source_uris
from callqa.bootstrap.standards import standard_by_call, standard_by_ref, standard_for
from callqa.bootstrap.wording import wording
from storage.sealing import new_key

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
    "cut_clip",
    "database_file",
    "describe_database",
    "describe_search",
    "drift_rules",
    "engine_options",
    "finder",
    "has_database",
    "hold_gpu",
    "key_ids",
    "listening",
    "machine_name",
    "metadata_readers",
    "new_key",
    "note_mask",
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
    "wording",
]
