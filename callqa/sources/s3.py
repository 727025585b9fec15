"""Requests to an S3-compatible store: the one module that knows its library.

Keys go to the store as they are, through the library's plain requests: its own paths drop and add slashes.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from models.errors import CallqaError, InputError, ReasonCode, RecordingError, SettingsError, TransientError

_READ_BYTES = 1 << 20
_PAUSES_S = (0.3, 1.0)
"""Before a fetch that broke off is begun again; requests that get no answer are repeated by the library."""
_REQUESTS = 3
_CONNECT_S, _READ_S = 10, 30
_REFUSED_KEYS = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "InvalidSecurity", "NotSignedUp"}
)
_ELSEWHERE = frozenset({"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"})
_ARCHIVED = "InvalidObjectState"

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """Where the store is and who asks. Empty: AWS, and the environment's or the machine's own AWS identity."""

    endpoint: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ObjectEntry:
    """One object: its key and what tells one version of it from another; `changed_at_s` in seconds since 1970."""

    key: str
    size_bytes: int
    etag: str
    changed_at_s: float


class S3:
    """One store. Safe to use from threads, also after a fork.

    What goes wrong is an InputError or SettingsError where people must mend it, RecordingError for one object,
    TransientError for what may pass. No message holds what the store or its library said: that may name a key.
    """

    def __init__(self, access: StoreAccess) -> None:
        """Raises SettingsError for an address that is none, half an identity, or where the library is missing."""
        _check(access)
        self._access = access
        self._turn = threading.Lock()
        self._files: Any = None
        self._pid = 0

    def entries(self, bucket: str, prefix: str, *, first_page: bool = False) -> Iterator[ObjectEntry]:
        """The objects whose keys begin so, in the store's order; uploads in progress are none yet."""
        wanted = {"Bucket": bucket, "Prefix": prefix}
        while True:
            page = self._ask(f"s3://{bucket}/{prefix}", partial(_call, "list_objects_v2", dict(wanted)))
            for one in page.get("Contents", ()):
                yield ObjectEntry(one["Key"], one["Size"], one.get("ETag", ""), one["LastModified"].timestamp())
            if first_page or not page.get("IsTruncated"):
                return
            wanted["ContinuationToken"] = page["NextContinuationToken"]

    def read(self, bucket: str, key: str, most_bytes: int) -> bytes | None:
        """A small object, None when there is none. Raises RecordingError when it is larger or may not be read."""
        content = bytearray()
        found = self._receive(bucket, key, most_bytes, lambda _: content.clear(), content.extend)
        return bytes(content) if found is not None else None

    def fetch(
        self,
        bucket: str,
        key: str,
        most_bytes: int,
        begin: Callable[[int], None],
        write: Callable[[bytes], object],
    ) -> tuple[ObjectEntry, str]:
        """Write the object and return what it is with its SHA-256 (hex).

        `begin` is told the size before the first byte comes, and again when it all begins anew. Raises RecordingError
        when the object is gone, larger than `most_bytes` or may not be read.
        """
        digest = hashlib.sha256()

        def start(size_bytes: int) -> None:
            nonlocal digest
            digest = hashlib.sha256()
            begin(size_bytes)

        def take(block: bytes) -> None:
            digest.update(block)
            write(block)

        found = self._receive(bucket, key, most_bytes, start, take)
        if found is None:
            raise RecordingError(ReasonCode.UNREADABLE_FILE, "cannot be read: No such object")
        return found, digest.hexdigest()

    def look(self) -> str:
        """Whether the store answers this identity, in words."""
        where = self._access.endpoint or "AWS"
        try:
            found = self._ask(where, partial(_call, "list_buckets", {}))
        except InputError:
            return f"{where} answers; whether sources can be read is seen when they are"
        return f"{where} answers and shows {len(found.get('Buckets', ()))} buckets"

    def _receive(
        self,
        bucket: str,
        key: str,
        most_bytes: int,
        begin: Callable[[int], None],
        write: Callable[[bytes], object],
    ) -> ObjectEntry | None:
        async def receive(files: Any) -> ObjectEntry:
            answer = await _call("get_object", {"Bucket": bucket, "Key": key}, files)
            size_bytes = int(answer["ContentLength"])
            async with answer["Body"] as body:
                if size_bytes > most_bytes:
                    raise RecordingError(
                        ReasonCode.TOO_LONG,
                        f"the object has {size_bytes} bytes, more than the {most_bytes} that may be fetched; see "
                        "CALLQA_S3_LARGEST_GB",
                    )
                begin(size_bytes)
                left_bytes = size_bytes
                while block := await body.read(_READ_BYTES):
                    left_bytes -= len(block)
                    write(block)
            if left_bytes:
                raise ConnectionResetError("broken off")
            return ObjectEntry(key, size_bytes, answer["ETag"], answer["LastModified"].timestamp())

        # Not the key, which can hold the caller's number.
        where = f"s3://{bucket}"
        for pause_s in (*_PAUSES_S, None):
            try:
                return self._ask(where, receive)
            except _NoObjectError:
                return None
            except _NotAllowedError as error:
                raise RecordingError(ReasonCode.UNREADABLE_FILE, f"cannot be read: {error}") from error
            except TransientError:
                if pause_s is None:
                    raise
                time.sleep(pause_s)
        return None

    def _ask(self, where: str, request: Callable[[Any], Awaitable[_Result]]) -> _Result:
        import aiohttp
        from botocore.exceptions import BotoCoreError
        from fsspec.asyn import sync
        from fsspec.exceptions import FSTimeoutError

        files = self._opened()
        try:
            result: _Result = sync(files.loop, request, files)
            return result
        except CallqaError:
            raise
        except (TimeoutError, OSError, BotoCoreError, aiohttp.ClientError, FSTimeoutError, ValueError) as error:
            # Not `from error`: its text may hold what was sent.
            raise self._meaning(where, error) from None

    def _opened(self) -> Any:
        import s3fs

        with self._turn:
            if self._files is None or self._pid != os.getpid():
                files = s3fs.S3FileSystem(
                    endpoint_url=self._access.endpoint or None,
                    key=self._access.key or None,
                    secret=self._access.secret or None,
                    config_kwargs={
                        "connect_timeout": _CONNECT_S,
                        "read_timeout": _READ_S,
                        "retries": {"max_attempts": _REQUESTS, "mode": "standard"},
                    },
                    use_listings_cache=False,
                    skip_instance_cache=True,
                )
                # The library below it repeats requests already.
                files.retries = 1
                self._files, self._pid = files, os.getpid()
            return self._files

    def _meaning(self, where: str, error: Exception) -> CallqaError:
        """The error as one of ours, by the store's code and the library's kinds."""
        from botocore import exceptions as library

        code = _code_of(error)
        if isinstance(error, library.NoCredentialsError | library.PartialCredentialsError):
            return SettingsError(f"{where}: nobody is named who asks; set CALLQA_S3_KEY and CALLQA_S3_SECRET_FILE")
        if code in _REFUSED_KEYS:
            return SettingsError(
                f"{where}: the store refuses the identity ({code}); check CALLQA_S3_KEY and CALLQA_S3_SECRET"
            )
        if code in _ELSEWHERE:
            return SettingsError(f"{where}: the bucket is in another region ({code}); set AWS_REGION to that")
        if code == "NoSuchBucket":
            return InputError(f"{where}: there is no such bucket; check its name and CALLQA_S3_ENDPOINT")
        if code == _ARCHIVED:
            return RecordingError(ReasonCode.UNREADABLE_FILE, "the object is archived; restore it, then run again")
        if isinstance(error, FileNotFoundError):
            return _NoObjectError(f"{where}: there is no such object")
        if isinstance(error, PermissionError):
            return _NotAllowedError(
                f"{where}: no access ({code}); the identity needs s3:ListBucket on the bucket and s3:GetObject"
            )
        if isinstance(error, library.ParamValidationError | library.InvalidRegionError | ValueError):
            return InputError(f"{where}: no possible address ({type(error).__name__}); check it and CALLQA_S3_ENDPOINT")
        return TransientError(f"{where}: cannot be reached just now ({code or type(error).__name__}); run again")


async def _call(request: str, wanted: dict[str, str], files: Any) -> Any:
    return await files._call_s3(request, **wanted)


class _NoObjectError(InputError):
    """There is no object of that key."""


class _NotAllowedError(InputError):
    """The identity is good, and may not do this."""


def _code_of(error: Exception) -> str:
    """The store's own code of what went wrong; empty when it did not get so far."""
    response = getattr(error.__cause__, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def _check(access: StoreAccess) -> None:
    parts = urlsplit(access.endpoint)
    if access.endpoint and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise SettingsError("s3_endpoint is no address; write one such as https://minio.example.com:9000")
    if parts.username is not None or parts.password is not None:
        raise SettingsError("s3_endpoint holds a name or password; use CALLQA_S3_KEY and CALLQA_S3_SECRET_FILE")
    if bool(access.key) != bool(access.secret):
        raise SettingsError("s3_key and s3_secret belong together; set both, or neither for the machine's own identity")
    try:
        import s3fs  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise SettingsError("sources in S3 need the library s3fs; install callqa[s3]") from error
