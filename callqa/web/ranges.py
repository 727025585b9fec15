"""Answering with a part of something: range requests (RFC 9110, chapter 14), which players seek by."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

_ONE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)
_BLOCK_BYTES = 2**16


class NoSuchPartError(Exception):
    """The part begins behind the end."""


def answer_range(request: Request, content: BinaryIO, mark: str, media_type: str) -> Response:
    """The part that is asked for, or all of it; closes the content. `mark` changes whenever the content does.

    Several parts at once are answered with all of it, as is a part of what has changed since (`If-Range`).
    """
    size = content.seek(0, io.SEEK_END)
    headers = {"Accept-Ranges": "bytes", "ETag": f'"{mark}"', "Content-Length": str(size)}
    if request.method == "HEAD":
        content.close()
        return Response(headers=headers, media_type=media_type)
    is_same = request.headers.get("if-range", headers["ETag"]) == headers["ETag"]
    try:
        part = part_of(request.headers.get("range", ""), size) if is_same else None
    except NoSuchPartError:
        content.close()
        return Response(status_code=416, headers={"Accept-Ranges": "bytes", "Content-Range": f"bytes */{size}"})
    if part is None:
        return StreamingResponse(_read(content, 0, size), 200, headers, media_type)
    first, end = part
    headers |= {"Content-Range": f"bytes {first}-{end - 1}/{size}", "Content-Length": str(end - first)}
    return StreamingResponse(_read(content, first, end), 206, headers, media_type)


def part_of(wanted: str, size: int) -> tuple[int, int] | None:
    """Where the part begins and ends (not included); None for all of it, also where the wish cannot be read.

    Raises NoSuchPartError.
    """
    found = _ONE.fullmatch(wanted)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, end = max(0, size - int(found[2])), size
    else:
        first, end = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < first:
            return None
    if first >= size:
        raise NoSuchPartError
    return first, end


def _read(content: BinaryIO, first: int, end: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        while first < end and (block := content.read(min(_BLOCK_BYTES, end - first))):
            first += len(block)
            yield block
