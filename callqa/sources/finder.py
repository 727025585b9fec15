"""Finding a recording again by the addresses that runs saw it at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from callqa.sources.addresses import is_object_address
from callqa.sources.files import hash_file, local_path
from callqa.sources.objects import Objects
from models.errors import InputError, RecordingError, TransientError
from models.source import Fetched


@dataclass(frozen=True, slots=True)
class AddressFinder:
    """`models.source.Finder` over files and, where `open_objects` makes a store, objects.

    Files are moved and names used again between nights: without comparing the bytes, another customer's call could be
    heard and charged to this call's agent.
    """

    open_objects: Callable[[], Objects] | None = None

    @contextmanager
    def __call__(self, recording_id: str, uris: Sequence[str]) -> Iterator[Fetched | None]:
        """The first address that holds exactly the recording's bytes."""
        trouble: TransientError | None = None
        for uri in dict.fromkeys(uris):
            with ExitStack() as held:
                try:
                    found = self._at(uri, held)
                except RecordingError:
                    continue
                except TransientError as error:
                    trouble = trouble or error
                    continue
                if found.recording_id == recording_id:
                    yield found
                    return
        if trouble is not None:
            raise trouble
        yield None

    def _at(self, uri: str, held: ExitStack) -> Fetched:
        if not is_object_address(uri):
            path = local_path(uri)
            return Fetched(path, hash_file(Path(path)))
        if self.open_objects is None:
            raise InputError(f"{uri} is in a store of objects; only files can be read here")
        return held.enter_context(self.open_objects().fetched_from(uri))
