"""Where recordings come from: folders and the store of objects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from callqa.bootstrap.shared import built_once
from callqa.metadata import MetadataReader, NameRules
from callqa.settings import Settings
from callqa.sources import S3, AddressFinder, Objects, StoreAccess, list_sources, open_sources
from models.source import Finder
from storage.scratch import FileScratch

_object_stores: dict[tuple[StoreAccess, Path, float], Objects] = {}


def metadata_readers(settings: Settings, sources: Sequence[str]) -> tuple[MetadataReader, ...]:
    """What lies in each source and what is known of it, by the settings; see `callqa.sources.list_sources`.

    Raises InputError for a source, manifest or table that cannot be read, SettingsError for a pattern.
    """
    rules = NameRules(settings.preset, settings.filename_pattern, settings.agents)
    listings = list_sources(sources, settings.home, lambda source: objects_of(settings).source(source))
    return tuple(MetadataReader(one, settings.time_zone, rules) for one in listings)


def source_uris(settings: Settings, sources: Sequence[str]) -> list[str]:
    """The addresses of the sources, each once; no store of objects is asked yet.

    Raises InputError for a folder that is not there, SettingsError where a store is not set right.
    """
    opened = open_sources(sources, settings.home, lambda source: objects_of(settings).source(source))
    return [source.uri for source in opened]


def finder(settings: Settings) -> Finder:
    """Finds recordings again, in folders and in the store of the settings."""
    return AddressFinder(partial(objects_of, settings))


def check_objects(settings: Settings) -> str:
    """What the store of objects says. Raises SettingsError when it is not set right, TransientError when it is away."""
    return objects_of(settings).s3.look()


def objects_of(settings: Settings) -> Objects:
    """The process's store of objects: its connections are shared by all threads."""
    access = StoreAccess(settings.s3_endpoint, settings.s3_key, settings.s3_secret.get_secret_value())
    key = (access, settings.home.absolute(), settings.s3_largest_gb)
    make = partial(Objects, scratch=scratch_of(settings), most_bytes=int(settings.s3_largest_gb * 1e9))
    return built_once(_object_stores, key, lambda: make(S3(access)))


def scratch_of(settings: Settings) -> FileScratch:
    """Where fetched recordings lie for a moment."""
    return FileScratch(settings.home.absolute() / "scratch")
