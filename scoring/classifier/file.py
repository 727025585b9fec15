"""A classifier file: a skops archive of numbers and text, written by skops, the same bytes for the same content.

It holds no Python object that would have to be trusted, and is read here rather than by skops: importing skops brings
all of scikit-learn, two seconds and 130 MB for every process that scores a call.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from models.errors import ModelError
from scoring.classifier.model import Classifier, Content

_PROTOCOL = 2
_SCHEMA = "schema.json"
_MOST_BYTES = 64 * 2**20
_SAME_DATE = (1980, 1, 1, 0, 0, 0)


def pack(content: Content) -> bytes:
    """The file for this content."""
    # Training alone needs it.
    import skops.io

    return _canonical(skops.io.dumps(dict(content)))


def load_classifier(data: bytes) -> Classifier:
    """The classifier in a file. Raises ModelError when the file is damaged or holds anything but numbers and text."""
    version = "sha256:" + hashlib.sha256(data).hexdigest()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise ModelError(f"it unpacks to more than {_MOST_BYTES >> 20} MiB: it is no classifier file of callqa")
            return Classifier.of(_content(archive), version)
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        raise ModelError(f"it cannot be read ({type(error).__name__}: {error}): train or fetch it again") from error


def _content(archive: zipfile.ZipFile) -> dict[str, Any]:
    schema = json.loads(archive.read(_SCHEMA))
    if schema["protocol"] != _PROTOCOL or schema["__loader__"] != "DictNode":
        raise ModelError(f"it is a skops file of another kind (protocol {schema['protocol']}): train it again")
    out: dict[str, Any] = {}
    for name, node in schema["content"].items():
        kind = (node["__module__"], node["__class__"], node["__loader__"])
        if kind in (("builtins", "str", "JsonNode"), ("builtins", "int", "JsonNode")):
            out[name] = json.loads(node["content"])
        elif kind == ("numpy", "ndarray", "NdArrayNode") and node["type"] == "numpy":
            out[name] = np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
        else:
            raise ModelError(f"its {name!r} is a {'.'.join(kind[:2])}; only numbers and text are read")
    return out


def _canonical(data: bytes) -> bytes:
    """The archive with what changes from run to run made the same: object ids and dates."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema = json.loads(archive.read(_SCHEMA))
        numbers, renamed = count(), dict[str, str]()
        for node in _nodes(schema):
            node["__id__"] = next(numbers)
            if "file" in node:
                renamed[node["file"]] = node["file"] = f"{node['__id__']}.npy"
        parts = {renamed[name]: archive.read(name) for name in archive.namelist() if name in renamed}
    parts[_SCHEMA] = json.dumps(schema, ensure_ascii=False).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in sorted(parts.items()):
            entry = zipfile.ZipInfo(name, _SAME_DATE)
            archive.writestr(entry, part, zipfile.ZIP_DEFLATED, compresslevel=9)
    return out.getvalue()


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "__id__" in part:
            yield part
        for inner in part.values():
            yield from _nodes(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _nodes(inner)
