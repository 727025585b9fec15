"""An S3-compatible store in this process, and servers that answer as a store in trouble does."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from callqa.sources import S3, Objects, StoreAccess
from storage.scratch import FileScratch

KEY, SECRET = "the-access-key", "the-very-secret-key"


@dataclass(frozen=True)
class Bucket:
    """One bucket of the store."""

    name: str
    endpoint: str
    client: Any

    def put(self, key: str, content: bytes | str, age_s: float = 3600) -> None:
        """Store an object that was written so long ago."""
        self.client.put_object(
            Bucket=self.name, Key=key, Body=content if isinstance(content, bytes) else content.encode()
        )
        stored = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[self.name].keys[key]
        stored.last_modified = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=age_s)

    def put_folder(self, folder: Path, prefix: str) -> None:
        """Store the files of a folder, each as old as it is."""
        now_s = datetime.now(UTC).timestamp()
        for path in folder.rglob("*"):
            if path.is_file():
                age_s = now_s - path.stat().st_mtime
                self.put(f"{prefix}{path.relative_to(folder).as_posix()}", path.read_bytes(), age_s)

    def delete(self, key: str) -> None:
        """Take an object away."""
        self.client.delete_object(Bucket=self.name, Key=key)

    def objects(self, home: Path, most_bytes: int = 10**9) -> Objects:
        """The store as callqa opens it."""
        return objects_at(self.endpoint, home, most_bytes)


def objects_at(endpoint: str, home: Path, most_bytes: int = 10**9) -> Objects:
    """The store that answers there."""
    return Objects(_connected(endpoint), FileScratch(home / "scratch"), most_bytes)


@cache
def _connected(endpoint: str) -> S3:
    # One for all tests, as for all of a process: setting one up takes half a second.
    return S3(StoreAccess(endpoint, KEY, SECRET))


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    """Where the store of the whole session answers."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(moto_endpoint: str, request: pytest.FixtureRequest) -> Bucket:
    """A new bucket."""
    client = boto3.client(
        "s3", endpoint_url=moto_endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
    )
    name = f"calls-{abs(hash(request.node.nodeid))}"
    client.create_bucket(Bucket=name)
    return Bucket(name, moto_endpoint, client)


class AnswerServer(ThreadingHTTPServer):
    """One answer for everything, until another is set; with more bytes promised than sent, it breaks off."""

    status, body, promised_bytes, listing = 200, b"", 0, b""

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, status: int, body: str, promised_bytes: int | None = None, keys: Sequence[str] = ()) -> None:
        """What it says from now on; with `keys`, it lists objects as it should."""
        self.status, self.body = status, body.encode()
        entries = "".join(
            f"<Contents><Key>{key}</Key><LastModified>2026-11-20T10:00:00.000Z</LastModified>"
            f"<ETag>e</ETag><Size>{promised_bytes}</Size></Contents>"
            for key in keys
        )
        self.listing = f"<ListBucketResult>{entries}</ListBucketResult>".encode() if keys else b""
        self.promised_bytes = len(self.body) if promised_bytes is None else promised_bytes


class _Answer(BaseHTTPRequestHandler):
    server: AnswerServer

    def do_GET(self) -> None:
        listing = self.server.listing if "list-type" in self.path else b""
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(listing) or self.server.promised_bytes))
        self.send_header("ETag", '"e"')
        self.send_header("Last-Modified", "Fri, 20 Nov 2026 10:00:00 GMT")
        self.end_headers()
        self.wfile.write(listing or self.server.body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="session")
def store_in_trouble() -> Iterator[AnswerServer]:
    """A store that says what it is told to say."""
    server = AnswerServer(("127.0.0.1", 0), _Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def refusal(code: str) -> str:
    """What a store writes when it refuses; the message quotes what was sent, as some stores do."""
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{KEY} {SECRET}</Message></Error>"
