"""Addresses of recordings as they are stored: URIs, of which exactly one belongs to each file or object."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from callqa.sources.files import local_path, printed
from models.errors import InputError

_SCHEME = "s3://"
_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")


def is_object_address(source: str) -> bool:
    """Whether a source, or an address, is one of a store of objects."""
    return source.startswith(_SCHEME)


def parse_source(source: str) -> tuple[str, str]:
    """Bucket and key of a source as people write it, `s3://BUCKET/KEY` with the key as it is.

    Raises InputError when it names no bucket, or when its key is no text.
    """
    bucket, _, key = source.removeprefix(_SCHEME).partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise InputError(f"source {source!r} names no bucket; write s3://BUCKET/PREFIX")
    try:
        key.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"source {source!r} is not UTF-8; keys of objects are") from error
    return bucket, key


def object_uri(bucket: str, key: str) -> str:
    """The address that is stored: the key's slashes and dots as they are, other signs percent-encoded."""
    return f"{_SCHEME}{bucket}/{quote(key)}"


def parse_object_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of a stored address."""
    bucket, _, key = uri.removeprefix(_SCHEME).partition("/")
    return bucket, unquote(key)


def shown_address(uri: str) -> str:
    """A stored address as people write it: a path, or `s3://BUCKET/KEY` with the key as it is."""
    return unquote(uri) if is_object_address(uri) else printed(local_path(uri))
