"""Sources in a store of objects: keys that begin alike are a folder, one key is a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from callqa.sources.addresses import object_uri, parse_object_uri, parse_source
from callqa.sources.s3 import S3, ObjectEntry
from models.source import Fetched, Scratch, Stamp


@dataclass(frozen=True, slots=True)
class Objects:
    """One store, a place to put what is fetched, and the most bytes that a recording may have."""

    s3: S3
    scratch: Scratch
    most_bytes: int

    def source(self, source: str) -> ObjectSource:
        """What people mean by `s3://BUCKET/KEY`. Raises InputError when it is no address."""
        return ObjectSource(self, *parse_source(source))

    @contextmanager
    def fetched(self, bucket: str, key: str) -> Iterator[tuple[Fetched, ObjectEntry]]:
        """The object's bytes, here as long as the block lasts, and what it is now."""
        with self.scratch.place_for(key.rpartition("/")[2]) as path:
            try:
                # Written from another thread, one block at a time.
                with path.open("wb", buffering=0) as file:

                    def begin(size_bytes: int) -> None:
                        self.scratch.need(size_bytes)
                        file.seek(0)
                        file.truncate()

                    def write(block: bytes) -> None:
                        rest = memoryview(block)
                        while rest:
                            try:
                                rest = rest[file.write(rest) :]
                            except OSError as error:
                                raise self.scratch.trouble(error) from error

                    entry, recording_id = self.s3.fetch(bucket, key, self.most_bytes, begin, write)
            except OSError as error:
                raise self.scratch.trouble(error) from error
            yield Fetched(str(path), recording_id, entry.size_bytes), entry

    @contextmanager
    def fetched_from(self, uri: str) -> Iterator[Fetched]:
        """The same by the address that was stored."""
        with self.fetched(*parse_object_uri(uri)) as (fetched, _):
            yield fetched


class ObjectSource:
    """The objects below a prefix, or one object: `models.source.SourceStore`.

    Nothing is asked of the store before it must be. The names are what follows the prefix, whatever dots and slashes
    they hold: nothing in them leads anywhere. An object appears whole or not at all.
    """

    def __init__(self, objects: Objects, bucket: str, key: str) -> None:
        self._objects = objects
        self._bucket = bucket
        self._key = key

    @property
    def uri(self) -> str:
        """Its address, without the slash at its end."""
        whole = object_uri(self._bucket, self._key.removesuffix("/"))
        return whole if self._key else whole.removesuffix("/")

    @property
    def root(self) -> str:
        """The bucket and prefix, the key as it is."""
        return f"s3://{self._bucket}/{self._prefix}".removesuffix("/")

    @property
    def is_single_file(self) -> bool:
        """Whether an object has exactly this key. Who means the prefix of the same name writes a slash behind it."""
        return bool(self._key) and not self._key.endswith("/") and self._key in self._found

    def folders(self) -> Iterator[tuple[str, Sequence[str]]]:
        """As a tree of folders would be listed; hidden folders, and marks of empty ones, are left out."""
        if self.is_single_file:
            yield "", [self._key.rpartition("/")[2]]
            return
        folders: dict[str, list[str]] = {}
        for key, entry in self._found.items():
            name = key.removeprefix(self._prefix)
            if not name or (name.endswith("/") and not entry.size_bytes):
                continue
            head, slash, last = name.removesuffix("/").rpartition("/")
            folders.setdefault(head + slash, []).append(last + "/" * name.endswith("/"))
        for folder in sorted(folders, key=lambda folder: folder.split("/")[:-1]):
            if not any(part.startswith(".") and part not in {".", ".."} for part in folder.split("/")):
                yield folder, sorted(folders[folder])

    def uri_of(self, name: str) -> str:
        """An `s3://` URI."""
        return object_uri(self._bucket, self._prefix + name)

    def shown(self, name: str) -> str:
        """`s3://BUCKET/KEY`, the key as it is."""
        return f"s3://{self._bucket}/{self._prefix}{name}"

    def exists(self, name: str) -> bool:
        """Whether it was there when the source was listed."""
        return self._prefix + name in self._found

    def stamp(self, name: str) -> Stamp | None:
        """As it was listed, or as it was fetched since."""
        entry = self._found.get(self._prefix + name)
        return None if entry is None else Stamp(entry.etag, entry.changed_at_s, entry.changed_at_s)

    def read(self, name: str, most_bytes: int) -> bytes | None:
        """The object's bytes. Of one object's neighbours nothing is listed: the store is asked for each."""
        if not self.is_single_file and not self.exists(name):
            return None
        return self._objects.s3.read(self._bucket, self._prefix + name, most_bytes)

    @contextmanager
    def fetched(self, name: str) -> Iterator[Fetched]:
        """A copy in the scratch folder."""
        key = self._prefix + name
        with self._objects.fetched(self._bucket, key) as (fetched, entry):
            self._found[key] = entry
            yield fetched

    @property
    def _prefix(self) -> str:
        if not self._key or self._key.endswith("/"):
            return self._key
        return self._key[: self._key.rfind("/") + 1] if self.is_single_file else f"{self._key}/"

    @cached_property
    def _found(self) -> dict[str, ObjectEntry]:
        s3 = self._objects.s3
        if self._key and not self._key.endswith("/"):
            # The store's order puts the key itself first, and temporary names of it soon after.
            near = {entry.key: entry for entry in s3.entries(self._bucket, self._key, first_page=True)}
            if self._key in near:
                return near
        prefix = f"{self._key}/" if self._key and not self._key.endswith("/") else self._key
        return {entry.key: entry for entry in s3.entries(self._bucket, prefix)}
