"""Where recordings lie: what the use cases need of a folder or a store of objects, without knowing which it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from models.errors import TransientError


@dataclass(frozen=True, slots=True)
class Stamp:
    """One state of a file: between equal stamps nobody has written to it.

    `changed_at_s` is when its content last changed and `entered_at_s` when its entry did, which is when it came; both
    in seconds since 1970, by the clock of whatever keeps the file.
    """

    version: str
    changed_at_s: float = field(compare=False)
    entered_at_s: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A recording's bytes as a local file, and their SHA-256 (hex), which is the recording's id.

    `scratch_bytes` is the size of a copy that is there for the moment only, 0 for the file itself.
    """

    path: str
    recording_id: str
    scratch_bytes: int = 0


class SourceStore(Protocol):
    """What one source holds. Files go by their name: the path below the source's root, parted by "/".

    Raises InputError when it cannot be read at all, TransientError when it cannot just now.
    """

    @property
    def uri(self) -> str:
        """The source's address: equal for one place, however it was written."""

    @property
    def root(self) -> str:
        """The place that the names are below, as people write it, without a slash at its end."""

    @property
    def is_single_file(self) -> bool:
        """Whether the source is one file, of whose neighbours nothing is known."""

    def folders(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Each folder ("" is the root, others end in "/") with the names of its files within it, in a stable order."""

    def uri_of(self, name: str) -> str:
        """The file's address."""

    def shown(self, name: str) -> str:
        """Where the file is, for people: text that every program takes."""

    def exists(self, name: str) -> bool:
        """Whether there is such an entry, be it a link to nothing."""

    def stamp(self, name: str) -> Stamp | None:
        """The file's state as it was last seen; None when it cannot be seen, which reading it will explain."""

    def read(self, name: str, most_bytes: int) -> bytes | None:
        """A small file that describes recordings, None when there is none.

        Raises RecordingError when it cannot be read: no file, larger than that, or a link out of the source.
        """

    def fetched(self, name: str) -> AbstractContextManager[Fetched]:
        """The file's bytes, here as long as the block lasts. Raises RecordingError when they cannot be read."""


class Scratch(Protocol):
    """A place on this machine for files that are there for the moment only. Safe to use from threads."""

    def place_for(self, name: str) -> AbstractContextManager[Path]:
        """A path to write one file to, called as `name` where a file can be; what is there goes with the block.

        Nobody but the owner sees into its folder. Raises TransientError when the disk cannot be written.
        """

    def need(self, size_bytes: int) -> None:
        """Raise TransientError unless that much may still be written."""

    def trouble(self, error: OSError) -> TransientError:
        """What to say when its disk fails."""

    def reap(self) -> None:
        """Delete what processes left that were killed. Never raises: the next one tries again."""


class Finder(Protocol):
    """Finds recordings again, on whatever machine the addresses can be reached from. Safe to use from threads."""

    def __call__(self, recording_id: str, uris: Sequence[str]) -> AbstractContextManager[Fetched | None]:
        """Exactly these bytes, from the first address that still holds them, here as long as the block lasts.

        None when no address does any more. Raises TransientError when one that may hold them is out of reach.
        """
