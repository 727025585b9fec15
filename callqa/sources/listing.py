"""What lies in a source: the recordings, and the files that only describe them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from callqa.sources.addresses import is_object_address
from callqa.sources.folder import local_folders
from callqa.sources.names import finished_name, id_from, is_ignored
from models.errors import InputError
from models.source import SourceStore

OpenObjects = Callable[[str], SourceStore]
"""Makes the store of an `s3://` source."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that may be a recording, by its name in the source. `default_call_id` is unique within its folder."""

    name: str
    uri: str
    default_call_id: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A file under a writer's temporary name; `becomes` is the recording that it will be."""

    name: str
    becomes: SourceFile


@dataclass(frozen=True, slots=True)
class Listing:
    """A source's files in a stable order; `ignored` are the names of what is no sound."""

    store: SourceStore
    files: tuple[SourceFile, ...]
    ignored: tuple[str, ...]
    unfinished: tuple[Unfinished, ...] = ()

    @property
    def uri(self) -> str:
        """The source's address."""
        return self.store.uri

    @property
    def is_single_file(self) -> bool:
        """Whether the source is one file, of whose neighbours nothing is known."""
        return self.store.is_single_file


def open_sources(
    sources: Sequence[str], leave_out: Path | None = None, open_objects: OpenObjects | None = None
) -> tuple[SourceStore, ...]:
    """The stores of several sources, in the order of their addresses, each once.

    Nothing is asked of other machines yet. Raises InputError when there is no source at all, or for a folder as
    `local_folders` does.
    """
    if not sources:
        raise InputError("no source is named; give a folder of recordings or one recording")
    objects = [source for source in sources if is_object_address(source)]
    if objects and open_objects is None:
        raise InputError(f"source {objects[0]!r} is in a store of objects; only files can be read here")
    stores: dict[str, SourceStore] = {}
    for store in local_folders([source for source in sources if not is_object_address(source)], leave_out):
        stores[store.uri] = store
    for source in objects:
        assert open_objects is not None
        opened = open_objects(source)
        stores[opened.uri] = opened
    return tuple(stores[uri] for uri in sorted(stores))


def list_sources(
    sources: Sequence[str], leave_out: Path | None = None, open_objects: OpenObjects | None = None
) -> tuple[Listing, ...]:
    """List several sources, in the order of their addresses, each once. Raises as `open_sources` and the stores do."""
    return tuple(list_store(store) for store in open_sources(sources, leave_out, open_objects))


def list_source(source: str, leave_out: Path | None = None) -> Listing:
    """List a folder (with its sub-folders, also those behind links inside it) or a single file.

    Raises InputError when the source does not exist, cannot be reached or is the folder to leave out.
    """
    return list_sources([source], leave_out)[0]


def list_store(store: SourceStore) -> Listing:
    """What the names of the store's files say that they are. Raises as the store does."""
    found: list[SourceFile] = []
    unfinished: list[Unfinished] = []
    ignored: list[str] = []
    for folder, names in store.folders():
        if store.is_single_file:
            # Who names one file says that it is a recording.
            found += [_file(store, folder, name, unique=True) for name in names]
            continue
        finished = {name: finished_name(name) for name in names}
        recordings = [name for name in names if finished[name] is None and not is_ignored(name)]
        ignored += [name for name in names if finished[name] is None and is_ignored(name)]
        stems = Counter(_stem(name) for name in recordings)
        found += [_file(store, folder, name, unique=stems[_stem(name)] == 1) for name in recordings]
        unfinished += [
            Unfinished(folder + name, _file(store, folder, becomes, unique=True))
            for name, becomes in finished.items()
            if becomes is not None
        ]
    return Listing(store, tuple(found), tuple(ignored), tuple(unfinished))


def _file(store: SourceStore, folder: str, name: str, *, unique: bool) -> SourceFile:
    return SourceFile(folder + name, store.uri_of(folder + name), id_from(_stem(name) if unique else name))


def _stem(name: str) -> str:
    return PurePosixPath(name).stem
