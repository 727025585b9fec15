"""What in the sources of a run may be a recording, with what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from callqa.metadata import MetadataReader
from callqa.sources import SourceFile
from models.call import CallMeta
from models.source import SourceStore

FILES_PER_TRANSACTION = 200
"""Large enough that commits cost nothing, small enough that a kill loses seconds of hashing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file, and what its source says of the call."""

    reader: MetadataReader
    file: SourceFile
    meta: CallMeta

    @property
    def store(self) -> SourceStore:
        """What the file is read from."""
        return self.reader.listing.store


def candidates(sources: Sequence[MetadataReader]) -> Iterator[tuple[Candidate, str]]:
    """Every file that is or will be a recording, once, and its name now: a source may lie within another."""
    seen: set[str] = set()
    for reader in sources:
        listing = reader.listing
        unfinished = [(one.becomes, one.name) for one in listing.unfinished]
        for file, name in (*((file, file.name) for file in listing.files), *unfinished):
            address = listing.store.uri_of(name)
            if address not in seen:
                seen.add(address)
                yield Candidate(reader, file, reader.read(file)), name


def in_batches(items: Sequence[Candidate]) -> Iterator[tuple[Candidate, ...]]:
    """As many as one transaction is about."""
    rest = iter(items)
    while batch := tuple(islice(rest, FILES_PER_TRANSACTION)):
        yield batch
